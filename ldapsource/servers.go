package ldapsource

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Prefer names the server to ask first from now on, by its [model.Replica] address: the one that
// the last complete read came from, as another one may lag behind it (pitfall B16). Later reads
// prefer the server that they came from. "" changes nothing.
func (s *Source) Prefer(address string) {
	s.turn.Lock()
	defer s.turn.Unlock()
	s.preferred = cmp.Or(address, s.preferred)
}

// noteTurn remembers how a session went. A server that broke off, or gave answers that prove
// nothing, is asked last next time: it must not keep the source from the others. What would fail
// on any server, such as a wrong base, is not held against it.
func (s *Source) noteTurn(address string, err error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	switch reason := model.ReasonOf(err); {
	case address == "":
	case err == nil:
		s.preferred = address
		if s.avoided == address {
			s.avoided = ""
		}
	case reason == model.ReadTimeout, reason == model.ReadResult, reason == model.ReadPaging:
		s.avoided = address
	}
}

// candidates are the servers in the order in which they are tried: the preferred one, the others
// as the configuration or DNS has them, and last the one that failed last time.
func (s *Source) candidates(ctx context.Context) ([]*url.URL, error) {
	found, err := s.servers(ctx)
	if err != nil {
		return nil, err
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	rank := func(address *url.URL) int {
		switch at := hostPort(address); {
		case strings.EqualFold(at, s.avoided):
			return 2
		case strings.EqualFold(at, s.preferred):
			return 0
		}
		return 1
	}
	slices.SortStableFunc(found, func(a, b *url.URL) int { return cmp.Compare(rank(a), rank(b)) })
	return found, nil
}

// servers are those that the configuration lists, or that DNS knows.
func (s *Source) servers(ctx context.Context) ([]*url.URL, error) {
	if s.cfg.Domain == "" {
		return slices.Clone(s.addresses), nil
	}
	return s.discover(ctx)
}

// whereTo says for the operator where the servers are.
func (s *Source) whereTo() string {
	if s.cfg.Domain == "" {
		return joinURLs(s.addresses)
	}
	return "the servers that DNS knows for " + s.cfg.Domain
}

// identifyReplica reads which copy of the directory this server holds, and how far it has come.
// What that proves, only the memory can judge (model.Replica).
func (v *session) identifyReplica(context.Context) (model.Reason, error) {
	id, version, err := v.profile.replica(v)
	if err != nil {
		return model.Reason{}, fmt.Errorf("read which copy of the directory %s holds: %w", v.server, err)
	}
	v.replica.ID, v.replica.Version = id, version
	v.certificate.satisfy(serverIdentity, v.describeCopy())
	return v.certificate.last(), nil
}

func (v *session) describeCopy() model.Reason {
	stand := any(string(v.replica.Version))
	if v.replica.Version == "" {
		stand = model.Because("point-untold")
	}
	if v.replica.ID == "" {
		return model.Because("nameless-copy-stands-at", v.server, v.replica.Address, stand)
	}
	return model.Because("copy-stands-at", v.server, v.replica.Address, v.replica.ID, stand)
}
