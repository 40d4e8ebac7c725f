package sync

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// freshFor is how long a plan may take something from somebody. The last look asks for the leaver
// alone; that nobody else has the csi by now, only a new read tells (design §5.6). A machine that
// slept between the plan and its requests wakes up to an old one.
const freshFor = 30 * time.Minute

// stale says why a plan of this age by the clock takes nothing from anybody, nothing if it may. Go's own
// count stands still while a machine sleeps, and hides a clock that is set; so it must not be asked.
func stale(age time.Duration) model.Reason {
	switch {
	case age > freshFor:
		return model.Because("plan-too-old", age.Round(time.Minute))
	case age < -model.MaxSkew:
		return model.Because("clock-set-back", age.Abs().Round(time.Second))
	}
	return model.Reason{}
}

// look compares an object with the plan, and says what differs.
type look func(context.Context, model.Change) (model.Reason, error)

// objectOf is the look at what a step takes away. A contact can be enabled again.
func (a *taking) objectOf(c model.Change) look {
	switch c.Takes().Kind {
	case model.ObjectCredential:
		return a.credentialUnchanged
	case model.ObjectUser:
		return a.idUnchanged
	default:
		return nil
	}
}

// lastLook reads the person from the directory and the object from the package once more,
// right before a request that takes something away (design §5.6, pitfall D6). It returns Done if the
// step may go ahead. Anything but the expected skips it, and says so.
func (a *taking) lastLook(ctx context.Context, c model.Change, object look) (model.Result, error) {
	why, err := a.speaksAgainst(ctx, c, object)
	switch {
	case err != nil:
		return model.Failed, a.unread(ctx, c, err)
	case why.Code != "":
		a.skip(ctx, why, c)
		return model.NotTried, nil
	}
	return model.Done, nil
}

// speaksAgainst finds what speaks against a step; so does a clock that is wrong by now, as the journal
// times what comes of it. Where somebody's word is all there is, the directory
// has nothing to say.
func (a *taking) speaksAgainst(ctx context.Context, c model.Change, object look) (why model.Reason, err error) {
	if !c.Ordered {
		why = a.stillDeparted(ctx, c)
	}
	if why.Code != "" || object == nil {
		return why, nil
	}
	why, err = object(shielded(ctx), c)
	if doubts := a.Package.Clock().Doubt(); err == nil && why.Code == "" && !c.Ordered && len(doubts) > 0 {
		why = doubts[0]
	}
	return why, err
}

// stillDeparted asks the directory again, and says what speaks against the departure.
func (a *taking) stillDeparted(ctx context.Context, c model.Change) model.Reason {
	source := slices.IndexFunc(a.Sources, func(s Source) bool { return s.Name() == c.Person.Source })
	if source < 0 {
		return a.stillGone(ctx, c)
	}
	sightings, err := a.Sources[source].Recheck(ctx, []model.Tracked{{ID: c.Person, DN: c.DN}})
	switch {
	case err != nil:
		return model.Because("person-not-asked", err.Error())
	case len(sightings) != 1 || sightings[0].ID != c.Person:
		return model.Because("person-unanswered")
	case sightings[0].Placeless && !c.Placeless:
		return model.Because("placeless-by-now")
	case sightings[0].State != model.Departed && !sightings[0].Placeless:
		a.sighted(ctx, sightings[0])
		return model.Because("not-departed-by-now", sightings[0].State.String(), sightings[0].Evidence.Detail)
	case sightings[0].Protected && !c.Protected:
		return model.Because("protected-by-now")
	case !sightings[0].Placeless && !a.Policy.Counts(sightings[0].Evidence.Kind):
		return model.Because("uncounted-by-now", sightings[0].Evidence.Uncounted())
	}
	return a.sameCSI(ctx, c)
}

// stillGone is stillDeparted where no source can be asked for the person: if theirs was given up, nobody
// of the others may have their csi by now. The plan took care that all of those were read.
func (a *taking) stillGone(ctx context.Context, c model.Change) model.Reason {
	if !slices.ContainsFunc(a.done.plan.Update.Forgotten, func(f model.ForgottenSource) bool { return f.Source == c.Person.Source }) {
		return model.Because("source-gone-by-now")
	}
	return a.sameCSI(ctx, c)
}

