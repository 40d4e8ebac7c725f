package view

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// NewPlanJSON shapes a plan as design §6 describes it. Lists and maps are never null.
func NewPlanJSON(p plan.Plan) PlanJSON {
	return PlanJSON{
		Hash: p.Hash, Policy: p.Policy, Subscription: p.Subscription.ID, GeneratedAt: p.GeneratedAt.UTC(),
		Sources:   model.Convert(p.Sources, NewSourceJSON),
		Changes:   NewChangesJSON(p.Changes),
		Held:      model.Convert(p.Held, newHeldJSON),
		Missed:    model.Convert(p.Missed, newMissedJSON),
		Unmanaged: model.Convert(p.Unmanaged, newUnmanagedJSON),
		Notices:   model.Convert(p.Notices, newNoticeJSON),
		Guards:    model.Convert(p.Guards, newGuardJSON),
		Seats:     CountedSeats{p.Seats.Licences, p.Seats.Used, p.Seats.Free, p.GeneratedAt.UTC()},
		Requests:  p.Requests,
		Baseline:  newBaselineJSON(p.Baseline),
		Effects:   NewEffectsJSON(p.Effects),
		Alarms:    NewAlarmsJSON(p.Alarms),
		Waits:     NewWaitsJSON(p.Waits()),
		Restarted: model.Convert(p.Restarted, newRestartedJSON),
		Suspended: NewSuspensionsJSON(p.Suspended),
	}
}

// newBaselineJSON shapes what a change of the baseline means, nil if there is none.
func newBaselineJSON(b *plan.BaselineChange) *BaselineJSON {
	if b == nil {
		return nil
	}
	return &BaselineJSON{
		Reasons: model.Convert(b.Reasons, english.Say), Codes: model.CodesOf(b.Reasons), Accepted: b.Accepted,
		Refused: model.Convert(b.Refused, english.Say), RefusedCodes: model.CodesOf(b.Refused),
		Enters: NewBaselinePeopleJSON(b.Enters), Leaves: NewBaselinePeopleJSON(b.Leaves), Rekeyed: NewBaselinePeopleJSON(b.Rekeyed),
		Missing: NewBaselinePeopleJSON(b.Missing), Unclear: NewBaselinePeopleJSON(b.Unclear),
	}
}

// NewBaselinePeopleJSON shapes some people of a baseline.
func NewBaselinePeopleJSON(people []model.BaselinePerson) []HeldJSON {
	return model.Convert(people, newBaselinePersonJSON)
}

// newBaselinePersonJSON shapes a person of a baseline.
func newBaselinePersonJSON(b model.BaselinePerson) HeldJSON {
	return HeldJSON{Person: newPersonJSON(b.Subject), Reason: english.Say(b.Why), Codes: model.CodesOf(b.Why.Some())}
}

// NewSourceJSON shapes one source.
func NewSourceJSON(s model.SourceReport) SourceJSON {
	return SourceJSON{
		Name: s.Name, Complete: s.Complete, People: s.People, Outside: s.Outside.People, Groups: s.Outside.Groups,
		OutsidePeople: model.Convert(s.Outside.Shown, newPersonJSON),
		Conditions: model.Convert(s.Conditions, func(c model.Condition) ConditionJSON {
			return ConditionJSON{c.Name, c.OK, english.Say(c.Detail), c.Detail.Code}
		}),
	}
}

// NewChangesJSON shapes some changes.
func NewChangesJSON(changes []model.Change) []ChangeJSON {
	return model.Convert(changes, NewChangeJSON)
}

