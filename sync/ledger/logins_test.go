package ledger

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestRefusedLogin: one note for each source, kept by whoever may write, until it is taken back.
func TestRefusedLogin(t *testing.T) {
	t.Parallel()
	path := fixture(t, latest(t))
	login := func(source string, fill byte) model.RefusedLogin {
		return model.RefusedLogin{
			Source: source, At: start.Add(time.Duration(fill) * time.Second), Answer: "49",
			Salt: bytes.Repeat([]byte{fill}, 16), Fingerprint: bytes.Repeat([]byte{fill}, 32),
		}
	}
	stored := login("corp", 8)
	stored.At, stored.Answer, stored.Fingerprint = start.Add(-time.Hour), "the server answers 49", bytes.Repeat([]byte{9}, 32)
	later, other := login("corp", 3), login("branch", 4)
	for _, step := range []struct {
		name         string
		write        func(*Meter) error
		corp, branch model.RefusedLogin
	}{
		{"of a released version", func(*Meter) error { return nil }, stored, model.RefusedLogin{}},
		{"another source", func(m *Meter) error { return m.NoteRefusedLogin(t.Context(), other) }, stored, other},
		{"a later one", func(m *Meter) error { return m.NoteRefusedLogin(t.Context(), later) }, later, other},
		{"taken back", func(m *Meter) error { return m.ForgetRefusedLogin(t.Context(), "corp") }, model.RefusedLogin{}, other},
		{"taken back twice", func(m *Meter) error { return m.ForgetRefusedLogin(t.Context(), "corp") }, model.RefusedLogin{}, other},
	} {
		m, err := OpenMeter(t.Context(), path, Options{Now: newClock().Now})
		if err != nil {
			t.Fatal(err)
		}
		if err := step.write(m); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		for source, want := range map[string]model.RefusedLogin{"corp": step.corp, "branch": step.branch} {
			if got, err := m.RefusedLogin(t.Context(), source); err != nil || cmp.Diff(want, got) != "" {
				t.Errorf("%s: %v %s", step.name, err, cmp.Diff(want, got))
			}
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestAnUnfinishedRefusalIsNoNote: without salt or fingerprint a note would bar nothing, or all.
func TestAnUnfinishedRefusalIsNoNote(t *testing.T) {
	t.Parallel()
	m := open(t, newPath(t), Options{}).Meter
	for _, login := range []model.RefusedLogin{
		{Source: "", At: start, Salt: make([]byte, 16), Fingerprint: make([]byte, 32)},
		{Source: "corp", Salt: make([]byte, 16), Fingerprint: make([]byte, 32)},
		{Source: "corp", At: start, Salt: []byte{}, Fingerprint: make([]byte, 32)},
		{Source: "corp", At: start, Salt: make([]byte, 16), Fingerprint: []byte{}},
	} {
		if err := m.NoteRefusedLogin(t.Context(), login); err == nil {
			t.Errorf("%+v is kept", login)
		}
	}
}
