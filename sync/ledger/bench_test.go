package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func BenchmarkTake(b *testing.B) {
	l, _ := openNew(b)
	for b.Loop() {
		take(b, l.Meter, 1)
	}
}

// crowd is n people who were seen at a time.
func crowd(n int, seen time.Time) []model.Observation {
	people := make([]model.Observation, n)
	for i := range people {
		people[i] = model.Observation{
			Subject: model.Subject{Person: person(fmt.Sprintf("3f8d2c1e-0000-4000-8000-%012d", i)), CSI: fmt.Sprint(100_000 + i), DN: fmt.Sprintf("CN=Person %d,OU=Team %d,OU=Staff,DC=corp,DC=example", i, i%200)},
			OU:      fmt.Sprintf("ou=team %d,ou=staff,dc=corp,dc=example", i%200), LastSeen: seen, FirstSeen: start, State: model.Entitled,
		}
	}
	return people
}

// BenchmarkRememberFirst is the first pass, which writes everybody; BenchmarkRememberQuiet a
// later one in which everybody is seen again.
func BenchmarkRememberFirst(b *testing.B) {
	m := model.StateUpdate{Observations: crowd(100_000, start)}
	for b.Loop() {
		b.StopTimer()
		l, _ := openNew(b)
		b.StartTimer()
		remember(b, l, m)
	}
}

func BenchmarkRememberQuiet(b *testing.B) {
	l, c := openNew(b)
	m := model.StateUpdate{Observations: crowd(100_000, start)}
	remember(b, l, m)
	for b.Loop() {
		c.Advance(time.Hour)
		for i := range m.Observations {
			m.Observations[i].LastSeen = c.Now()
		}
		remember(b, l, m)
	}
}

func BenchmarkState(b *testing.B) {
	l, _ := openNew(b)
	remember(b, l, model.StateUpdate{Observations: crowd(100_000, start)})
	for b.Loop() {
		state(b, l)
	}
}

func BenchmarkAdopt(b *testing.B) {
	l, _ := openNew(b)
	run := startRun(b, l)
	ops := make([]model.Operation, 5000)
	outcomes := make([]model.Settlement, len(ops))
	for b.Loop() {
		for i := range ops {
			ops[i] = model.Operation{Op: model.Adopt, Subject: model.Subject{Person: person(fmt.Sprint(i))}, CredentialID: fmt.Sprint("c", i)}
		}
		begun, err := l.Begin(b.Context(), run, ops)
		if err != nil {
			b.Fatal(err)
		}
		for i, op := range begun {
			outcomes[i] = model.Settlement{Operation: op.ID, Result: model.Done}
		}
		if err := l.Settle(b.Context(), outcomes); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	path := newPath(b)
	l := open(b, path, Options{})
	remember(b, l, model.StateUpdate{Observations: crowd(100_000, start)})
	for b.Loop() {
		again, err := Open(b.Context(), path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := again.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenNew includes the schema.
func BenchmarkOpenNew(b *testing.B) {
	for b.Loop() {
		l, err := Open(b.Context(), newPath(b), Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyAudit(b *testing.B) {
	l, _ := openNew(b)
	run := startRun(b, l)
	ops := make([]model.Operation, 100_000)
	for i := range ops {
		ops[i] = model.Operation{Op: model.Adopt, Subject: model.Subject{Person: person(fmt.Sprint(i))}, CredentialID: fmt.Sprint("c", i)}
	}
	if _, err := l.Begin(b.Context(), run, ops); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		verify(b, l.Reader)
	}
}

// BenchmarkOne is a single operation, as leavers go: two commits.
func BenchmarkOne(b *testing.B) {
	l, _ := openNew(b)
	run := startRun(b, l)
	for b.Loop() {
		op := beginOne(b, l, run, model.Operation{Op: model.SetSettings})
		settleOne(b, l, model.Settlement{Operation: op.ID, Result: model.Done})
	}
}