// NewChangeJSON shapes one change.
func NewChangeJSON(c model.Change) ChangeJSON {
	var dueAt time.Time
	if c.Ahead() {
		dueAt = c.NotBefore
	}
	return ChangeJSON{
		ID: c.ID, Op: c.Op, Class: c.Class, Person: newPersonJSON(c.Subject),
		CredentialID: c.CredentialID, Username: c.Username, ThreemaID: c.ThreemaID, Reason: english.Join(c.Reasons), Codes: model.CodesOf(c.Reasons), Evidence: english.Say(c.Evidence), EvidenceCode: c.Evidence.Code,
		Before: notNil(c.Before), After: notNil(c.After), Requests: c.Requests,
		Status: c.Status, NotBefore: optionalTime(c.NotBefore), DueAt: optionalTime(dueAt), Guard: c.Guard,
		Asks: model.Convert(c.Asks, func(a model.Ask) model.Ask { return a }), AskedBy: c.AskedBy(), Protected: c.Protected, Approved: c.Approved, ApprovedUntil: optionalTime(c.ApprovedUntil), Skipped: newSkipJSON(c.Skipped),
	}
}

// newSkipJSON shapes that the last look stopped a step, nil if it did not.
func newSkipJSON(s model.Skip) *SkipJSON {
	if !s.Stands() {
		return nil
	}
	return new(skipJSON(s))
}

func skipJSON(s model.Skip) SkipJSON {
	return SkipJSON{s.ChangeID, s.Since.UTC(), s.Seen.UTC(), english.Say(s.Why), s.Why.Code, english.Say(s.Remedy())}
}

// NewSkipsJSON shapes several.
func NewSkipsJSON(skips []model.Skip) []SkipJSON { return model.Convert(skips, skipJSON) }

// newHeldJSON shapes somebody who is held.
func newHeldJSON(h model.Held) HeldJSON {
	return HeldJSON{Person: newPersonJSON(h.Subject), Reason: english.Join(h.Reasons), Codes: model.CodesOf(h.Reasons), Ask: h.Ask}
}

// newMissedJSON shapes somebody whom a read did not show.
func newMissedJSON(m plan.Missed) MissedJSON {
	return MissedJSON{
		Person: newPersonJSON(m.Subject), Shown: english.Say(m.Shown), LastSeen: optionalTime(m.LastSeen.Truncate(time.Second)),
		Conditions: m.Conditions, Detail: english.Say(m.Reason()), Code: m.Reason().Code,
	}
}

// newNoticeJSON shapes a notice.
func newNoticeJSON(n plan.Notice) NoticeJSON {
	return NoticeJSON{Kind: n.Kind, Person: newPersonJSON(n.Subject), Detail: english.Say(n.Reason), Code: n.Reason.Code}
}

// NewEffectsJSON shapes some effects.
func NewEffectsJSON(effects []model.Effect) []EffectJSON {
	return model.Convert(effects, newEffectJSON)
}

// newEffectJSON shapes one effect.
func newEffectJSON(e model.Effect) EffectJSON {
	return EffectJSON{
		Op: e.Op, Person: newPersonJSON(e.Subject),
		CredentialID: e.CredentialID, Username: e.Username, ThreemaID: e.ThreemaID,
		State: e.State(), RequestedAt: e.RequestedAt.UTC(), EffectiveBy: e.EffectiveBy().UTC(), VerifiedAt: optionalTime(e.VerifiedAt), Ordered: e.Ordered,
	}
}

// NewAlarmsJSON shapes some alarms.
func NewAlarmsJSON(alarms []model.Alarm) []AlarmJSON { return model.Convert(alarms, newAlarmJSON) }

// newAlarmJSON shapes one alarm.
func newAlarmJSON(a model.Alarm) AlarmJSON {
	return AlarmJSON{
		Kind: a.Kind, Person: newPersonJSON(a.Subject),
		CredentialID: a.CredentialID, Username: a.Username, ThreemaID: a.ThreemaID, Since: a.Since.UTC(), Detail: english.Alarm(a),
	}
}

// newRestartedJSON shapes a departure that begins again and again.
func newRestartedJSON(r plan.Restarted) RestartedJSON {
	return RestartedJSON{Person: newPersonJSON(r.Subject), Restarts: r.Restarts, Since: r.Since.UTC(), Detail: english.Say(r.Why()), Code: r.Why().Code}
}

