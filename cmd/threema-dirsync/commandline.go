package main

import (
	"bytes"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const commandName = "threema-dirsync"

// told writes what the program says to people and programs. The commands in it, which are the same wherever
// they are worded or kept, get the global flag here without which they would speak of another installation.
// Each write must have a command wholly, as those of fmt, text/tabwriter, encoding/json and log/slog do.
type told struct {
	io.Writer
	flag     func() string // what to type after the name of the program, "" for nothing
	commands *regexp.Regexp
}

// tellFlags lets all that goes out from now on have that flag in its commands; what is said of usage has
// none.
func (p *program) tellFlags(root *cobra.Command) {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	commands := commandsOf(names)
	p.Stdout = &told{p.Stdout, p.globalFlag, commands}
	p.progress.stderr = &told{p.progress.stderr, p.globalFlag, commands}
}

// asRecorded leaves what it writes as it is: the hashes of an exported audit are over the texts of then.
func asRecorded(w io.Writer) io.Writer {
	if o, ok := w.(*told); ok {
		return o.Writer
	}
	return w
}

// globalFlag is the flag that leads a command to the configuration of this run, "" for the default one. A
// path that must be escaped in JSON is not told: the same text goes out as JSON and to a terminal.
func (p *program) globalFlag() string {
	path, err := filepath.Abs(p.configFile)
	if err != nil || path == defaultConfig {
		return ""
	}
	word := model.ShellWord(path)
	if strings.ContainsAny(word, `"\`) || wording.Harmless(word) != word {
		return ""
	}
	return " --config " + word
}

// commandsOf finds the name of the program where one of its commands follows it: not in a path.
func commandsOf(names []string) *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^/\w.-])` + commandName + ` (?:` + strings.Join(names, "|") + `)\b`)
}

// Write implements io.Writer.
func (o *told) Write(text []byte) (int, error) {
	flag := o.flag()
	if flag == "" {
		return o.Writer.Write(text)
	}
	var whole []byte
	from := 0
	for _, at := range o.commands.FindAllIndex(text, -1) {
		if bytes.HasPrefix(text[at[1]:], []byte(" --config")) {
			continue // of another installation
		}
		end := at[0] + bytes.Index(text[at[0]:], []byte(commandName)) + len(commandName)
		whole = append(append(whole, text[from:end]...), flag...)
		from = end
	}
	if _, err := o.Writer.Write(append(whole, text[from:]...)); err != nil {
		return 0, err
	}
	return len(text), nil
}
