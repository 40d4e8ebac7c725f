package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// operator names who runs this process, for the record of an approval. It must be asked before
// the process gives up root. What sudo tells is believed of root only, who could write anything.
func (p *program) operator() string {
	uid := os.Getuid()
	name := "unknown"
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		name = u.Username
	}
	text := fmt.Sprintf("%s (uid %d)", name, uid)
	if caller := p.Getenv("SUDO_USER"); caller != "" && uid == 0 {
		text += ", sudo by " + caller
	}
	return text
}
