package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
)

// demoLines caps each list of a plan in the story.
const demoLines = 3

// lockedByAdministrator is how the password policy of OpenLDAP marks a disabled account.
const lockedByAdministrator = "000001010000Z"

// story tells one step after the other. Each changes the world, moves the clock or both, and
// then shows a pass.
type story struct {
	*program
	world     *demoWorld
	settings  *settings
	ledger    *ledger.Ledger
	parts     *assembly
	activated int // lines of the hand-over file that phones have used
}

// newStory assembles the program as for any configuration, but without its log: the reports
// tell the story, and the failures in it are meant.
func (p *program) newStory(ctx context.Context, w *demoWorld) (*story, error) {
	p = &program{environment: p.environment, configFile: w.configFile, progress: newProgress(io.Discard)}
	settings, err := p.load()
	if err != nil {
		return nil, err
	}
	l, err := ledger.Open(ctx, ledgerPath(settings.Config), ledgerOptions(settings.Config, settings.now(), p.logger(settings.Config)))
	if err != nil {
		return nil, err
	}
	parts, err := p.assemble(settings, l, nil)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &story{program: p, world: w, settings: settings, ledger: l, parts: parts}, nil
}

func (s *story) close() error {
	s.parts.client.Close()
	return s.ledger.Close()
}

// chapter is one step: what happens outside, and what the pass must answer.
type chapter struct {
	title  string
	happen func() error
	wait   time.Duration // the clock moves on before the pass
	exit   int
}

func (s *story) chapters() []chapter {
	directory := s.world.directory
	departed, returner, recreated := demoDN(3), demoDN(4), demoDN(5)
	return []chapter{
		{title: "Roll-out: 200 people, an empty licence package"},
		{title: "Everybody activates the app; a day later there is nothing left to do", happen: s.activate, wait: day},
		{title: "A joiner", happen: func() error { return directory.Add(demoPerson(demoPeople)) }, wait: time.Hour},
		{title: "A marriage: one person has a new name", happen: func() error { return directory.Modify(demoDN(0), "sn", "Müller-Weiß") }, wait: time.Hour},
		{title: "A mover: another town, another department", happen: s.move, wait: time.Hour},
		{title: "A leaver and, by mistake, a second account are disabled: both get a day of grace", happen: func() error {
			return errors.Join(directory.Modify(departed, "pwdAccountLockedTime", lockedByAdministrator),
				directory.Modify(returner, "pwdAccountLockedTime", lockedByAdministrator))
		}, wait: time.Hour},
		{title: "The mistake is mended within the grace: for the returner nothing ever happened", happen: func() error {
			return directory.Modify(returner, "pwdAccountLockedTime")
		}, wait: time.Hour},
		{title: "The grace of the leaver is over: withdraw / Zugang entziehen", wait: day},
		{title: "A week later the Threema ID is detached / getrennt", wait: 7 * day},
		{title: "An account is deleted and made anew: the same csi keeps its credential and Threema ID", happen: func() error {
			return errors.Join(directory.Delete(recreated), directory.Add(demoPerson(5)))
		}, wait: time.Hour},
		{title: "An outage: the directory does not answer. Nobody is taken out", happen: s.outage(memdir.Down), wait: time.Hour, exit: dirsync.ExitIncomplete},
		{title: "The connection is cut in the middle of the people. Nobody is taken out", happen: s.outage(memdir.CutMidRead), wait: time.Hour, exit: dirsync.ExitIncomplete},
		{title: "The directory answers, and is empty. Nobody is taken out", happen: s.outage(memdir.Empty), wait: time.Hour, exit: dirsync.ExitIncomplete},
		{title: "The directory is back, and there is nothing to do", happen: s.outage(memdir.NoOutage), wait: day},
	}
}

const day = 24 * time.Hour

func (s *story) tell(ctx context.Context) error {
	for n, c := range s.chapters() {
		if _, err := fmt.Fprintf(s.Stdout, "\n──── %d. %s\n", n+1, c.title); err != nil {
			return err
		}
		if c.happen != nil {
			if err := c.happen(); err != nil {
				return fmt.Errorf("%s: %w", c.title, err)
			}
		}
		if err := s.advance(c.wait); err != nil {
			return err
		}
		report := s.parts.pass(s.ledger).Run(ctx)
		if err := report.Format(s.Stdout, demoLines); err != nil {
			return err
		}
		if code := report.ExitCode(); code != c.exit {
			return fmt.Errorf("%s: the pass ended with %d, not %d: %w", c.title, code, c.exit, report.Err)
		}
	}
	return nil
}

// advance moves the clock of the program together with that of the simulator.
func (s *story) advance(by time.Duration) error {
	s.settings.offset += by
	_, err := s.world.simulator.Advance(by)
	return err
}

func (s *story) outage(o memdir.Outage) func() error {
	return func() error {
		s.world.directory.SetOutage(o)
		return nil
	}
}

func (s *story) move() error {
	return errors.Join(
		s.world.directory.Modify(demoDN(1), "departmentNumber", "D-99"),
		s.world.directory.Move(demoDN(1), "uid="+demoUID(1)+","+demoOU("Wien")))
}

// activate lets a phone use every new line of the hand-over file, as its holder would.
func (s *story) activate() error {
	f, err := os.Open(s.world.handover)
	if err != nil {
		return fmt.Errorf("open the hand-over file: %w", err)
	}
	defer func() { _ = f.Close() }()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return fmt.Errorf("read the hand-over file: %w", err)
	}
	for _, line := range lines[1+s.activated:] {
		if _, err := s.world.simulator.Activate(line[0], line[1], ""); err != nil {
			return err
		}
		s.activated++
	}
	_, err = fmt.Fprintf(s.Stdout, "%d phones have activated, each with its line of the hand-over file.\n", s.activated)
	return err
}
