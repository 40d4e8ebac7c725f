package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// whereabouts is one row of observations, comparable.
type whereabouts struct {
	source, person string
	dn, ou, csi    string
	lastSeen       sql.NullInt64 // not valid: when the source was seen last, see table latest
	state          string
	since          int64
	reads          int
	evidence       string
	detail         string
	confirmedAt    int64
	firstSeen      int64
	protected      bool
	departures     int
	contested      bool
	second         bool
	unproved       bool
	lastRead       int64
	restarts       int
}

func (w whereabouts) compare(v whereabouts) int {
	return cmp.Or(strings.Compare(w.source, v.source), strings.Compare(w.person, v.person))
}

const whereaboutsColumns = `source, person, dn, ou, csi, last_seen, state, since, reads, evidence, evidence_detail, confirmed_at, first_seen, protected,
	departures, contested, second, unproved, last_read, restarts`

func scanWhereabouts(rows *sql.Rows) (whereabouts, error) {
	var w whereabouts
	err := rows.Scan(&w.source, &w.person, &w.dn, &w.ou, &w.csi, &w.lastSeen, &w.state, &w.since, &w.reads,
		&w.evidence, &w.detail, &w.confirmedAt, &w.firstSeen, &w.protected, &w.departures, &w.contested, &w.second, &w.unproved, &w.lastRead, &w.restarts)
	return w, err
}

// putObservations makes the stored observations equal to the given ones. The time of the
// source's latest sighting is written once; see table latest.
func putObservations(ctx context.Context, tx *sql.Tx, t *trail, observations []model.Observation) error {
	stored, err := readWhereabouts(ctx, tx)
	if err != nil {
		return err
	}
	latest := latestSightings(observations)
	wanted := make([]whereabouts, len(observations))
	for i, o := range observations {
		wanted[i] = toRow(o, latest)
	}
	put, drop := difference(stored, wanted, whereabouts.compare)
	noteDepartures(t, stored, put)
	for _, w := range drop {
		if _, err := tx.ExecContext(ctx, `DELETE FROM observations WHERE source = ? AND person = ?`, w.source, w.person); err != nil {
			return err
		}
	}
	for _, w := range put {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO observations (`+whereaboutsColumns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			w.source, w.person, w.dn, w.ou, w.csi, w.lastSeen, w.state, w.since, w.reads, w.evidence, w.detail, w.confirmedAt, w.firstSeen, w.protected,
			w.departures, w.contested, w.second, w.unproved, w.lastRead, w.restarts)
		if err != nil {
			return err
		}
	}
	for source, seen := range latest {
		if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO latest (source, seen) VALUES (?, ?)`, source, seen); err != nil {
			return err
		}
	}
	return nil
}

// noteDepartures notes whose departure has become proven, and who was proven departed and is so no
// longer. Who is forgotten has left for good. Both lists are sorted.
func noteDepartures(t *trail, stored, put []whereabouts) {
	for _, w := range put {
		var prior whereabouts
		if n, known := slices.BinarySearchFunc(stored, w, whereabouts.compare); known {
			prior = stored[n]
		}
		e := AuditEntry{Person: model.PersonID{Source: w.source, ID: w.person}, CSI: w.csi, EvidenceText: w.proof()}
		switch {
		case prior.confirmedAt == 0 && w.confirmedAt != 0:
			e.Event = auditConfirmed
			e.Message = fmt.Sprintf("reads: %d, the first at %s", w.reads, fromMillis(w.since).Format(time.RFC3339))
			t.note(e)
		case prior.confirmedAt != 0 && w.confirmedAt == 0:
			e.Event, e.Message = auditReset, w.state
			t.note(e)
		}
	}
}

// proof words the evidence of a row.
func (w whereabouts) proof() string {
	return model.Evidence{Kind: model.EvidenceKind(w.evidence), Detail: w.detail}.String()
}

