package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// DefaultFile is the configuration where nobody names another one.
const DefaultFile = "/etc/threema-dirsync/config.yaml"

// maxFile is the largest configuration that is read, in bytes. A real one has about 10 kB.
const maxFile = 1 << 20

// LoadDraft reads the configuration file as [Load] does. Its error means that nothing of it could be read.
func LoadDraft(path string, getenv func(string) string) (*Draft, error) {
	data, err := NewFiles(getenv).configuration(path)
	if err != nil {
		return nil, err
	}
	beside, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, Mistake{model.Because("configuration-unreadable", err)}
	}
	draft, problem := parse(data, folders{beside: beside, credentials: credentialsFolder(getenv)})
	if problem != nil {
		return nil, fmt.Errorf("the configuration %s is refused:\n%w", path, Errors{*problem})
	}
	draft.file = path
	draft.judge(draft.sharedFiles(path))
	return draft, nil
}

// configuration reads the file, and one byte more than allowed at most: Parse refuses that.
func (f Files) configuration(path string) ([]byte, error) {
	file, info, err := plainfile.Open(path)
	if err != nil {
		return nil, f.unreadConfiguration(err, path)
	}
	defer func() { _ = file.Close() }()
	if err := f.Owners.Check(path, info); err != nil {
		return nil, Mistake{model.Because("configuration-of-others", path, err)}
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, Mistake{model.Because("configuration-unreadable", err)}
	}
	return data, nil
}

// parse reads the text of a configuration. The problem is one that hides all others.
func parse(data []byte, where folders) (*Draft, *Problem) {
	if len(data) > maxFile {
		return nil, &Problem{Mistake: Mistake{model.Because("configuration-too-large", maxFile)}}
	}
	if problem := encoding(data); problem != nil {
		return nil, problem
	}
	root, problem := document(data)
	if problem != nil {
		return nil, problem
	}
	cfg := Default()
	d := &decoder{lines: map[string]int{}}
	d.value(place{}, root, reflect.ValueOf(&cfg).Elem())
	cfg.normalize(where)

	draft := &Draft{Config: &cfg, decoder: d, problems: slices.Concat(d.problems, d.unbuilt)}
	draft.judge(cfg.validate())
	return draft, nil
}

// document parses the YAML and returns the one value it must hold.
func document(data []byte) (*yaml.Node, *Problem) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF) || err == nil && doc.Content[0].ShortTag() == "!!null":
		return nil, &Problem{Mistake: Mistake{model.Because("configuration-empty")}}
	case err != nil:
		return nil, syntaxProblem(err)
	}
	switch err := dec.Decode(&more); {
	case errors.Is(err, io.EOF):
		return doc.Content[0], nil
	case err != nil:
		return nil, syntaxProblem(err)
	default:
		return nil, &Problem{Line: more.Line, Mistake: Mistake{model.Because("second-document")}}
	}
}

// syntaxProblem takes the line out of an error of the YAML library ("yaml: line 3: …").
func syntaxProblem(err error) *Problem {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	p := &Problem{}
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		number, message, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			p.Line, text = n, message
		}
	}
	switch {
	case strings.Contains(text, "cannot start any token"):
		p.Mistake = Mistake{model.Because("no-yaml-token", text)}
	case strings.Contains(text, "tab character"):
		p.Mistake = Mistake{model.Because("no-yaml-tab", text)}
	case strings.Contains(text, "unknown escape character"):
		p.Mistake = Mistake{model.Because("no-yaml-escape", text)}
	default:
		p.Mistake = Mistake{model.Because("no-yaml", text)}
	}
	return p
}

// normalize makes the names of input files absolute, and lets nothing depend on whether the
// base URL was written with a slash at its end.
func (c *Config) normalize(where folders) {
	if u := c.Threema.BaseURL; u != nil {
		u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	}
	where.secret(&c.Threema.APIKeyFile)
	where.certificates(&c.Threema.CAFile)
	for i := range c.Sources {
		s := &c.Sources[i]
		where.secret(&s.BindPasswordFile)
		where.secret(&s.ClientKeyFile)
		where.certificates(&s.CAFile)
		where.certificates(&s.ClientCertFile)
	}
}