// sighted records that somebody is back: a yes to this departure is none to the next.
func (a *taking) sighted(ctx context.Context, s model.Sighting) {
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
func (a *taking) sameCSI(ctx context.Context, c model.Change) model.Reason {
	for _, csi := range c.CSIs {
		if why := a.othersWith(ctx, c, csi); why.Code != "" {
			return why
		}
	}
	return model.Reason{}
}

// othersWith is sameCSI by one of the leaver's csis.
func (a *taking) othersWith(ctx context.Context, c model.Change, csi string) model.Reason {
	attribute := a.Mapper.KeyAttribute()
	if attribute == "" {
		return model.Reason{}
	}
	for _, source := range a.Sources {
		if !slices.ContainsFunc(a.done.plan.Sources, func(s model.SourceReport) bool { return s.Name == source.Name() }) {
			continue // not read: whose csis those people have, the plan knows from before
		}
		people, err := source.Holders(ctx, attribute, csi)
		if err != nil {
			return model.Because("csi-not-asked", err.Error())
		}
		for _, person := range people {
			i := a.Mapper.Map(person)
			if i.Person == c.Person || !i.MayHave(csi) || c.Knows(i) {
				continue
			}
			stays, err := a.stays(ctx, source, i)
			if err != nil {
				return model.Because("holder-not-asked", i.DN, err.Error())
			}
			if stays {
				return model.Because("csi-of-another-by-now", i.DN)
			}
		}
	}
	return model.Reason{}
}

// stays tells whether somebody may use what has their csi, as the plan judges it: whoever did not leave by evidence
// that counts. An account that is enabled says nothing of the groups that entitle; the look-up by ID asks for them.
func (a *taking) stays(ctx context.Context, source Source, i model.Identity) (bool, error) {
	if i.Excluded {
		return true, nil
	}
	if i.State != model.Departed {
		sightings, err := source.Recheck(ctx, []model.Tracked{{ID: i.Person, DN: i.DN}})
		if err != nil {
			return true, err
		}
		if len(sightings) != 1 || sightings[0].ID != i.Person {
			return true, nil
		}
		i.State, i.Evidence = sightings[0].State, sightings[0].Evidence
	}
	return i.State != model.Departed || !a.Policy.Counts(i.Evidence.Kind), nil
}

// credentialUnchanged compares the credential with the plan: its name, its th_csi, who uses it, and what
// they report. One that is gone is what we want.
func (a *taking) credentialUnchanged(ctx context.Context, c model.Change) (model.Reason, error) {
	credential, err := a.Package.Credential(ctx, c.CredentialID)
	switch {
	case model.KindOf(err) == model.FailureNotFound:
		return model.Reason{}, nil
	case err != nil:
		return model.Reason{}, fmt.Errorf("read the credential once more: %w", err)
	case credential.Username != c.Username:
		return model.Because("credential-renamed", credential.Username), nil
	}
	settings, err := a.Package.Settings(ctx, c.CredentialID)
	if err != nil {
		return model.Reason{}, fmt.Errorf("read the settings of the credential once more: %w", err)
	}
	users, err := a.Package.UsersOf(ctx, c.CredentialID, credential.Usage)
	if err != nil {
		return model.Reason{}, fmt.Errorf("read the Threema IDs of the credential once more: %w", err)
	}
	return c.OtherUse(byName(settings), users), nil
}

// idUnchanged compares the ID with the plan.
func (a *taking) idUnchanged(ctx context.Context, c model.Change) (model.Reason, error) {
	user, err := a.Package.User(ctx, c.ThreemaID)
	switch {
	case model.KindOf(err) == model.FailureNotFound:
		return model.Reason{}, nil
	case err != nil:
		return model.Reason{}, fmt.Errorf("read the Threema ID once more: %w", err)
	}
	return c.OtherID(user), nil
}

// credentialGone looks once more whether a credential is gone.
func (a *taking) credentialGone(ctx context.Context, c model.Change) (model.Reason, error) {
	_, err := a.Package.Credential(ctx, c.CredentialID)
	switch {
	case model.KindOf(err) == model.FailureNotFound:
		return model.Reason{}, nil
	case err != nil:
		return model.Reason{}, fmt.Errorf("look for the credential once more: %w", err)
	}
	return model.Because("credential-there"), nil
}
