package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Draft is a configuration as far as its file could be read, with every mistake so far. Whoever looks at
// what the file names adds what is wrong there, so that one run tells all of it.
type Draft struct {
	*Config
	file     string
	problems Errors
	decoder  *decoder
}

// judge takes the mistakes that a rule found, but for those that only repeat one of the decoder.
func (d *Draft) judge(broken []Problem) {
	for _, p := range broken {
		if !d.decoder.reported(p.Path) {
			p.Line = d.decoder.line(p.Path)
			d.problems = append(d.problems, p)
		}
	}
}

// Sound tells whether the value of a key could be read, so that it is worth a look.
func (d *Draft) Sound(path string) bool {
	return !slices.ContainsFunc(d.problems, func(p Problem) bool { return p.Path == path }) && !d.decoder.reported(path)
}

// Add notes what is wrong with what a key says, "" for no key.
func (d *Draft) Add(path string, err error) {
	if elsewhere, ok := errors.AsType[Errors](err); ok { // it names its own place
		d.problems = append(d.problems, elsewhere...)
		return
	}
	if err != nil {
		d.problems = append(d.problems, Problem{path, d.decoder.line(path), mistakeOf(err)})
	}
}

// Err is every mistake in the order of the file, nil if there is none.
func (d *Draft) Err() error {
	if len(d.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return fmt.Errorf("the configuration %s is refused:\n%w", d.file, d.problems)
}

// Load reads and checks the configuration file. getenv (os.Getenv in the program) is asked
// for CREDENTIALS_DIRECTORY (see [folders]), and for who called sudo. Mistakes in the file are [Errors]
// inside the returned error.
func Load(path string, getenv func(string) string) (*Config, error) {
	draft, err := LoadDraft(path, getenv)
	if err == nil {
		err = draft.Err()
	}
	if err != nil {
		return nil, err
	}
	return draft.Config, nil
}

// Parse checks the text of a configuration. dir is the folder for relative *_file paths.
// Its error is always an [Errors] with every mistake found.
func Parse(data []byte, dir string) (*Config, error) {
	draft, problem := parse(data, folders{beside: dir})
	if problem != nil {
		return nil, Errors{*problem}
	}
	if problems, ok := errors.AsType[Errors](draft.Err()); ok {
		return nil, problems
	}
	return draft.Config, nil
}
