package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// scene is what happens before each of its passes.
type scene struct {
	name    string
	prepare func(c *company, round int) error
	// holds looks at the package after the pass: a fast pass that did nothing is no result.
	holds func(c *company, round int, state worksim.State) error
}

// scenes come in this order, on one company. One person changes before each pass that has nothing else to do: it
// must find that person.
func scenes() []scene {
	return []scene{
		{"first adoption", func(c *company, _ int) error { return c.forget() }, nobodyGone},
		quiet(),
		{"1 % changes", func(c *company, round int) error { return c.rename(round, c.hundredth()) }, renamed(0)},
		{"1 % leavers waiting", func(c *company, round int) error { return c.dismiss(round, c.hundredth()) }, nobodyGone},
	}
}

// play lets a scene happen, and holds what the pass did against it.
func (c *company) play(s scene, round int) (pass, error) {
	if err := s.prepare(c, round); err != nil {
		return pass{}, err
	}
	p, err := c.pass()
	if err != nil {
		return pass{}, err
	}
	state, err := c.state()
	if err != nil {
		return pass{}, err
	}
	return p, s.holds(c, round, state)
}

// quiet is the scene that counts.
func quiet() scene {
	return scene{"nothing but one change", func(c *company, round int) error { return c.rename(round, 1) }, renamed(1)}
}

func (c *company) hundredth() int { return max(1, len(c.directory.People)/100) }

// rename gives the first so many people another family name in each round.
func (c *company) rename(round, many int) error {
	var text strings.Builder
	for _, p := range testdir.Entitled(c.directory.People)[:many] {
		fmt.Fprintf(&text, "dn: %s\nchangetype: modify\nreplace: sn\nsn: Round%d\n\n", p.DN, round)
	}
	return c.ldapmodify(text.String())
}

// dismiss switches the last so many accounts off, once.
func (c *company) dismiss(round, many int) error {
	if round > 0 {
		return nil
	}
	var text strings.Builder
	people := testdir.Entitled(c.directory.People)
	for _, p := range people[len(people)-many:] {
		fmt.Fprintf(&text, "dn: %s\nchangetype: modify\nreplace: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z\n\n", p.DN)
	}
	return c.ldapmodify(text.String())
}

func (c *company) ldapmodify(ldif string) error {
	file := c.file("changes.ldif")
	if err := os.WriteFile(file, []byte(ldif), 0o600); err != nil {
		return fmt.Errorf("write the changes: %w", err)
	}
	password, err := c.passwordFile()
	if err != nil {
		return fmt.Errorf("write the password for ldapmodify: %w", err)
	}
	_, err = measured(nil, nil, "env", "LDAPTLS_CACERT="+c.directory.CAFile, "ldapmodify", "-x", "-H", c.directory.LDAPS, "-D", c.directory.AdminDN, "-y", password, "-f", file)
	return err
}

func nobodyGone(_ *company, _ int, state worksim.State) error {
	if n := len(state.Withdrawn) + len(state.Detached) + len(state.Revoked); n > 0 {
		return fmt.Errorf("%d credentials and Threema IDs were taken", n)
	}
	return nil
}

// renamed finds the people with the name of the round, a hundredth of all where many is 0.
func renamed(many int) func(c *company, round int, state worksim.State) error {
	return func(c *company, round int, state worksim.State) error {
		found := 0
		for _, settings := range state.Settings {
			if settings["th_lastname"] == fmt.Sprintf("Round%d", round) {
				found++
			}
		}
		if want := cmp.Or(many, c.hundredth()); found < want {
			return fmt.Errorf("%d people have the name of round %d, want %d", found, round, want)
		}
		return nobodyGone(c, round, state)
	}
}
