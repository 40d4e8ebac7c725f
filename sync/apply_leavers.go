package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// leavers takes departed people out, one person after the other and each in the order of
// design §5.6: persist the IDs, withdraw, disable the contact, detach or revoke each ID.
func (a *applier) leavers(ctx context.Context, due map[model.Op][]model.Change) error {
	steps := slices.Concat(due[model.Withdraw], due[model.DisableContact], due[model.Detach], due[model.Revoke])
	people := map[model.PersonID][]model.Change{}
	var order []model.PersonID
	for _, c := range steps {
		if people[c.Person] == nil {
			order = append(order, c.Person)
		}
		people[c.Person] = append(people[c.Person], c)
	}
	for _, person := range order {
		if err := a.leaver(ctx, people[person]); err != nil {
			return err
		}
	}
	return a.beginSettled(ctx, people)
}

// leaver carries out the steps of one person. A step that was not done ends the person's
// turn: the later ones rely on it, and each is told with its reason.
func (a *applier) leaver(ctx context.Context, steps []model.Change) error {
	result, err := a.beginWithdrawn(ctx, steps[0])
	if err != nil {
		return err
	}
	if result != model.Done {
		a.skipRest(ctx, steps[0], steps[1:])
		return nil
	}
	for n, c := range steps {
		if err := a.ready(ctx); err != nil {
			return err
		}
		if why := a.mustHalt(); why != "" {
			a.skip(ctx, why, steps[n:]...)
			return nil
		}
		result, err := a.leaverStep(ctx, c)
		if err != nil {
			return err
		}
		if result != model.Done {
			a.skipRest(ctx, c, steps[n+1:])
			return nil
		}
	}
	return nil
}

// skipRest notes the steps that are not done because one before them was not.
func (a *applier) skipRest(ctx context.Context, undone model.Change, rest []model.Change) {
	a.skip(ctx, cmp.Or(a.halted, fmt.Sprintf("the step before it, %s, was not done in this pass", undone.Op)), rest...)
}

// leaverStep carries out one step: a last look, the intent, the request, what came of it. That the object
// was gone already is as good. The last look took its time, so the stop file is asked for once more.
func (a *applier) leaverStep(ctx context.Context, c model.Change) (model.Result, error) {
	if result, err := a.lastLook(ctx, c, a.objectOf(c.Op)); result != model.Done {
		return result, err
	}
	if why := a.mustHalt(); why != "" {
		a.skip(ctx, why, c)
		return Skipped, nil
	}
	begun, err := a.begin(ctx, a.operation(c))
	if err != nil {
		return Skipped, err
	}
	if err = a.take(shielded(ctx), c); model.KindOf(err) == model.FailureNotFound {
		err = nil
	}
	result, stop := a.conclude(ctx, c, err)
	settlement := model.Settlement{Operation: begun[0].ID, Result: result, Message: kindWord(err)}
	if c.Op == model.Withdraw && result == model.Done {
		settlement.ThreemaIDs = a.lateIDs(ctx, c)
	}
	return result, errors.Join(stop, a.settle(ctx, settlement))
}

// take sends the request of a step.
func (a *applier) take(ctx context.Context, c model.Change) error {
	switch c.Op {
	case model.Withdraw:
		return a.Package.Withdraw(ctx, c.CredentialID)
	case model.DisableContact:
		return a.Package.UpdateContact(ctx, a.disabled(c.ThreemaID))
	case model.Revoke:
		return a.Package.Revoke(ctx, c.ThreemaID)
	default:
		return a.Package.Detach(ctx, c.ThreemaID)
	}
}

// freshFor is how long a plan may take something from somebody. The last look asks for the leaver
// alone; that nobody else has the csi by now, only a new read tells (design §5.6). A machine that
// slept between the plan and its requests wakes up to an old one.
const freshFor = 30 * time.Minute

// stale says why a plan of this age by the clock takes nothing from anybody, "" if it may. Go's own
// count stands still while a machine sleeps, and hides a clock that is set; so it must not be asked.
func stale(age time.Duration) string {
	switch {
	case age > freshFor:
		return fmt.Sprintf("the plan is %s old, and somebody may have come back since: the next pass looks anew", age.Round(time.Minute))
	case age < -model.MaxSkew:
		return fmt.Sprintf("the clock of this machine was set back by %s since the plan: the next pass looks anew", age.Abs().Round(time.Second))
	}
	return ""
}

