package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// shownSteps is how many of a person's latest steps PersonHistory returns.
const shownSteps = 200

// byWhoseLeave are who ordered a step, by the entry of its intent, and whether somebody said yes to it.
const byWhoseLeave = `
	(SELECT by FROM audit a WHERE a.source = journal.source AND a.person = journal.person AND a.person <> '' AND a.operation = journal.id AND a.event = 'intent' LIMIT 1),
	EXISTS (SELECT 1 FROM audit a WHERE a.source = journal.source AND a.person = journal.person AND a.person <> '' AND a.change_id = journal.change_id AND a.event = 'approved')`

// PersonHistory returns what was recorded of one person: the latest journal rows with their
// passes, and all departures. Of what was erased it finds the tombstones. A row of settings stands for many people and is left out.
func (r *Reader) PersonHistory(ctx context.Context, person model.PersonID) (model.History, error) {
	const fromJournal = ` FROM journal WHERE source = ? AND person IN (SELECT value FROM json_each(?)) AND op <> 'set-settings'`
	var h model.History
	err := inTx(ctx, r.reads, "read the history of a person", func(tx *sql.Tx) error {
		buried, err := tombstonesOf(ctx, tx, person)
		if err != nil {
			return err
		}
		theirs, err := json.Marshal(append([]string{person.ID}, buried...))
		if err != nil {
			return err
		}
		h.Steps, err = selectAll(ctx, tx, func(rows *sql.Rows) (model.PastStep, error) {
			var s model.PastStep
			var settled int64
			var by *string
			var saidYes bool
			var err error
			s.Operation, err = scanOperation(rows.Scan, &s.State, &settled, &s.Message, &s.Run, &s.Mode, &by, &saidYes)
			if by != nil { // nil: erased, or older than the audit
				s.By, s.AlreadyGone = *by, s.Approved && *by == "" && !saidYes
			}
			s.SettledAt = fromMillis(settled)
			s.Erased = slices.Contains(buried, s.Person.ID)
			return s, err
		}, `SELECT `+operationColumns+`, state, settled_at, message, run, (SELECT mode FROM runs WHERE runs.id = run), `+byWhoseLeave+
			fromJournal+` ORDER BY id DESC LIMIT ?`, person.Source, string(theirs), shownSteps)
		if err != nil {
			return err
		}
		slices.Reverse(h.Steps)
		if err := tx.QueryRowContext(ctx, `SELECT count(*)`+fromJournal, person.Source, string(theirs)).Scan(&h.Omitted); err != nil {
			return err
		}
		h.Omitted -= len(h.Steps)
		h.Departures, err = readPastDepartures(ctx, tx, person)
		return err
	})
	return h, err
}

func readPastDepartures(ctx context.Context, tx querier, person model.PersonID) ([]model.PastDeparture, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.PastDeparture, error) {
		var d model.PastDeparture
		var started, withdrawn, ended int64
		err := rows.Scan(&d.Username, &d.CredentialID, &started, &withdrawn, &ended, &d.Ended)
		d.StartedAt, d.WithdrawnAt, d.EndedAt = fromMillis(started), fromMillis(withdrawn), fromMillis(ended)
		return d, err
	}, `SELECT username, credential_id, started_at, withdrawn_at, ended_at, ended FROM sagas WHERE source = ? AND person = ? AND ordered = 0 ORDER BY id`,
		person.Source, person.ID)
}

// shownPeople caps PastPeople: more than one is too many already.
const shownPeople = 100

// PastPeople returns whom the journal knows by a csi, username, DN, Threema ID or directory ID, or if nobody
// is known so by the name that their DN begins with; the latest first, each as the latest row with it calls
// them. Case does not count, but beyond ASCII: SQLite cannot fold it, so what is typed exactly is found as well.
func (r *Reader) PastPeople(ctx context.Context, query string) ([]model.Subject, error) {
	const from = `SELECT source, person, csi, dn, max(id) FROM journal WHERE person <> '' AND op <> 'set-settings' AND `
	const latest = ` GROUP BY source, person ORDER BY max(id) DESC`
	var people []model.Subject
	err := inTx(ctx, r.reads, "look for a person in the journal", func(tx *sql.Tx) (err error) {
		people, err = selectAll(ctx, tx, scanPast, from+`?1 <> '' AND (
				?1 IN (lower(person), lower(source || '/' || person), lower(csi), lower(username), lower(dn))
				OR ?2 IN (csi, username, dn)
				OR EXISTS (SELECT 1 FROM json_each(threema_ids) WHERE lower(value) = ?1))`+latest+` LIMIT ?3`,
			strings.ToLower(strings.TrimSpace(query)), strings.TrimSpace(query), shownPeople)
		if err != nil || len(people) > 0 || strings.TrimSpace(query) == "" {
			return err
		}
		people, err = selectAll(ctx, tx, scanPast, from+`dn <> ''`+latest)
		people = slices.DeleteFunc(people, func(h model.Subject) bool { return !model.Named(h.DN, query) })
		people = people[:min(len(people), shownPeople)]
		if err != nil || len(people) > 0 {
			return err
		}
		people, err = buriedPeople(ctx, tx, strings.TrimSpace(query))
		return err
	})
	return people, err
}

func scanText(rows *sql.Rows) (text string, err error) { return text, rows.Scan(&text) }

// buriedPeople are the erased whose directory ID, with its source or without, a query is: whoever knows the ID
// can ask whether a tombstone is theirs.
func buriedPeople(ctx context.Context, tx querier, query string) ([]model.Subject, error) {
	sources, err := selectAll(ctx, tx, scanText, `SELECT DISTINCT source FROM journal ORDER BY source`)
	people := []model.Subject{}
	for _, source := range sources {
		person := model.PersonID{Source: source, ID: query}
		if of, id, whole := strings.Cut(query, "/"); whole && of == source {
			person.ID = id
		}
		buried, err := tombstonesOf(ctx, tx, person)
		if err != nil {
			return nil, err
		}
		theirs, err := json.Marshal(buried)
		if err != nil {
			return nil, err
		}
		rows, err := selectAll(ctx, tx, scanText, `SELECT person FROM journal WHERE source = ? AND person IN (SELECT value FROM json_each(?)) LIMIT 1`, source, string(theirs))
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			people = append(people, model.Subject{Person: person})
		}
	}
	return people, err
}

func scanPast(rows *sql.Rows) (h model.Subject, err error) {
	var last int64
	err = rows.Scan(&h.Person.Source, &h.Person.ID, &h.CSI, &h.DN, &last)
	return h, err
}