// newSuspendedJSON shapes a leave of absence, without the reason.
func newSuspendedJSON(s model.SuspendedPerson) SuspendedJSON {
	return SuspendedJSON{
		Person: newPersonJSON(s.Subject), LastDay: s.LastDay, Until: s.Until.UTC(), By: s.By, Since: s.Since.UTC(),
		Over: optionalTime(s.Over), Account: s.Account.String(), Standing: s.Standing, EndsSoon: s.Soon, Earliest: optionalTime(s.Earliest), Detail: english.Leave(s),
	}
}

// NewSuspensionsJSON shapes some leaves of absence.
func NewSuspensionsJSON(people []model.SuspendedPerson) []SuspendedJSON {
	return model.Convert(people, newSuspendedJSON)
}

// NewReasonedSuspensionJSON is the same for who asks for this person, or for the list: with the reason.
func NewReasonedSuspensionJSON(s model.SuspendedPerson) SuspendedJSON {
	doc := newSuspendedJSON(s)
	doc.Reason = s.Reason
	return doc
}

// NewWaitsJSON shapes some waits.
func NewWaitsJSON(waits []model.Wait) []WaitJSON { return model.Convert(waits, newWaitJSON) }

// newWaitJSON shapes one wait.
func newWaitJSON(w model.Wait) WaitJSON {
	return WaitJSON{Code: w.Code, Since: w.Since.UTC(), People: w.People, Command: english.Command(w), Whom: model.Convert(w.Whom, newWaitingPersonJSON), Answered: w.Answered, Covers: w.Covers, CoversSteps: w.CoversSteps, Check: english.Sentences(w.Check), CheckCodes: model.CodesOf(w.Check)}
}

// NewWaitingPeopleJSON shapes some people of a wait.
func NewWaitingPeopleJSON(people []model.WaitingPerson) []WaitingPersonJSON {
	return model.Convert(people, newWaitingPersonJSON)
}

// newWaitingPersonJSON shapes a person of a wait.
func newWaitingPersonJSON(w model.WaitingPerson) WaitingPersonJSON {
	return WaitingPersonJSON{Person: newPersonJSON(w.Subject), Steps: append([]model.Op{}, w.Steps...), Also: w.Also, AskedBy: w.AskedBy, Missing: w.Missing, Reason: english.Join(w.Why), Codes: model.CodesOf(w.Why)}
}

// Wait is one wait, read back from a report.
func (w WaitJSON) Wait() model.Wait {
	wait := model.Wait{Code: w.Code, Since: w.Since, People: w.People, Command: w.Command, Covers: w.Covers, CoversSteps: w.CoversSteps, Check: model.Told("", w.Check).Some()}
	for _, x := range w.Whom {
		wait.Whom = append(wait.Whom, model.WaitingPerson{Subject: x.Person.subject(), Steps: x.Steps, Also: x.Also, AskedBy: x.AskedBy, Missing: x.Missing, Why: x.why()})
	}
	return wait
}

// why is what the last look found, read back: the words are of several reasons, where there are several.
func (x WaitingPersonJSON) why() []model.Reason {
	if len(x.Codes) == 0 {
		return nil
	}
	return model.Told(x.Codes[0], x.Reason).Some()
}

func newGuardJSON(g model.Guard) GuardJSON {
	return GuardJSON{Guard: g.Name, Source: g.Source, Detail: english.Join(g.Reasons), Check: english.Sentences(g.Check), Codes: model.CodesOf(g.Reasons), CheckCodes: model.CodesOf(g.Check)}
}

func newUnmanagedJSON(u model.Unmanaged) UnmanagedJSON {
	return UnmanagedJSON{u.Kind, u.ID, u.Name, english.Say(u.Reason), u.Reason.Code}
}
