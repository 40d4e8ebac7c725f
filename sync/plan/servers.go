package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// serverMemory is how long a server stays known without a complete read from it: what it has missed
// since is anybody's guess. The last one of a source stays.
const serverMemory = 30 * 24 * time.Hour

// Two conditions of the certificate that concern the server. The first never fails: whom another
// server misses is the business of views.go.
const (
	conditionServer   = "first-read-from-this-server"
	conditionProgress = "server-progress" // its copy has not gone back, and is not behind another one
)

// judgeServers doubts what a server shows of which little is known: a replica may lag behind by
// hours, and whoever it lacks looks absent (design §5.1 row b, pitfall B16, docs/decisions/0013-which-server.md).
func (p *doubts) judgeServers() {
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
func (p *doubts) judgeServer(s *model.Snapshot) {
	last := p.State.Sources[s.Source].Server
	known, seen := p.knownServer(s.Source, s.Server)
	switch {
	case last == "":
	case seen && !known.Holds(*s):
		p.switched[s.Source] = true
		s.Satisfy(conditionServer, model.Because("server-other-copy", s.Server, s.Replica.Reason(), known.Reason()))
	case strings.EqualFold(last, s.Server):
		s.Satisfy(conditionServer, model.Because("server-as-before", s.Server))
	default:
		p.switched[s.Source] = true
		s.Satisfy(conditionServer, model.Because("server-another", s.Server, last))
	}
}

// judgeProgress looks at how far the copy has come. A server that shows an older state than it, or
// another one, showed to an earlier pass was restored from a backup, or does not get the changes.
func (p *doubts) judgeProgress(s *model.Snapshot) {
	if s.Replica.Version == "" {
		return
	}
	for _, k := range p.State.Servers {
		key, older := s.Replica.Version.Behind(k.Version)
		if k.Source != s.Source || !older {
			continue
		}
		what := model.Because("server-went-back", s.Server, k.LastRead, key)
		if !strings.EqualFold(k.Server, s.Server) {
			what = model.Because("server-lags", s.Server, k.Server, k.LastRead, key)
		}
		p.doubt(s, conditionProgress, what)
		return
	}
	s.Satisfy(conditionProgress, model.Because("server-in-step"))
}

func (p *directory) knownServer(source, server string) (model.KnownServer, bool) {
	n := slices.IndexFunc(p.State.Servers, func(k model.KnownServer) bool { return k.Source == source && strings.EqualFold(k.Server, server) })
	if n < 0 {
		return model.KnownServer{}, false
	}
	return p.State.Servers[n], true
}

// servers are the known servers after this pass. Who accepts the baseline accepts this copy, and with
// it that the states of the others may be lost. Through a bind account that is new, no other copy has
// been proved yet.
func (p *evidence) servers() []model.KnownServer {
	var all []model.KnownServer
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
	slices.SortFunc(all, model.KnownServer.Compare)
	return all
}

// recordServer adds a complete read to what is known of its server.
func (p *evidence) recordServer(all []model.KnownServer, s model.Snapshot) []model.KnownServer {
	k := model.KnownServer{Source: s.Source, Server: strings.ToLower(s.Server), Replica: s.Replica, FirstRead: p.Now, LastRead: p.Now, Proved: p.proved[s.Source]}
	n := slices.IndexFunc(all, func(had model.KnownServer) bool { return had.Compare(k) == 0 })
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
