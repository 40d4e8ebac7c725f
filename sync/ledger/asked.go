package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// recordedWait is one wait in the database.
type recordedWait struct {
	Code    plan.WaitCode        `json:"code"`
	Since   time.Time            `json:"since"`
	People  int                  `json:"people"`
	Command string               `json:"command"`
	Covers  int                  `json:"covers"`
	Whom    []recordedWaitingOne `json:"whom"`
}

type recordedWaitingOne struct {
	Person struct {
		Source string `json:"source"`
		ID     string `json:"id"`
		CSI    string `json:"csi"`
		DN     string `json:"dn"`
	} `json:"person"`
	Steps   []plan.Op `json:"steps"`
	Missing bool      `json:"missing"`
}

func recordWaits(waits []plan.Wait) []recordedWait {
	recorded := make([]recordedWait, 0, len(waits))
	for _, w := range waits {
		r := recordedWait{Code: w.Code, Since: w.Since.UTC(), People: w.People, Command: w.Command, Covers: w.Covers}
		for _, x := range w.Whom {
			one := recordedWaitingOne{Steps: x.Steps, Missing: x.Missing}
			one.Person.Source, one.Person.ID, one.Person.CSI, one.Person.DN = x.Person.Source, x.Person.ID, x.CSI, x.DN
			r.Whom = append(r.Whom, one)
		}
		recorded = append(recorded, r)
	}
	return recorded
}

func (r recordedWait) wait() plan.Wait {
	w := plan.Wait{Code: r.Code, Since: r.Since, People: r.People, Command: r.Command, Covers: r.Covers}
	for _, x := range r.Whom {
		w.Whom = append(w.Whom, plan.WaitingPerson{
			Person: plan.PersonID{Source: x.Person.Source, ID: x.Person.ID}, CSI: x.Person.CSI, DN: x.Person.DN, Steps: x.Steps, Missing: x.Missing,
		})
	}
	return w
}

// Asked records what is asked for by a hash after somebody's yes, which looked afresh: what the last pass asked
// is out of date then, and a limit may have room for whom nobody approved.
func (l *Ledger) Asked(ctx context.Context, waits []plan.Wait) error {
	text, err := json.Marshal(recordWaits(waits))
	if err != nil {
		return err
	}
	return inTx(ctx, l.writes, "record what is asked for", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO asked_after (one, waits) VALUES (1, ?)`, string(text))
		return err
	})
}

// AskedAfter is what [Ledger.Asked] recorded since the last pass, nil if nothing was.
func (r *Reader) AskedAfter(ctx context.Context) (waits []plan.Wait, err error) {
	var text string
	err = inTx(ctx, r.reads, "read what is asked for", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT waits FROM asked_after`).Scan(&text)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil || text == "" {
		return nil, err
	}
	var recorded []recordedWait
	if err := json.Unmarshal([]byte(text), &recorded); err != nil {
		return nil, err
	}
	waits = make([]plan.Wait, 0, len(recorded)) // nothing is asked for: that is an answer, too
	for _, w := range recorded {
		waits = append(waits, w.wait())
	}
	return waits, nil
}

// forgetAsked forgets it: a pass asked, or somebody's word changed what is.
func forgetAsked(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM asked_after`)
	return err
}
