package model

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Replica is one server's copy of a directory, as a read found it.
type Replica struct {
	// Address is where the server was reached: host, or host:port.
	Address string
	// ID is of the copy and not of the server, so that a restored server has a new one: the
	// invocationId of Active Directory. "" where the product has none, or it is not readable.
	ID string
	// Version is how far the copy had come when the read began.
	Version Version
}

// Version is how far a copy of the directory has come, as words KEY=VALUE with one value for each
// source of changes. A key means the same on every server, and its values only grow: of two with
// the same length the later in the alphabet is the newer, and any longer one is newer still. ""
// where the product does not tell.
type Version string

// Words are the values by their keys.
func (v Version) Words() map[string]string {
	words := map[string]string{}
	for word := range strings.FieldsSeq(string(v)) {
		key, value, _ := strings.Cut(word, "=")
		words[key] = value
	}
	return words
}

// With is v as far as a later one does not say otherwise: what was known of one copy of a directory
// stays known when another one answers.
func (v Version) With(later Version) Version {
	words := v.Words()
	maps.Copy(words, later.Words())
	var all []string
	for _, key := range slices.Sorted(maps.Keys(words)) {
		all = append(all, key+"="+words[key])
	}
	return Version(strings.Join(all, " "))
}

// Older tells whether a value of a word is older than another one of the same key.
func Older(value, than string) bool {
	return cmp.Or(cmp.Compare(len(value), len(than)), strings.Compare(value, than)) < 0
}

// Behind names a key in which v is older than w. Keys that only one of them has say nothing.
func (v Version) Behind(w Version) (key string, older bool) {
	ours, theirs := v.Words(), w.Words()
	for _, key := range slices.Sorted(maps.Keys(ours)) {
		if than, ok := theirs[key]; ok && Older(ours[key], than) {
			return key, true
		}
	}
	return "", false
}

// KnownServer is a server from which a source was once read completely.
type KnownServer struct {
	Source    string
	Server    string // in lower case
	Replica          // at the last such read
	FirstRead time.Time
	LastRead  time.Time
	// Proved tells that this copy was part of a proved view (sync/plan/views.go).
	Proved bool
}

// Holds tells whether it is the copy of the directory that a read came from: by the identity of the
// copy where the product has one, else by the server's name.
func (k KnownServer) Holds(s Snapshot) bool {
	return k.ID == s.Replica.ID && (k.ID != "" || strings.EqualFold(k.Server, s.Server))
}

// Compare orders servers by source and ID.
func (k KnownServer) Compare(l KnownServer) int {
	return cmp.Or(strings.Compare(k.Source, l.Source), strings.Compare(k.Server, l.Server))
}

// Reason names the replica.
func (r Replica) Reason() Reason {
	if r.ID == "" {
		return Because("copy-unreadable")
	}
	return Because("copy", r.ID)
}

// LastServer is the server from which the last complete read of a source came, the zero value if
// there is none: it is asked first next time (pitfall B16). One that is proved comes before one that
// is not, which may lack people.
func (s State) LastServer(source string) KnownServer {
	var last KnownServer
	for _, k := range s.Servers {
		better := k.Proved && !last.Proved || k.Proved == last.Proved && k.LastRead.After(last.LastRead)
		if k.Source == source && better {
			last = k
		}
	}
	return last
}
