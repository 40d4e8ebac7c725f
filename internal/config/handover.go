package config

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Handover says where new passwords go.
type Handover struct {
	File    string           `yaml:"file"` // CSV; "" = nowhere, only without Credentials.Hash
	Link    *url.URL         `yaml:"link"` // of the activation link, without username and password; never nil
	CSV     CSV              `yaml:"csv"`
	Columns []HandoverColumn `yaml:"columns"`
}

// CSV is the form of the hand-over file.
type CSV struct {
	Separator Separator `yaml:"separator"`
	BOM       bool      `yaml:"bom"`  // the byte order mark at the begin, by which Excel knows UTF-8
	Text      bool      `yaml:"text"` // cells with a digit as ="00123", which Excel leaves as they are
}

// Separator stands between two cells.
type Separator string

// The separators.
const (
	SeparatorComma     Separator = "comma"
	SeparatorSemicolon Separator = "semicolon"
	SeparatorTab       Separator = "tab"
)

// HandoverColumn is a further column of the hand-over file. Its value is a template, as those of
// [Mapping] are.
type HandoverColumn struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
}

func (v *validator) handover(h Handover, c Credentials) {
	v.link("handover.link", h.Link)
	oneOf(v, "handover.csv.separator", h.CSV.Separator, SeparatorComma, SeparatorSemicolon, SeparatorTab)
	v.columns("handover.columns", h.Columns)
	switch {
	case h.File != "":
		v.absolute("handover.file", h.File)
	case c.Hash:
		v.fail("handover.file", model.Because("handover-file-required"))
	case len(h.Columns) > 0:
		v.fail("handover.columns", model.Because("columns-without-file"))
	}
}

// link is D-53: the page for the public service, or the scheme of one of the apps.
func (v *validator) link(path string, u *url.URL) {
	schemes := []string{"https", "threemawork", "threemaonprem"}
	if u == nil || !slices.Contains(schemes, u.Scheme) || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		v.fail(path, model.Because("no-activation-link"))
	}
}

// columns have a name and a template; package sync/handover looks at the one, sync/mapping at the other.
func (v *validator) columns(path string, columns []HandoverColumn) {
	for n, c := range columns {
		at := path + "[" + strconv.Itoa(n) + "]"
		v.required(at+".name", c.Name)
		v.required(at+".value", c.Value)
	}
}