// mustHalt says why nothing may be taken from anybody, "" if it may: somebody has laid the stop file, or the plan has
// grown old. Once it is so, it holds for the rest of the pass: the next one looks anew.
func (a *applier) mustHalt() string {
	if a.halted != "" {
		return a.halted
	}
	if a.halted = a.Stop(); a.halted != "" && !a.done.plan.Tripped(model.GuardStopFile) {
		a.done.plan.Guards = append(slices.Clip(a.done.plan.Guards), model.Guard{Name: model.GuardStopFile, Detail: a.halted})
	}
	a.halted = cmp.Or(a.halted, stale(a.Now().Round(0).Sub(a.done.plan.GeneratedAt.Round(0))))
	return a.halted
}

// employees are the IDs of users who can be an employee (D-05).
func employees(users []model.User) []string {
	var ids []string
	for _, u := range users {
		if !u.Special() {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// lateIDs finds IDs that link to a credential just withdrawn. A service that drops the link
// with the credential shows none; that the question fails changes nothing of the withdrawal.
func (a *applier) lateIDs(ctx context.Context, c model.Change) []string {
	users, err := a.Package.UsersOf(shielded(ctx), c.CredentialID, 0)
	if err != nil {
		a.Logger.WarnContext(ctx, "cannot read who used the withdrawn credential; the IDs read before count", "change", c.ID, "why", describePublicly(err))
		return nil
	}
	return employees(users)
}

// look compares an object with the plan, and says what differs.
type look func(context.Context, model.Change) (string, error)

// objectOf is the look at what a step takes away. A contact can be enabled again.
func (a *applier) objectOf(op model.Op) look {
	switch op {
	case model.Withdraw:
		return a.credentialUnchanged
	case model.DisableContact:
		return nil
	default:
		return a.idUnchanged
	}
}

// lastLook reads the person from the directory and the object from the package once more,
// right before a request that takes something away (design §5.6, pitfall D6). It returns Done if the
// step may go ahead. Anything but the expected skips it, and says so.
func (a *applier) lastLook(ctx context.Context, c model.Change, object look) (model.Result, error) {
	why, err := a.speaksAgainst(ctx, c, object)
	switch {
	case err != nil:
		return model.Failed, a.unread(ctx, c, err)
	case why != "":
		a.skip(ctx, why, c)
		return Skipped, nil
	}
	return model.Done, nil
}

// speaksAgainst finds what speaks against a step; so does a clock that is wrong by now, as the journal
// times what comes of it. Where somebody's word is all there is, the directory
// has nothing to say.
func (a *applier) speaksAgainst(ctx context.Context, c model.Change, object look) (why string, err error) {
	if !c.Ordered {
		why = a.stillDeparted(ctx, c)
	}
	if why != "" || object == nil {
		return why, nil
	}
	why, err = object(shielded(ctx), c)
	if err == nil && why == "" && !c.Ordered {
		why = a.Package.Clock().Doubt()
	}
	return why, err
}

// stillDeparted asks the directory again, and says what speaks against the departure.
func (a *applier) stillDeparted(ctx context.Context, c model.Change) string {
	source := slices.IndexFunc(a.Sources, func(s Source) bool { return s.Name() == c.Person.Source })
	if source < 0 {
		return a.stillGone(ctx, c)
	}
	sightings, err := a.Sources[source].Recheck(ctx, []model.Tracked{{ID: c.Person, DN: c.DN}})
	switch {
	case err != nil:
		return fmt.Sprintf("the directory could not be asked once more: %v", err)
	case len(sightings) != 1 || sightings[0].ID != c.Person:
		return "the directory gave no clear answer"
	case sightings[0].Placeless && !c.Placeless:
		return "by now nobody can tell whether the person is gone or only out of sight: the next pass asks for a yes"
	case sightings[0].State != model.Departed && !sightings[0].Placeless:
		a.sighted(ctx, sightings[0])
		return fmt.Sprintf("the directory now says: %s %s", sightings[0].State, sightings[0].Evidence.Detail)
	case sightings[0].Protected && !c.Protected:
		return "a group of protect.groups has the person by now, or cannot be read: the next pass asks for a yes"
	case !sightings[0].Placeless && !a.Policy.Counts(sightings[0].Evidence.Kind):
		return "the person now " + sightings[0].Evidence.Uncounted()
	}
	return a.sameCSI(ctx, c)
}

// stillGone is stillDeparted where no source can be asked for the person: if theirs was given up, nobody
// of the others may have their csi by now. The plan took care that all of those were read.
func (a *applier) stillGone(ctx context.Context, c model.Change) string {
	if !slices.ContainsFunc(a.done.plan.Update.Forgotten, func(f model.ForgottenSource) bool { return f.Source == c.Person.Source }) {
		return "its source is not configured any more"
	}
	return a.sameCSI(ctx, c)
}

// sighted records that somebody is back: a yes to this departure is none to the next.
func (a *applier) sighted(ctx context.Context, s model.Sighting) {
	if s.State != model.Entitled {
		return
	}
	if err := a.Ledger.Sighted(shielded(ctx), a.run, s.ID); err != nil {
		a.fail(fmt.Errorf("record that somebody is entitled again: %w", err))
	}
}

// sameCSI asks each source that was read whether somebody else has the leaver's csi by now, who did
// not leave: it may be the same person under another ID (design §5.6). Those whom the plan knew are
// judged. A csi that is made of more
// than one attribute cannot be searched for; there the age of the plan is the bound, see freshFor.
func (a *applier) sameCSI(ctx context.Context, c model.Change) string {
	for _, csi := range c.CSIs {
		if why := a.othersWith(ctx, c, csi); why != "" {
			return why
		}
	}
	return ""
}

// othersWith is sameCSI by one of the leaver's csis.
func (a *applier) othersWith(ctx context.Context, c model.Change, csi string) string {
	attribute := a.Mapper.KeyAttribute()
	if attribute == "" {
		return ""
	}
	for _, source := range a.Sources {
		if !slices.ContainsFunc(a.done.plan.Sources, func(s model.SourceReport) bool { return s.Name == source.Name() }) {
			continue // not read: whose csis those people have, the plan knows from before
		}
		people, err := source.Holders(ctx, attribute, csi)
		if err != nil {
			return fmt.Sprintf("the directory could not be asked whose csi it is by now: %v", err)
		}
		for _, person := range people {
			i := a.Mapper.Map(person)
			left := i.State == model.Departed && a.Policy.Counts(i.Evidence.Kind) && !i.Excluded
			if i.Person != c.Person && i.MayHave(csi) && !left && !c.Knows(i) {
				return fmt.Sprintf("its csi is also that of %s by now, who did not leave", i.DN)
			}
		}
	}
	return ""
}

// credentialUnchanged compares the credential with the plan: its name, its th_csi, who uses it, and what
// they report. One that is gone is what we want.
func (a *applier) credentialUnchanged(ctx context.Context, c model.Change) (string, error) {
	credential, err := a.Package.Credential(ctx, c.CredentialID)
	switch {
	case model.KindOf(err) == model.FailureNotFound:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read the credential once more: %w", err)
	case credential.Username != c.Username:
		return fmt.Sprintf("the credential is called %s by now", credential.Username), nil
	}
	settings, err := a.Package.Settings(ctx, c.CredentialID)
	if err != nil {
		return "", fmt.Errorf("read the settings of the credential once more: %w", err)
	}
	users, err := a.Package.UsersOf(ctx, c.CredentialID, credential.Usage)
	if err != nil {
		return "", fmt.Errorf("read the Threema IDs of the credential once more: %w", err)
	}
	return c.OtherUse(byName(settings), users), nil
}

// idUnchanged compares the ID with the plan.
func (a *applier) idUnchanged(ctx context.Context, c model.Change) (string, error) {
	user, err := a.Package.User(ctx, c.ThreemaID)
	switch {
	case model.KindOf(err) == model.FailureNotFound:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read the Threema ID once more: %w", err)
	}
	return c.OtherID(user), nil
}
