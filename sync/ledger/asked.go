package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// recordedWait is one wait in the database.
type recordedWait struct {
	Code    model.WaitCode       `json:"code"`
	Since   time.Time            `json:"since"`
	People  int                  `json:"people"`
	Command string               `json:"command"`
	Covers  int                  `json:"covers"`
	Steps   int                  `json:"coversSteps"`
	Check   string               `json:"check"`
	Whom    []recordedWaitingOne `json:"whom"`
}

type recordedWaitingOne struct {
	Person struct {
		Source string `json:"source"`
		ID     string `json:"id"`
		CSI    string `json:"csi"`
		DN     string `json:"dn"`
	} `json:"person"`
	Steps   []model.Op `json:"steps"`
	Also    []model.Op `json:"also"`
	AskedBy []string   `json:"askedBy"`
	Missing bool       `json:"missing"`
}

func recordPeople(people []model.WaitingPerson) []recordedWaitingOne {
	return model.Convert(people, func(x model.WaitingPerson) recordedWaitingOne {
		one := recordedWaitingOne{Steps: x.Steps, Also: x.Also, AskedBy: x.AskedBy, Missing: x.Missing}
		one.Person.Source, one.Person.ID, one.Person.CSI, one.Person.DN = x.Person.Source, x.Person.ID, x.CSI, x.DN
		return one
	})
}

func (r recordedWaitingOne) person() model.WaitingPerson {
	return model.WaitingPerson{
		Subject: model.Subject{Person: model.PersonID{Source: r.Person.Source, ID: r.Person.ID}, CSI: r.Person.CSI, DN: r.Person.DN},
		Steps:   r.Steps, Also: r.Also, AskedBy: r.AskedBy, Missing: r.Missing,
	}
}

func recordWaits(waits []model.Wait) []recordedWait {
	recorded := make([]recordedWait, 0, len(waits))
	for _, w := range waits {
		recorded = append(recorded, recordedWait{
			Code: w.Code, Since: w.Since.UTC(), People: w.People, Command: w.Command, Covers: w.Covers, Steps: w.CoversSteps, Check: english.Sentences(w.Check), Whom: recordPeople(w.Whom),
		})
	}
	return recorded
}

func (r recordedWait) wait() model.Wait {
	return model.Wait{
		Code: r.Code, Since: r.Since, People: r.People, Command: r.Command, Covers: r.Covers, CoversSteps: r.Steps, Check: model.Told("", r.Check).Some(), Whom: model.Convert(r.Whom, recordedWaitingOne.person),
	}
}

// Asked records what is asked for by a hash after somebody's yes, which looked afresh: what the last pass asked
// is out of date then, and a limit may have room for whom nobody approved.
func (l *Ledger) Asked(ctx context.Context, after model.AfterYes) error {
	waits, err := json.Marshal(recordWaits(after.Waits))
	if err != nil {
		return err
	}
	freed, err := json.Marshal(recordPeople(after.Freed))
	if err != nil {
		return err
	}
	return inTx(ctx, l.writes, "record what is asked for", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO asked_after (one, waits, freed, freed_people) VALUES (1, ?, ?, ?)`, string(waits), string(freed), after.FreedPeople)
		return err
	})
}

// AskedAfter is what [Ledger.Asked] recorded since the last pass, nil if nothing was.
func (r *Reader) AskedAfter(ctx context.Context) (*model.AfterYes, error) {
	var waits, freed string
	after := &model.AfterYes{} // nothing is asked for: that is an answer, too
	err := inTx(ctx, r.reads, "read what is asked for", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT waits, freed, freed_people FROM asked_after`).Scan(&waits, &freed, &after.FreedPeople)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil || waits == "" {
		return nil, err
	}
	var asked []recordedWait
	var going []recordedWaitingOne
	if err := errors.Join(json.Unmarshal([]byte(waits), &asked), json.Unmarshal([]byte(freed), &going)); err != nil {
		return nil, err
	}
	after.Waits, after.Freed = model.Convert(asked, recordedWait.wait), model.Convert(going, recordedWaitingOne.person)
	return after, nil
}

// forgetAsked forgets it: a pass asked, or somebody's word changed what is.
func forgetAsked(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM asked_after`)
	return err
}
