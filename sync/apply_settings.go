package sync

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// settings writes differing settings in bulk, one journal row per chunk.
func (a *applier) settings(ctx context.Context, changes []plan.Change) error {
	for chunk := range chunks(changes, a.Policy.ChunkSize) {
		if err := a.ready(ctx); err != nil {
			return err
		}
		var wanted []plan.CredentialSettings
		var parts []plan.Part
		for _, c := range chunk {
			wanted = append(wanted, plan.CredentialSettings{CredentialID: c.CredentialID, Settings: c.Settings})
			parts = append(parts, plan.Part{
				Change: c.ID, Person: c.Person, CSI: c.CSI, CredentialID: c.CredentialID, Reason: c.Reason, Evidence: c.Evidence,
			})
		}
		begun, err := a.begin(ctx, plan.Operation{Op: plan.SetSettings, At: a.Now(), Parts: parts})
		if err != nil {
			return err
		}
		refusals, failure := a.bulk(ctx, wanted)
		stop := a.tellSettings(ctx, chunk, refusals, failure)
		outcome := plan.Outcome{Operation: begun[0].ID, Result: plan.Done, Refusals: refusals, Message: kindWord(failure)}
		if failure != nil {
			outcome.Result = plan.Uncertain // some halves may have gone through: the next inventory tells
		}
		if err := errors.Join(a.settle(ctx, outcome), stop); err != nil {
			return err
		}
	}
	return nil
}

// tellSettings notes for each change of a chunk whether its values were taken. A failure that
// is no refusal concerned all of them.
func (a *applier) tellSettings(ctx context.Context, chunk []plan.Change, refusals []plan.Refusal, failure error) error {
	result, stop := a.judge(ctx, failure)
	refused := refusedBy(refusals)
	for _, c := range chunk {
		if refusal, bad := refused[c.CredentialID]; bad {
			a.note(ctx, c, plan.Failed, refusal)
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
// (threema-work-api §8). Any other failure is returned as it is.
func (a *applier) bulk(ctx context.Context, wanted []plan.CredentialSettings) ([]plan.Refusal, error) {
	err := a.Package.SetSettings(shielded(ctx), wanted)
	switch {
	case err == nil:
		return nil, nil
	case plan.KindOf(err) != plan.FailureRefused && plan.KindOf(err) != plan.FailureNotFound:
		return nil, err
	}
	first, second := halve(wanted)
	if second == nil {
		a.refusals++
		return []plan.Refusal{a.refusal(first[0], err)}, nil
	}
	var refusals []plan.Refusal
	for _, half := range [][]plan.CredentialSettings{first, second} {
		if a.refusals > maxRefusals {
			return refusals, errRefusesAll
		}
		if err := ctx.Err(); err != nil {
			return refusals, fmt.Errorf("stopped while the bad value was looked for: %w", err)
		}
		more, err := a.bulk(ctx, half)
		refusals = append(refusals, more...)
		if err != nil {
			return refusals, err
		}
	}
	return refusals, nil
}

// halve splits by credential, and one credential by setting. The second half of a single
// value is nil.
func halve(list []plan.CredentialSettings) (first, second []plan.CredentialSettings) {
	if n := len(list) / 2; n > 0 {
		return list[:n], list[n:]
	}
	settings := list[0].Settings
	if n := len(settings) / 2; n > 0 {
		part := func(s []plan.Setting) []plan.CredentialSettings {
			return []plan.CredentialSettings{{CredentialID: list[0].CredentialID, Settings: s}}
		}
		return part(settings[:n]), part(settings[n:])
	}
	return list, nil
}

func (a *applier) refusal(c plan.CredentialSettings, err error) plan.Refusal {
	return plan.Refusal{
		CredentialID: c.CredentialID, Setting: c.Settings[0].Name, Value: c.Settings[0].Value,
		Message: err.Error(), At: a.Now(),
	}
}

// refusedValues are what the service refused of one credential. The service may repeat a
// value, so these words belong into the report and not into the log.
type refusedValues struct{ refusals []plan.Refusal }

func (r *refusedValues) Error() string {
	var words []string
	for _, x := range r.refusals {
		words = append(words, fmt.Sprintf("the value of %s was refused: %s", x.Setting, x.Message))
	}
	return strings.Join(words, "; ")
}

// FailureKind implements plan.Failure.
func (r *refusedValues) FailureKind() plan.FailureKind { return plan.FailureRefused }

// refusedBy sorts refusals by credential.
func refusedBy(refusals []plan.Refusal) map[string]*refusedValues {
	by := map[string]*refusedValues{}
	for _, r := range refusals {
		if by[r.CredentialID] == nil {
			by[r.CredentialID] = &refusedValues{}
		}
		by[r.CredentialID].refusals = append(by[r.CredentialID].refusals, r)
	}
	return by
}
