package ldapsource

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Source is one directory and the part of it that counts. It is safe for concurrent use.
type Source struct {
	cfg      Config
	now      func() time.Time
	logger   *slog.Logger
	resolver Resolver
	progress func(int)

	profile          profile
	id               idCodec
	addresses        []*url.URL
	base             *ldap.DN
	excluded         []*ldap.DN
	covers           []cover
	filter           filter
	filterAttributes []string
	scope            string

	turn               sync.Mutex // guards whose turn it is
	preferred, avoided string     // addresses: the server of the last good session, and of the last bad one
	read               view       // of the last good read

	login   sync.Mutex // one bind at a time, so that a wrong password is tried once
	lockout Lockout
	rounds  int // of a fingerprint, see fingerprintRounds
}

// Name is the source's name in the configuration.
func (s *Source) Name() string { return s.cfg.Name }

// Read takes one complete snapshot, with a sighting for each of the tracked people that the
// scope did not show. Every error is a *model.ReadError. A password that the server refused is not
// tried again, see [Lockout].
func (s *Source) Read(ctx context.Context, tracked []model.Tracked) (model.Snapshot, error) {
	return withSession(ctx, s, func(ctx context.Context, v *session) (model.Snapshot, error) {
		people, err := v.readPeople(ctx)
		if err != nil {
			return model.Snapshot{}, err
		}
		if err := v.readGroups(ctx, people, tracked); err != nil {
			return model.Snapshot{}, err
		}
		sightings, err := v.sight(ctx, missingFrom(people, tracked))
		if err != nil {
			return model.Snapshot{}, err
		}
		if err := v.seeSentinels(); err != nil {
			return model.Snapshot{}, err
		}
		v.noteView()
		return model.Snapshot{
			Source: s.cfg.Name, Conditions: v.certificate, People: people, Sightings: sightings,
			EntitledBy: s.cfg.Groups, StateInFilter: v.stateInFilter(),
			Server: v.server, Replica: v.replica, NamingContext: v.contextID, Scope: s.scope, Account: v.account, Reader: v.reader, ProtectAll: v.protected.doubts,
		}, nil
	})
}

// Recheck looks people up afresh, by immutable ID over the whole naming context, and returns
// one sighting for each, in order. It gives an error where the directory's answers prove
// nothing today: a clock that is off, a server that is not synchronized, a sentinel not seen, or
// another view than that of the last read.
func (s *Source) Recheck(ctx context.Context, tracked []model.Tracked) ([]model.Sighting, error) {
	return withSession(ctx, s, func(ctx context.Context, v *session) ([]model.Sighting, error) {
		if err := v.sameView(); err != nil {
			return nil, err
		}
		if err := v.seeSentinels(); err != nil {
			return nil, err
		}
		if err := v.requireProof(); err != nil {
			return nil, err
		}
		return v.sight(ctx, tracked)
	})
}

// Holders lists the people of the scope who have this value of an attribute, as far as the account
// itself says who they are: groups are not asked.
func (s *Source) Holders(ctx context.Context, attribute, value string) ([]model.Person, error) {
	return withSession(ctx, s, func(ctx context.Context, v *session) ([]model.Person, error) {
		entries, err := v.collect(ctx, v.cfg.BaseDN, allOf(v.filter, equal(attribute, value)), v.refuseNameless)
		if err != nil {
			return nil, fmt.Errorf("look for others with the same %s: %w", attribute, err)
		}
		var people []model.Person
		for _, id := range slices.Sorted(maps.Keys(entries)) {
			if !v.profile.skip(entries[id]) {
				people = append(people, v.person(id, entries[id]))
			}
		}
		return people, nil
	})
}

// withSession is runSession where what came of the session decides which server is asked next time.
func withSession[T any](ctx context.Context, s *Source, use func(context.Context, *session) (T, error)) (T, error) {
	result, address, err := runSession(ctx, s, use)
	s.noteTurn(address, err)
	return result, err
}

// runSession opens a session, hands it to use, and closes it. It returns the address of the server. A
// password that was refused before is not even carried to a server.
func runSession[T any](ctx context.Context, s *Source, use func(context.Context, *session) (T, error)) (result T, address string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	var none T
	if err := (&session{Source: s, self: s.cfg.BindDN}).refusedBefore(ctx); err != nil {
		return none, "", err
	}
	address, err = s.inTurn(ctx, func(ctx context.Context, v *session) error {
		if err := v.open(ctx); err != nil {
			return err
		}
		result, err = use(ctx, v)
		return err
	})
	if err != nil {
		return none, address, err
	}
	return result, address, nil
}

func missingFrom(people []model.Person, tracked []model.Tracked) []model.Tracked {
	seen := make(map[model.PersonID]bool, len(people))
	for _, p := range people {
		seen[p.ID] = true
	}
	var missing []model.Tracked
	for _, t := range tracked {
		if !seen[t.ID] {
			missing = append(missing, t)
		}
	}
	return missing
}