// latestSightings returns, by source, when somebody was seen last.
func latestSightings(observations []model.Observation) map[string]int64 {
	latest := map[string]int64{}
	for _, o := range observations {
		latest[o.Person.Source] = max(latest[o.Person.Source], millis(o.LastSeen))
	}
	return latest
}

func toRow(o model.Observation, latest map[string]int64) whereabouts {
	w := whereabouts{
		source: o.Person.Source, person: o.Person.ID, dn: o.DN, ou: o.OU, csi: o.CSI,
		state: o.State.String(), since: millis(o.Since), reads: o.Reads,
		evidence: string(o.Evidence.Kind), detail: o.Evidence.Detail, confirmedAt: millis(o.ConfirmedAt),
		firstSeen: millis(o.FirstSeen), protected: o.Protected,
		departures: o.Departures, contested: o.Contested, second: o.Second, unproved: o.Unproved, lastRead: millis(o.LastRead), restarts: o.Restarts,
	}
	if seen := millis(o.LastSeen); seen != latest[o.Person.Source] {
		w.lastSeen = sql.NullInt64{Int64: seen, Valid: true}
	}
	return w
}

func (w whereabouts) observation(latest map[string]int64) (model.Observation, error) {
	seen := latest[w.source]
	if w.lastSeen.Valid {
		seen = w.lastSeen.Int64
	}
	o := model.Observation{
		Subject: model.Subject{Person: model.PersonID{Source: w.source, ID: w.person}, CSI: w.csi, DN: w.dn}, OU: w.ou,
		LastSeen: fromMillis(seen), Since: fromMillis(w.since), Reads: w.reads,
		Evidence: model.Evidence{Kind: model.EvidenceKind(w.evidence), Detail: w.detail}, ConfirmedAt: fromMillis(w.confirmedAt),
		FirstSeen: fromMillis(w.firstSeen), Protected: w.protected,
		Departures: w.departures, Contested: w.contested, Second: w.second, Unproved: w.unproved, LastRead: fromMillis(w.lastRead), Restarts: w.restarts,
	}
	for _, state := range []model.AccountState{model.Unknown, model.Entitled, model.Departed} {
		if state.String() == w.state {
			o.State = state
			return o, nil
		}
	}
	return o, fmt.Errorf("%q is no state of an account", w.state)
}

func readWhereabouts(ctx context.Context, tx querier) ([]whereabouts, error) {
	return selectAll(ctx, tx, scanWhereabouts, `SELECT `+whereaboutsColumns+` FROM observations ORDER BY source, person`)
}

// Observation is what the passes saw last of one person; known tells whether they saw anybody.
func (r *Reader) Observation(ctx context.Context, person model.PersonID) (o model.Observation, known bool, err error) {
	err = inTx(ctx, r.reads, "look somebody up in the ledger", func(tx *sql.Tx) error {
		found, err := readObservations(ctx, tx, `WHERE source = ? AND person = ?`, person.Source, person.ID)
		if len(found) > 0 {
			o, known = found[0], true
		}
		return err
	})
	return o, known, err
}

func readAllObservations(ctx context.Context, tx querier) ([]model.Observation, error) {
	return readObservations(ctx, tx, "")
}

// readObservations reads those observations that a condition picks, sorted by person.
func readObservations(ctx context.Context, tx querier, condition string, args ...any) ([]model.Observation, error) {
	latest := map[string]int64{}
	_, err := selectAll(ctx, tx, func(rows *sql.Rows) (string, error) {
		var source string
		var seen int64
		err := rows.Scan(&source, &seen)
		latest[source] = seen
		return source, err
	}, `SELECT source, seen FROM latest`)
	if err != nil {
		return nil, err
	}
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.Observation, error) {
		w, err := scanWhereabouts(rows)
		if err != nil {
			return model.Observation{}, err
		}
		return w.observation(latest)
	}, `SELECT `+whereaboutsColumns+` FROM observations `+condition+` ORDER BY source, person`, args...)
}
