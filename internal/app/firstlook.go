package app

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/threema-dirsync/threema-dirsync/internal/doctor"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// firstLook is the memory of a check where there is no ledger yet: a check changes nothing, so it makes none. Its
// few requests and the page sizes that it learns are remembered here alone. Only a password that a directory refused is written down, for each
// further try counts towards the lock-out of the account (pitfall A15).
type firstLook struct {
	settings *settings

	mu    sync.Mutex
	sent  int
	sizes map[string]int // of pages, by list
}

var (
	_ meter         = (*firstLook)(nil)
	_ doctor.Memory = (*firstLook)(nil)
)

// State implements doctor.Memory.
func (*firstLook) State(context.Context) (model.State, error) { return model.State{}, nil }

// LastReport implements doctor.Memory.
func (*firstLook) LastReport(context.Context) (json.RawMessage, error) { return nil, nil }

// Budget implements doctor.Memory.
func (f *firstLook) Budget(context.Context) (model.Budget, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return ledger.NewBudget(f.settings.Threema.DailyRequests, f.sent, f.settings.now()), nil
}

// Take implements threema.Quota.
func (f *firstLook) Take(context.Context) error { return f.count(1) }

// GiveBack implements threema.Quota.
func (f *firstLook) GiveBack(context.Context) error { return f.count(-1) }

func (f *firstLook) count(n int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent += n
	return nil
}

// PageSize implements threema.PageSizes.
func (f *firstLook) PageSize(_ context.Context, list string) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sizes[list], nil
}

// NotePageSize implements threema.PageSizes.
func (f *firstLook) NotePageSize(_ context.Context, list string, size int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sizes[list] = size
	return nil
}

// RefusedLogin implements ldapsource.Lockout.
func (*firstLook) RefusedLogin(context.Context, string) (model.RefusedLogin, error) {
	return model.RefusedLogin{}, nil
}

// NoteRefusedLogin implements ldapsource.Lockout.
func (f *firstLook) NoteRefusedLogin(ctx context.Context, login model.RefusedLogin) error {
	m, err := f.settings.openMeter(ctx)
	if err != nil {
		return err
	}
	return errors.Join(m.NoteRefusedLogin(ctx, login), m.Close())
}

// ForgetRefusedLogin implements ldapsource.Lockout.
func (*firstLook) ForgetRefusedLogin(context.Context, string) error { return nil }
