package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// demoLines caps each list of a plan in the story.
const demoLines = 3

// lockedByAdministrator is how the password policy of OpenLDAP marks a disabled account.
const lockedByAdministrator = "000001010000Z"

// story tells one step after the other. Each changes the world, moves the clock or both, and
// then shows a pass.
type story struct {
	stdout    io.Writer
	world     *demoWorld
	parts     *app.Assembly
	ledger    *ledger.Ledger
	activated int             // lines of the hand-over file that phones have used
	enter     <-chan struct{} // with --pause: somebody goes on to the next step
}

// tellStory assembles the program as for any configuration, but without its log: the reports
// tell the story, and the failures in it are meant. It returns how far the clock is ahead at the end.
func (p *program) tellStory(ctx context.Context, w *demoWorld, enter <-chan struct{}) (ahead time.Duration, err error) {
	quiet := &program{environment: p.environment, configFile: w.configFile, progress: newProgress(io.Discard)}
	err = quiet.installation().WithLedger(ctx, func(a *app.Assembly, l *ledger.Ledger) error {
		s := &story{stdout: p.Stdout, world: w, parts: a, ledger: l, enter: enter}
		err := s.tell(ctx)
		ahead = a.Offset()
		return err
	})
	return ahead, err
}

const day = 24 * time.Hour

func (s *story) tell(ctx context.Context) error {
	for n, c := range s.chapters() {
		if _, err := fmt.Fprintf(s.stdout, "\n──── %d. %s\n", n+1, c.title); err != nil {
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
		report := s.parts.Pass(s.ledger).Run(ctx)
		if err := view.WriteReport(s.stdout, report.Told(), demoLines); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(s.stdout, "\n  → %s\n", c.means); err != nil {
			return err
		}
		if code := report.ExitCode(); code != c.exit {
			return fmt.Errorf("%s: the pass ended with %d, not %d: %w", c.title, code, c.exit, report.Err)
		}
		if err := s.pause(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pause waits until somebody goes on, if they asked for it.
func (s *story) pause(ctx context.Context) error {
	if s.enter == nil {
		return nil
	}
	if _, err := fmt.Fprint(s.stdout, "\n  Enter goes on. "); err != nil {
		return err
	}
	select {
	case <-s.enter:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for Enter: %w", context.Cause(ctx))
	}
}

// advance moves the clock of the program together with that of the simulator.
func (s *story) advance(by time.Duration) error {
	s.parts.Advance(by)
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
	_, err = fmt.Fprintf(s.stdout, "%d phones have activated, each with its line of the hand-over file.\n", s.activated)
	return err
}
