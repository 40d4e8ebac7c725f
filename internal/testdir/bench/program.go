package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// pass is what one pass of the program took.
type pass struct {
	usage
	Requests int
	Lists    []string // addresses that it fetched
}

// waits is the exit code of a pass that waits for somebody: leavers of a hundred people do, before they are due.
const waits = 3

// pass runs one, which must end well.
func (c *company) pass() (pass, error) {
	if err := c.control(http.MethodDelete, "requests", nil, nil); err != nil {
		return pass{}, err
	}
	var out bytes.Buffer
	u, err := measured(&out, []int{waits}, c.program, "--config", c.file("config.yaml"), "run", "--once")
	if err != nil {
		return pass{}, fmt.Errorf("%w: %s", err, out.Bytes()[max(0, out.Len()-2000):])
	}
	lists, requests, err := c.asked()
	return pass{u, requests, lists}, err
}

// forget makes the next pass the first one.
func (c *company) forget() error {
	if err := os.RemoveAll(c.file("state")); err != nil {
		return fmt.Errorf("forget the ledger: %w", err)
	}
	return os.MkdirAll(c.file("state"), 0o700)
}

// ledgerSize is what the ledger takes on disk.
func (c *company) ledgerSize() (int64, error) {
	info, err := os.Stat(c.file("state/ledger.db"))
	if err != nil {
		return 0, fmt.Errorf("look at the ledger: %w", err)
	}
	return info.Size(), nil
}

// state is everything that the package holds.
func (c *company) state() (worksim.State, error) {
	var state worksim.State
	err := c.control(http.MethodGet, "state", nil, &state)
	return state, err
}
