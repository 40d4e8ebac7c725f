package testdir

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
)

// Stopper is a server that can be ended.
type Stopper interface{ Stop() error }

// Shared is a server that the tests of one package share. The first [Shared.Get] starts it, so
// a run without such tests pays nothing; [Shared.Main] ends it.
type Shared[S Stopper] struct {
	require func() error
	start   func(dir string) (S, error)

	once   sync.Once
	dir    string
	server S
	err    error
}

// NewShared is for the packages of servers, which know what they require and how they start.
func NewShared[S Stopper](require func() error, start func(ctx context.Context, dir string) (S, error)) *Shared[S] {
	return &Shared[S]{require: require, start: func(dir string) (S, error) { return start(context.Background(), dir) }}
}

// Get returns the server, started if need be. It skips or fails the test as [Require] does.
func (s *Shared[S]) Get(t testing.TB) S {
	t.Helper()
	Starts(t)
	RequireNil(t, s.require())
	s.once.Do(func() {
		if s.dir, s.err = os.MkdirTemp("", "testdir-"); s.err == nil {
			s.server, s.err = s.start(s.dir)
		}
	})
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.server
}

// Main wraps the tests of a package for their TestMain: it runs them, then ends the server.
func (s *Shared[S]) Main(m interface{ Run() int }) interface{ Run() int } {
	return mainFunc(func() int {
		code := m.Run()
		if err := s.stop(); err != nil {
			_, _ = os.Stderr.WriteString("stop the shared server: " + err.Error() + "\n")
			code = max(code, 1)
		}
		return code
	})
}

func (s *Shared[S]) stop() error {
	if s.dir == "" {
		return nil // nobody asked for it
	}
	var err error
	if s.err == nil {
		err = s.server.Stop()
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

type mainFunc func() int

func (f mainFunc) Run() int { return f() }
