package sync

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Settings that others have made on a credential of ours are never lost (D-34), though nobody knows
// what a bulk write does with settings that it does not name. The first write to a credential that
// has some is a trial: it goes alone, what may be lost is on disk before, the credential is read
// afterwards, and what is gone is put back. What came out is kept. From then on, where a write
// replaces, it carries everything that the credential had when it was read last.

// keep lists what a write must carry along so that it stays.
func (a *writing) keep(c model.Change) []model.KeptSetting {
	if a.service.Bulk != model.BulkReplaces {
		return nil
	}
	if a.service.Trial.CredentialID == c.CredentialID { // the list was read before they were put back
		return union(c.Foreign, a.service.Trial.Foreign)
	}
	return c.Foreign
}

// tryForeign ends a trial that an earlier pass left open, and makes one while the reading is not
// known. It returns the changes that are left; those that only a reading would make safe wait for it.
func (a *writing) tryForeign(ctx context.Context, changes []model.Change) ([]model.Change, error) {
	if err := a.resumeTrial(ctx); err != nil {
		return nil, err
	}
	for a.service.Bulk == model.BulkUnknown {
		n := slices.IndexFunc(changes, hasForeign)
		if n < 0 {
			break
		}
		if a.trialOpen() {
			return a.waitForReading(ctx, changes), nil
		}
		if err := a.trial(ctx, changes[n]); err != nil {
			return nil, err
		}
		changes = slices.Delete(slices.Clone(changes), n, n+1)
	}
	return changes, nil
}

func hasForeign(c model.Change) bool { return len(c.Foreign) > 0 }

// trialOpen tells whether settings of others may still be gone.
func (a *writing) trialOpen() bool { return a.service.Trial.CredentialID != "" && !a.trialEnded }

// waitForReading skips the writes that might cost somebody a setting.
func (a *writing) waitForReading(ctx context.Context, changes []model.Change) []model.Change {
	var left []model.Change
	for _, c := range changes {
		if !hasForeign(c) {
			left = append(left, c)
			continue
		}
		a.skip(ctx, model.Because("write-may-cost", keptNames(c.Foreign)), c)
	}
	return left
}

// trial writes the settings of one credential on which others have some. One on which the list shows
// them and the credential itself does not has nothing to lose, and teaches nothing.
func (a *writing) trial(ctx context.Context, c model.Change) error {
	if err := a.ready(ctx); err != nil {
		return err
	}
	now, err := a.Package.Settings(shielded(ctx), c.CredentialID)
	if err != nil {
		_, stop := a.conclude(ctx, c, fmt.Errorf("read what others have set on the credential: %w", err))
		return stop
	}
	foreign := slices.DeleteFunc(now, func(s model.KeptSetting) bool { return !named(c.Foreign, s.Name) })
	if len(foreign) == 0 {
		_, err := a.writeSettings(ctx, []model.Change{c})
		return err
	}
	t := model.Trial{CredentialID: c.CredentialID, Username: c.Username, Wanted: c.Settings, Foreign: foreign, At: a.Now()}
	if err := a.Ledger.BeginTrial(ctx, t); err != nil {
		return fmt.Errorf("keep what others have set, before it is written: %w", err)
	}
	a.service.Trial, a.trialEnded = t, false
	refusals, err := a.writeSettings(ctx, []model.Change{c})
	if err != nil {
		return err
	}
	a.service.Trial.Wanted = slices.DeleteFunc(slices.Clone(t.Wanted), func(s model.Setting) bool {
		return slices.ContainsFunc(refusals, func(r model.Refusal) bool { return r.Setting == s.Name })
	})
	return a.judgeTrial(ctx)
}

// resumeTrial looks what became of a trial that an earlier pass left open. If nothing of it is to be
// seen by now, its write never arrived.
func (a *writing) resumeTrial(ctx context.Context) error {
	if !a.trialOpen() || !a.Policy.Mode.Allows(model.SetSettings) || a.done.plan.Tripped(model.GuardBaseline) {
		return nil
	}
	if err := a.judgeTrial(ctx); err != nil || a.service.Bulk != model.BulkUnknown || !a.trialOpen() {
		return err
	}
	return a.endTrial(ctx)
}

// judgeTrial reads the credential of the trial and says what the write did. What is gone is put back;
// until it is, the trial stays open. Where the new values do not show, nothing is concluded.
func (a *writing) judgeTrial(ctx context.Context) error {
	t := a.service.Trial
	now, err := a.Package.Settings(shielded(ctx), t.CredentialID)
	switch {
	case err != nil:
		return a.tellTrial(ctx, fmt.Errorf("read what a write left of the settings of others: %w", err), err)
	case len(missing(t.Foreign, now)) > 0:
		return a.replaced(ctx, now)
	case a.service.Bulk != model.BulkUnknown:
		return a.endTrial(ctx)
	case !arrived(t.Wanted, now):
		return nil
	}
	if err := a.learn(ctx, model.BulkMerges); err != nil {
		return err
	}
	return a.endTrial(ctx)
}

