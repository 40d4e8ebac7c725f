package plan

import (
	"cmp"
	"fmt"
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

// behind names a key in which v is older than w. Keys that only one of them has say nothing.
func (v Version) behind(w Version) (key string, older bool) {
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
	// Proved tells that this copy was part of a proved view (views.go).
	Proved bool
}

// holds tells whether it is the copy of the directory that a read came from: by the identity of the
// copy where the product has one, else by the server's name.
func (k KnownServer) holds(s Snapshot) bool {
	return k.ID == s.Replica.ID && (k.ID != "" || strings.EqualFold(k.Server, s.Server))
}

func (k KnownServer) compare(l KnownServer) int {
	return cmp.Or(strings.Compare(k.Source, l.Source), strings.Compare(k.Server, l.Server))
}

// serverMemory is how long a server stays known without a complete read from it: what it has missed
// since is anybody's guess. The last one of a source stays.
const serverMemory = 30 * 24 * time.Hour

// Two conditions of the certificate that concern the server. The first never fails: whom another
// server misses is the business of views.go.
const (
	conditionServer   = "first-read-from-this-server"
	conditionProgress = "server-progress" // its copy has not gone back, and is not behind another one
)

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

// judgeServers doubts what a server shows of which little is known: a replica may lag behind by
// hours, and whoever it lacks looks absent (design §5.1 row b, pitfall B16, docs/decisions/0013-which-server.md).
func (p *planner) judgeServers() {
	for n := range p.Sources {
		s := &p.Sources[n].Snapshot
		p.judgeServer(s)
		p.judgeProgress(s)
	}
}

// judgeServer looks at who answered. A read from another copy of the directory than the one before
// counts, but confirms nobody's departure alone, whatever the evidence (see confirms): so a source
// that alternates between two servers has its leavers, and a server that lags takes nobody out whom
// the other one shows. Whether a copy that is new may miss anybody, judgeViews asks.
func (p *planner) judgeServer(s *Snapshot) {
	last := p.State.Sources[s.Source].Server
	known, seen := p.knownServer(s.Source, s.Server)
	switch {
	case last == "":
	case seen && !known.holds(*s):
		p.switched[s.Source] = true
		s.satisfy(conditionServer, fmt.Sprintf("%s holds another copy of the directory than before (%s, it was %s), so it was restored or set up anew: "+
			"what it shows alone confirms no departure", s.Server, s.Replica.name(), known.name()))
	case strings.EqualFold(last, s.Server):
		s.satisfy(conditionServer, s.Server+", as before")
	default:
		p.switched[s.Source] = true
		s.satisfy(conditionServer, fmt.Sprintf("%s answered, and %s before: who is gone from both may depart", s.Server, last))
	}
}

// judgeProgress looks at how far the copy has come. A server that shows an older state than it, or
// another one, showed to an earlier pass was restored from a backup, or does not get the changes.
func (p *planner) judgeProgress(s *Snapshot) {
	if s.Replica.Version == "" {
		return
	}
	for _, k := range p.State.Servers {
		key, older := s.Replica.Version.behind(k.Version)
		if k.Source != s.Source || !older {
			continue
		}
		when := k.LastRead.UTC().Format("2006-01-02 15:04 UTC")
		what := fmt.Sprintf("%s has gone back behind the state that it showed on %s (%s): it was restored from a backup", s.Server, when, key)
		if !strings.EqualFold(k.Server, s.Server) {
			what = fmt.Sprintf("%s is behind the state that %s showed on %s (%s): it does not get the changes", s.Server, k.Server, when, key)
		}
		p.doubt(s, conditionProgress, what+", so whoever was added since is missing there: nobody departs until it has caught up. "+
			"Fix its replication, or if what is missing is lost for good, "+howToAccept)
		return
	}
	s.satisfy(conditionProgress, "not behind any earlier read")
}

func (p *planner) knownServer(source, server string) (KnownServer, bool) {
	n := slices.IndexFunc(p.State.Servers, func(k KnownServer) bool { return k.Source == source && strings.EqualFold(k.Server, server) })
	if n < 0 {
		return KnownServer{}, false
	}
	return p.State.Servers[n], true
}

// servers are the known servers after this pass. Who accepts the baseline accepts this copy, and with
// it that the states of the others may be lost. Through a bind account that is new, no other copy has
// been proved yet.
func (p *planner) servers() []KnownServer {
	var all []KnownServer
	newReader := map[string]bool{}
	for _, s := range p.Sources {
		newReader[s.Snapshot.Source] = p.proved[s.Snapshot.Source] && p.otherReader(s.Snapshot)
	}
	for _, k := range p.State.Servers {
		forgotten := p.Now.Sub(k.LastRead) > serverMemory && k != p.State.LastServer(k.Source)
		if !forgotten && !(p.AcceptBaseline && p.sourceRead(k.Source)) {
			k.Proved = k.Proved && !newReader[k.Source]
			all = append(all, k)
		}
	}
	for _, s := range p.Sources {
		if s.Snapshot.Departures() && s.Snapshot.Server != "" {
			all = p.recordServer(all, s.Snapshot)
		}
	}
	slices.SortFunc(all, KnownServer.compare)
	return all
}

// recordServer adds a complete read to what is known of its server.
func (p *planner) recordServer(all []KnownServer, s Snapshot) []KnownServer {
	k := KnownServer{Source: s.Source, Server: strings.ToLower(s.Server), Replica: s.Replica, FirstRead: p.Now, LastRead: p.Now, Proved: p.proved[s.Source]}
	n := slices.IndexFunc(all, func(had KnownServer) bool { return had.compare(k) == 0 })
	if n < 0 {
		return append(all, k)
	}
	if all[n].ID == k.ID {
		k.Proved = k.Proved || all[n].Proved
		if !all[n].FirstRead.After(p.Now) {
			k.FirstRead = all[n].FirstRead
		}
	}
	all[n] = k
	return all
}

func (r Replica) name() string { return cmp.Or(r.ID, "none readable") }
