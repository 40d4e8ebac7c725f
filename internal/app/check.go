package app

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/threema-dirsync/threema-dirsync/internal/doctor"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Check lets the doctor look at everything, also where the state folder or the ledger cannot be used: then
// lost says why. tryLogin tries a bind password once more that the directory refused before. With an error
// there is only what the service may not do, which is found before root is given up.
func (i Installation) Check(ctx context.Context, tryLogin bool) (found []doctor.Finding, lost, err error) {
	service := doctor.AsTheService(ctx, i.ConfigFile, i.Getenv)
	s, err := i.settle()
	if err != nil {
		return service, nil, err
	}
	found, lost, err = i.examine(ctx, s, tryLogin)
	if err != nil {
		return service, nil, err
	}
	return append(service, found...), lost, nil
}

func (i Installation) examine(ctx context.Context, s *settings, tryLogin bool) (found []doctor.Finding, lost, err error) {
	look := func(counts meter, memory doctor.Memory) (err error) {
		return i.assembled(s, counts, func(a *Assembly) (err error) {
			found, err = a.doctor(i.ConfigFile, memory, lost).Findings(ctx, tryLogin)
			return err
		})
	}
	if lost = usable(s.Config); lost != nil {
		lost = &ConfigError{lost}
		err = look(noMemory{}, nil)
		return found, lost, err
	}
	if _, err := os.Lstat(s.LedgerFile()); errors.Is(err, fs.ErrNotExist) {
		first := &firstLook{settings: s, sizes: map[string]int{}}
		err = look(first, first)
		return found, nil, err
	}
	memory, lost := s.openMeter(ctx)
	if lost != nil {
		err = look(noMemory{}, nil)
		return found, lost, err
	}
	err = errors.Join(look(memory, memory), memory.Close())
	return found, nil, err
}

// doctor joins what it looks at. Without a memory lost says why.
func (a *Assembly) doctor(configFile string, memory doctor.Memory, lost error) doctor.Doctor {
	d := doctor.Doctor{
		Config: a.Config, ConfigFile: configFile, Files: a.files, Mapper: a.mapper, Package: a.client,
		Memory: memory, Lost: lost, Stop: StopReason(a.Config), Now: a.now,
	}
	for _, s := range a.sources {
		d.Sources = append(d.Sources, s)
	}
	if sink, ok := handoverOf(a.Config, a.files).(*handover.File); ok {
		d.Handover = sink
	}
	return d
}

// noMemory is the [meter] of a check that cannot use the ledger. The few requests of a check are counted by
// the service alone; a password is not tried at all, for each refusal counts towards the lock-out (pitfall A15).
type noMemory struct{}

// Take implements threema.Quota.
func (noMemory) Take(context.Context) error { return nil }

// GiveBack implements threema.Quota.
func (noMemory) GiveBack(context.Context) error { return nil }

// PageSize implements threema.PageSizes.
func (noMemory) PageSize(context.Context, string) (int, error) { return 0, nil }

// NotePageSize implements threema.PageSizes.
func (noMemory) NotePageSize(context.Context, string, int) error { return nil }

// RefusedLogin implements ldapsource.Lockout.
func (noMemory) RefusedLogin(context.Context, string) (model.RefusedLogin, error) {
	return model.RefusedLogin{}, errors.New("state_dir cannot be used, so nobody knows, and the password is not tried")
}

// NoteRefusedLogin implements ldapsource.Lockout.
func (noMemory) NoteRefusedLogin(context.Context, model.RefusedLogin) error { return nil }

// ForgetRefusedLogin implements ldapsource.Lockout.
func (noMemory) ForgetRefusedLogin(context.Context, string) error { return nil }

var _ meter = noMemory{}