// replaced concludes that a write takes away what it does not name, unless it is the credential that
// is gone: then its settings read as none.
func (a *writing) replaced(ctx context.Context, now []model.KeptSetting) error {
	_, err := a.Package.Credential(shielded(ctx), a.service.Trial.CredentialID)
	switch {
	case model.KindOf(err) == model.FailureNotFound:
		return a.endTrial(ctx)
	case err != nil:
		return a.tellTrial(ctx, fmt.Errorf("read the credential whose settings a write took away: %w", err), err)
	}
	if err := a.learn(ctx, model.BulkReplaces); err != nil {
		return err
	}
	return a.putBack(ctx, now)
}

// putBack writes again what a write took away, beside everything that is there now: together, and
// where the service refuses that, one after the other.
func (a *writing) putBack(ctx context.Context, now []model.KeptSetting) error {
	t := a.service.Trial
	gone := missing(t.Foreign, now)
	err := a.setOne(ctx, model.CredentialSettings{CredentialID: t.CredentialID, Keep: union(now, gone)})
	if refusesSettings(err) {
		for _, s := range gone {
			one := a.setOne(ctx, model.CredentialSettings{CredentialID: t.CredentialID, Keep: union(now, []model.KeptSetting{s})})
			if one == nil {
				now = union(now, []model.KeptSetting{s})
			}
		}
	}
	now, read := a.Package.Settings(shielded(ctx), t.CredentialID)
	if read != nil {
		return a.tellTrial(ctx, fmt.Errorf("read whether the settings of others are back: %w", read), read)
	}
	if gone = missing(t.Foreign, now); len(gone) > 0 {
		// The answer may repeat a value, and the value may be a secret of somebody else.
		return a.tellTrial(ctx, fmt.Errorf("credential %s lost what others had set on it (%s) by a write of ours, and the service does not take it back (%s): "+
			"set it in the cockpit; each pass tries again until it is there", t.Username, strings.Join(keptNames(gone), ", "), cmp.Or(kindWord(err), "no error")), err)
	}
	return a.endTrial(ctx)
}

func (a *writing) learn(ctx context.Context, reading model.BulkReading) error {
	if a.service.Bulk == reading {
		return nil
	}
	if err := a.Ledger.LearnBulk(shielded(ctx), reading); err != nil {
		return fmt.Errorf("keep what a bulk write does: %w", err)
	}
	a.service.Bulk = reading
	a.Logger.InfoContext(ctx, "learned what a bulk write does with settings that it does not name", "bulk", string(reading))
	return nil
}

// endTrial closes the trial. For the rest of the pass its settings are remembered: the inventory was
// read before they were back.
func (a *writing) endTrial(ctx context.Context) error {
	if err := a.Ledger.EndTrial(shielded(ctx)); err != nil {
		return fmt.Errorf("end the trial of a bulk write: %w", err)
	}
	a.trialEnded = true
	return nil
}

// trialError is a trial that stays open.
type trialError struct{ error }

// tellTrial reports why a trial stays open. The cause, nil if there is none, ends the applying where
// nothing more may be sent.
func (a *writing) tellTrial(ctx context.Context, words, cause error) error {
	a.fail(&trialError{words})
	a.Logger.ErrorContext(ctx, "the settings of others on a credential are not safe yet, the next pass goes on", "why", cmp.Or(kindWord(cause), "they are not back"))
	_, stop := a.heed(ctx, cause)
	return stop
}

// missing lists those of before that are not there any more, under whatever value: another one is
// somebody's choice.
func missing(before, now []model.KeptSetting) []model.KeptSetting {
	return slices.DeleteFunc(slices.Clone(before), func(s model.KeptSetting) bool { return named(now, s.Name) })
}

// arrived tells whether all these values are there.
func arrived(wanted []model.Setting, now []model.KeptSetting) bool {
	return !slices.ContainsFunc(wanted, func(s model.Setting) bool {
		return !slices.ContainsFunc(now, func(k model.KeptSetting) bool { return k.Name == s.Name && k.Value == s.Value })
	})
}

// union adds to a list what it does not name.
func union(list, more []model.KeptSetting) []model.KeptSetting {
	return slices.Concat(list, missing(more, list))
}

func named(list []model.KeptSetting, name string) bool {
	return slices.ContainsFunc(list, func(s model.KeptSetting) bool { return s.Name == name })
}

func byName(list []model.KeptSetting) map[string]string {
	values := map[string]string{}
	for _, s := range list {
		values[s.Name] = s.Value
	}
	return values
}

func keptNames(list []model.KeptSetting) []string {
	var names []string
	for _, s := range list {
		names = append(names, s.Name)
	}
	return names
}
