package main

import (
	"context"
	"errors"

	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// checking is looking for check, which goes on where the state folder or the ledger cannot be used: then meter
// is nil, and lost says why.
func (p *program) checking(ctx context.Context, work func(a *assembly, meter *ledger.Meter, lost error) error) error {
	s, err := p.settle()
	if err != nil {
		return err
	}
	var meter *ledger.Meter
	lost := usable(s.Config)
	if lost != nil {
		lost = configError(lost)
	} else {
		meter, lost = p.openMeter(ctx, s)
	}
	if lost != nil {
		return p.assembled(s, noMemory{}, func(a *assembly) error { return work(a, nil, lost) })
	}
	return errors.Join(p.assembled(s, meter, func(a *assembly) error { return work(a, meter, nil) }), meter.Close())
}

// noMemory is the [meter] of a check that cannot use the ledger. The few requests of a check are counted by
// the service alone; a password is not tried at all, for each refusal counts towards the lock-out (pitfall A15).
type noMemory struct{}

// Take implements threema.Quota.
func (noMemory) Take(context.Context) error { return nil }

// PageSize implements threema.PageSizes.
func (noMemory) PageSize(context.Context, string) (int, error) { return 0, nil }

// NotePageSize implements threema.PageSizes.
func (noMemory) NotePageSize(context.Context, string, int) error { return nil }

// RefusedLogin implements ldapsource.Lockout.
func (noMemory) RefusedLogin(context.Context, string) (plan.RefusedLogin, error) {
	return plan.RefusedLogin{}, errors.New("state_dir cannot be used, so nobody knows, and the password is not tried")
}

// NoteRefusedLogin implements ldapsource.Lockout.
func (noMemory) NoteRefusedLogin(context.Context, plan.RefusedLogin) error { return nil }

// ForgetRefusedLogin implements ldapsource.Lockout.
func (noMemory) ForgetRefusedLogin(context.Context, string) error { return nil }

var _ meter = noMemory{}
