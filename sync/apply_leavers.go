package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// leavers takes departed people out, one person after the other and each in the order of
// design §5.6: persist the IDs, withdraw, disable the contact, detach or revoke each ID.
func (a *applier) leavers(ctx context.Context, due map[plan.Op][]plan.Change) error {
	steps := slices.Concat(due[plan.Withdraw], due[plan.DisableContact], due[plan.Detach], due[plan.Revoke])
	people := map[plan.PersonID][]plan.Change{}
	var order []plan.PersonID
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

// leaver carries out the steps of one person. A step that did not happen ends the person's
// turn: the later ones rely on it, and each is told with its reason.
func (a *applier) leaver(ctx context.Context, steps []plan.Change) error {
	if begun, err := a.beginWithdrawn(ctx, steps); !begun || err != nil {
		return err
	}
	for n, c := range steps {
		if err := a.ready(ctx); err != nil {
			return err
		}
		if a.mustHalt() {
			a.skipHalted(ctx, steps[n:])
			return nil
		}
		went, err := a.leaverStep(ctx, c)
		if err != nil {
			return err
		}
		if !went {
			a.skipRest(ctx, c, steps[n+1:])
			return nil
		}
	}
	return nil
}

// skipRest notes the steps that do not happen because one before them did not.
func (a *applier) skipRest(ctx context.Context, undone plan.Change, rest []plan.Change) {
	why := cmp.Or(a.halted, fmt.Sprintf("the step before it, %s, was not done in this pass", undone.Op))
	for _, c := range rest {
		a.skip(ctx, c, why)
	}
}

func (a *applier) leaverStep(ctx context.Context, c plan.Change) (bool, error) {
	switch c.Op {
	case plan.Withdraw:
		return a.withdraw(ctx, c)
	case plan.DisableContact:
		return a.disable(ctx, c)
	default:
		return a.takeID(ctx, c)
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
	case age < -plan.MaxSkew:
		return fmt.Sprintf("the clock of this machine was set back by %s since the plan: the next pass looks anew", age.Abs().Round(time.Second))
	}
	return ""
}

// mustHalt asks whether somebody has laid the stop file, or the plan has grown old. Once it is so,
// it holds for the rest of the pass: the next one looks anew.
func (a *applier) mustHalt() bool {
	if a.halted == "" {
		if a.halted = a.Stop(); a.halted != "" {
			a.report.trip(plan.GuardStopFile, a.halted)
		}
	}
	if a.halted == "" {
		a.halted = stale(a.Now().Round(0).Sub(a.report.Plan.GeneratedAt.Round(0)))
	}
	return a.halted != ""
}

// skipHalted notes steps that do not happen because mustHalt says so, if it does.
func (a *applier) skipHalted(ctx context.Context, steps []plan.Change) {
	if a.halted == "" {
		return
	}
	for _, c := range steps {
		a.skip(ctx, c, a.halted)
	}
}

// withdraw deletes the credential of one leaver. The departure persists the IDs that the plan found and the
// last look found again; one that appeared since joins it.
func (a *applier) withdraw(ctx context.Context, c plan.Change) (bool, error) {
	if ok, err := a.lastLook(ctx, c, a.credentialUnchanged); !ok {
		return false, err
	}
	op := a.operation(c)
	op.ThreemaIDs = strings.Fields(c.Before["threema_ids"])
	return a.step(ctx, c, op, func(ctx context.Context) error { return a.Package.Withdraw(ctx, c.CredentialID) })
}

// step carries out one step of a leaver: the intent, the request, what came of it. It tells
// whether the effect is there; that the object was gone already is as good. The last looks took
// their time, so the stop file is asked for once more.
func (a *applier) step(ctx context.Context, c plan.Change, op plan.Operation, send func(context.Context) error) (bool, error) {
	if a.mustHalt() {
		a.skipHalted(ctx, []plan.Change{c})
		return false, nil
	}
	begun, err := a.begin(ctx, op)
	if err != nil {
		return false, err
	}
	err = send(shielded(ctx))
	if plan.KindOf(err) == plan.FailureNotFound {
		err = nil
	}
	result, stop := a.outcome(ctx, c, err)
	outcome := plan.Outcome{Operation: begun[0].ID, Result: result, Message: kindWord(err)}
	if c.Op == plan.Withdraw && result == plan.Done {
		outcome.ThreemaIDs = a.lateIDs(ctx, c)
	}
	return result == plan.Done, errors.Join(a.settle(ctx, outcome), stop)
}

// employees are the IDs of users who can be an employee (D-05).
func employees(users []plan.User) []string {
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
func (a *applier) lateIDs(ctx context.Context, c plan.Change) []string {
	users, err := a.Package.UsersOf(shielded(ctx), c.CredentialID, 0)
	if err != nil {
		a.Logger.WarnContext(ctx, "cannot read who used the withdrawn credential; the IDs read before count", "change", c.ID, "why", describePublicly(err))
		return nil
	}
	return employees(users)
}

// takeID detaches or revokes one ID.
func (a *applier) takeID(ctx context.Context, c plan.Change) (bool, error) {
	if ok, err := a.lastLook(ctx, c, a.idUnchanged); !ok {
		return false, err
	}
	end := a.Package.Detach
	if c.Op == plan.Revoke {
		end = a.Package.Revoke
	}
	return a.step(ctx, c, a.operation(c), func(ctx context.Context) error { return end(ctx, c.ThreemaID) })
}

// lastLook reads the person from the directory and the object from the package once more,
// right before a request that takes something away (design §5.6, pitfall D6). Anything but
// the expected skips this step, and says so; so does a clock that is wrong by now, as the journal
// times what comes of the step. Where somebody's word is all there is, the directory
// has nothing to say.
func (a *applier) lastLook(ctx context.Context, c plan.Change, object func(context.Context, plan.Change) (string, error)) (bool, error) {
	if !c.Ordered {
		if why := a.stillDeparted(ctx, c); why != "" {
			a.skip(ctx, c, why)
			return false, nil
		}
	}
	why, err := object(shielded(ctx), c)
	if err != nil {
		return false, a.unread(ctx, c, err)
	}
	if why == "" && !c.Ordered {
		why = a.Package.Clock().Doubt()
	}
	if why != "" {
		a.skip(ctx, c, why)
		return false, nil
	}
	return true, nil
}

// stillDeparted asks the directory again, and says what speaks against the departure.
func (a *applier) stillDeparted(ctx context.Context, c plan.Change) string {
	source := slices.IndexFunc(a.Sources, func(s Source) bool { return s.Name() == c.Person.Source })
	if source < 0 {
		return a.stillGone(ctx, c)
	}
	sightings, err := a.Sources[source].Recheck(ctx, []plan.Tracked{{ID: c.Person, DN: c.DN}})
	switch {
	case err != nil:
		return fmt.Sprintf("the directory could not be asked once more: %v", err)
	case len(sightings) != 1 || sightings[0].ID != c.Person:
		return "the directory gave no clear answer"
	case sightings[0].Placeless && !c.Placeless:
		return "by now nobody can tell whether the person is gone or only out of sight: the next pass asks for a yes"
	case sightings[0].State != plan.Departed && !sightings[0].Placeless:
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
func (a *applier) stillGone(ctx context.Context, c plan.Change) string {
	if !slices.ContainsFunc(a.report.Plan.Update.Forgotten, func(f plan.ForgottenSource) bool { return f.Source == c.Person.Source }) {
		return "its source is not configured any more"
	}
	return a.sameCSI(ctx, c)
}

// sighted records that somebody is back: a yes to this departure is none to the next.
func (a *applier) sighted(ctx context.Context, s plan.Sighting) {
	if s.State != plan.Entitled {
		return
	}
	if err := a.Ledger.Sighted(shielded(ctx), a.run, s.ID); err != nil {
		a.report.fail(fmt.Errorf("record that somebody is entitled again: %w", err))
	}
}

// sameCSI asks each source that was read whether somebody else has the leaver's csi by now, who did
// not leave: it may be the same person under another ID (design §5.6). Those whom the plan knew are
// judged. A csi that is made of more
// than one attribute cannot be searched for; there the age of the plan is the bound, see freshFor.
func (a *applier) sameCSI(ctx context.Context, c plan.Change) string {
	for _, csi := range c.CSIs {
		if why := a.othersWith(ctx, c, csi); why != "" {
			return why
		}
	}
	return ""
}

// othersWith is sameCSI by one of the leaver's csis.
func (a *applier) othersWith(ctx context.Context, c plan.Change, csi string) string {
	attribute := a.Mapper.KeyAttribute()
	if attribute == "" {
		return ""
	}
	for _, source := range a.Sources {
		if !slices.ContainsFunc(a.report.Plan.Sources, func(s plan.SourceReport) bool { return s.Name == source.Name() }) {
			continue // not read: whose csis those people have, the plan knows from before
		}
		people, err := source.Holders(ctx, attribute, csi)
		if err != nil {
			return fmt.Sprintf("the directory could not be asked whose csi it is by now: %v", err)
		}
		for _, person := range people {
			i := a.Mapper.Map(person)
			left := i.State == plan.Departed && a.Policy.Counts(i.Evidence.Kind) && !i.Excluded
			if i.Person != c.Person && i.MayHave(csi) && !left && !c.Knows(i) {
				return fmt.Sprintf("its csi is also that of %s by now, who did not leave", i.DN)
			}
		}
	}
	return ""
}

// credentialUnchanged compares the credential with the plan: its name, its th_csi, who uses it, and what
// they report. One that is gone is what we want.
func (a *applier) credentialUnchanged(ctx context.Context, c plan.Change) (string, error) {
	credential, err := a.Package.Credential(ctx, c.CredentialID)
	switch {
	case plan.KindOf(err) == plan.FailureNotFound:
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
func (a *applier) idUnchanged(ctx context.Context, c plan.Change) (string, error) {
	user, err := a.Package.User(ctx, c.ThreemaID)
	switch {
	case plan.KindOf(err) == plan.FailureNotFound:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read the Threema ID once more: %w", err)
	}
	return c.OtherID(user), nil
}
