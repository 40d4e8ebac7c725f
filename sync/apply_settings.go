package sync

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// writing writes settings, and learns what the service does with those of others.
type writing struct {
	*requests
	refusals   int           // bad values found in this pass
	service    model.Service // what the service taught, also in this pass
	trialEnded bool          // the settings of service.Trial are safe
}

// settings writes differing settings in bulk, one journal row per chunk. What others have set on
// those credentials must outlive it (apply_foreign.go).
func (a *writing) settings(ctx context.Context, changes []model.Change) error {
	changes, err := a.tryForeign(ctx, changes)
	if err != nil {
		return err
	}
	for chunk := range chunks(changes, a.Policy.ChunkSize) {
		if _, err := a.writeSettings(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// writeSettings writes the settings of one chunk, and returns the values that were refused.
func (a *writing) writeSettings(ctx context.Context, chunk []model.Change) ([]model.Refusal, error) {
	if err := a.ready(ctx); err != nil {
		return nil, err
	}
	var wanted []model.CredentialSettings
	var parts []model.Part
	for _, c := range chunk {
		wanted = append(wanted, model.CredentialSettings{CredentialID: c.CredentialID, Settings: c.Settings, Keep: a.keep(c)})
		parts = append(parts, model.Part{
			ChangeID: c.ID, Person: c.Person, CSI: c.CSI, CredentialID: c.CredentialID, FirstName: model.ValueOf(c.Settings, model.SettingFirstName),
			Reason: english.Join(c.Reasons), EvidenceText: english.Say(c.Evidence),
		})
	}
	begun, err := a.begin(ctx, model.Operation{Op: model.SetSettings, At: a.Now(), Parts: parts})
	if err != nil {
		return nil, err
	}
	refusals, failure := a.bulk(ctx, wanted)
	stop := a.tellSettings(ctx, chunk, refusals, failure)
	settlement := model.Settlement{Operation: begun[0].ID, Result: model.Done, Refusals: refusals, Message: kindWord(failure)}
	if failure != nil {
		settlement.Result = model.Uncertain // some halves may have gone through: the next inventory tells
	}
	return refusals, errors.Join(a.settle(ctx, settlement), stop)
}

// tellSettings notes for each change of a chunk whether its values were taken. A failure that
// is no refusal concerned all of them.
func (a *writing) tellSettings(ctx context.Context, chunk []model.Change, refusals []model.Refusal, failure error) error {
	result, stop := a.heed(ctx, failure)
	refused := refusedBy(refusals)
	for _, c := range chunk {
		if refusal, bad := refused[c.CredentialID]; bad {
			a.note(ctx, c, model.Failed, refusal)
		} else {
			a.note(ctx, c, result, failure)
		}
	}
	return stop
}

// maxRefusals bounds the search for bad values in one pass: beyond it the service refuses on
// principle, and halving would only burn the day's requests.
const maxRefusals = 20

// errRefusesAll ends a search that finds nothing but refusals.
var errRefusesAll = fmt.Errorf("the service refused more than %d values in one pass; "+
	"it may not accept this kind of setting at all: look at the messages of the first ones", maxRefusals)

// bulk writes settings with one request. When the service refuses it, the halves are tried,
// down to the one bad value, which is returned as a refusal; the others are written
// (work-api §8). Any other failure is returned as it is.
func (a *writing) bulk(ctx context.Context, wanted []model.CredentialSettings) ([]model.Refusal, error) {
	if len(wanted) == 1 {
		return a.bulkOne(ctx, wanted[0])
	}
	if err := a.Package.SetSettings(shielded(ctx), wanted); !refusesSettings(err) {
		return nil, err
	}
	var refusals []model.Refusal
	half := len(wanted) / 2
	for _, list := range [][]model.CredentialSettings{wanted[:half], wanted[half:]} {
		if err := a.goOnSearching(ctx); err != nil {
			return refusals, err
		}
		more, err := a.bulk(ctx, list)
		refusals = append(refusals, more...)
		if err != nil {
			return refusals, err
		}
	}
	return refusals, nil
}

// refusesSettings tells an answer that is about what was written.
func refusesSettings(err error) bool {
	kind := model.KindOf(err)
	return err != nil && (kind == model.FailureRefused || kind == model.FailureNotFound)
}

// goOnSearching ends the search for bad values in time.
func (a *writing) goOnSearching(ctx context.Context) error {
	if a.refusals > maxRefusals {
		return errRefusesAll
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("stopped while the bad value was looked for: %w", err)
	}
	return nil
}

// bulkOne writes the settings of one credential. After a refusal the good values have gone out in
// parts: where a part may have taken away what the part before it wrote, they go out once more
// together.
func (a *writing) bulkOne(ctx context.Context, c model.CredentialSettings) ([]model.Refusal, error) {
	err := a.setOne(ctx, c)
	if !refusesSettings(err) {
		return nil, err
	}
	if len(c.Keep) > 0 {
		kept := a.setOne(ctx, model.CredentialSettings{CredentialID: c.CredentialID, Keep: c.Keep})
		switch {
		case refusesSettings(kept):
			return []model.Refusal{a.refusalToKeep(c, kept)}, nil
		case kept != nil:
			return nil, kept
		}
	}
	good, refusals, err := a.searchHalves(ctx, c, err)
	if err != nil || len(good) == 0 || a.service.Bulk == model.BulkMerges {
		return refusals, err
	}
	c.Settings = good
	return refusals, a.setOne(ctx, c)
}

func (a *writing) setOne(ctx context.Context, c model.CredentialSettings) error {
	return a.Package.SetSettings(shielded(ctx), []model.CredentialSettings{c})
}

// searchHalves tells the good values of a refused write from the bad ones, and writes the good ones.
func (a *writing) searchHalves(ctx context.Context, c model.CredentialSettings, refused error) (good []model.Setting, refusals []model.Refusal, err error) {
	half := len(c.Settings) / 2
	if half == 0 {
		a.refusals++
		return nil, []model.Refusal{a.refusal(c, refused)}, nil
	}
	for _, part := range [][]model.Setting{c.Settings[:half], c.Settings[half:]} {
		if err := a.goOnSearching(ctx); err != nil {
			return good, refusals, err
		}
		written, more, err := a.search(ctx, model.CredentialSettings{CredentialID: c.CredentialID, Settings: part, Keep: c.Keep})
		good, refusals = append(good, written...), append(refusals, more...)
		if err != nil {
			return good, refusals, err
		}
	}
	return good, refusals, nil
}

// search writes a part of them.
func (a *writing) search(ctx context.Context, c model.CredentialSettings) (good []model.Setting, refusals []model.Refusal, err error) {
	err = a.setOne(ctx, c)
	switch {
	case err == nil:
		return c.Settings, nil, nil
	case refusesSettings(err):
		return a.searchHalves(ctx, c, err)
	}
	return nil, nil, err
}

func (a *writing) refusal(c model.CredentialSettings, err error) model.Refusal {
	return model.Refusal{
		CredentialID: c.CredentialID, Setting: c.Settings[0].Name, Value: c.Settings[0].Value,
		Message: err.Error(), At: a.Now(),
	}
}

// refusalToKeep is the refusal of what others have set and a write must carry along: without it, it
// would be lost, so nothing is written.
func (a *writing) refusalToKeep(c model.CredentialSettings, err error) model.Refusal {
	return model.Refusal{
		CredentialID: c.CredentialID, Setting: strings.Join(keptNames(c.Keep), ", "), At: a.Now(),
		Message: err.Error() + "; that is not ours and a write would take it away, so nothing is written to this credential: " +
			"set it anew in the cockpit, or remove it there",
	}
}

// refusedValues are what the service refused of one credential. The service may repeat a
// value, so these words belong into the report and not into the log.
type refusedValues struct{ refusals []model.Refusal }

func (r *refusedValues) Error() string {
	var words []string
	for _, x := range r.refusals {
		words = append(words, fmt.Sprintf("the value of %s was refused: %s", x.Setting, x.Message))
	}
	return strings.Join(words, "; ")
}

// FailureKind implements model.Failure.
func (r *refusedValues) FailureKind() model.FailureKind { return model.FailureRefused }

// refusedBy sorts refusals by credential.
func refusedBy(refusals []model.Refusal) map[string]*refusedValues {
	by := map[string]*refusedValues{}
	for _, r := range refusals {
		if by[r.CredentialID] == nil {
			by[r.CredentialID] = &refusedValues{}
		}
		by[r.CredentialID].refusals = append(by[r.CredentialID].refusals, r)
	}
	return by
}
