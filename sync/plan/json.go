package plan

import (
	"encoding/json"
	"time"
)

// MarshalJSON writes the plan as design §6 describes it. Lists and maps are never null.
func (p Plan) MarshalJSON() ([]byte, error) {
	return json.Marshal(jsonPlan{
		Hash: p.Hash, Policy: p.Policy, Subscription: p.Subscription.ID, GeneratedAt: p.GeneratedAt.UTC(),
		Sources:   convert(p.Sources, SourceReport.json),
		Changes:   convert(p.Changes, Change.json),
		Held:      convert(p.Held, Held.json),
		Missed:    convert(p.Missed, Missed.json),
		Unmanaged: convert(p.Unmanaged, func(u Unmanaged) jsonUnmanaged { return jsonUnmanaged(u) }),
		Notices:   convert(p.Notices, Notice.json),
		Guards:    convert(p.Guards, func(g Guard) jsonGuard { return jsonGuard{g.Name, g.Source, g.Detail, g.Check} }),
		Seats:     CountedSeats{p.Seats.Licences, p.Seats.Used, p.Seats.Free, p.GeneratedAt.UTC()},
		Requests:  p.Requests,
		Baseline:  p.Baseline.json(),
		Effects:   convert(p.Effects, Effect.json),
		Alarms:    convert(p.Alarms, Alarm.json),
		Waits:     convert(p.Waits(), Wait.json),
		Restarted: convert(p.Restarted, Restarted.json),
		Suspended: convert(p.Suspended, SuspendedPerson.json),
	})
}

func (b *BaselineChange) json() *jsonBaseline {
	if b == nil {
		return nil
	}
	return &jsonBaseline{
		Reasons: b.Reasons, Accepted: b.Accepted, Refused: b.Refused,
		Enters: convert(b.Enters, BaselinePerson.json), Leaves: convert(b.Leaves, BaselinePerson.json), Rekeyed: convert(b.Rekeyed, BaselinePerson.json),
		Missing: convert(b.Missing, BaselinePerson.json), Unclear: convert(b.Unclear, BaselinePerson.json),
	}
}

// MarshalJSON writes a person as in a baseline.
func (b BaselinePerson) MarshalJSON() ([]byte, error) { return json.Marshal(b.json()) }

func (b BaselinePerson) json() jsonHeld {
	return jsonHeld{Person: PersonJSON{b.Person.Source, b.Person.ID, b.CSI, b.DN}, Reason: b.Why}
}

func (s SourceReport) json() jsonSource {
	return jsonSource{
		Name: s.Name, Complete: s.Complete, People: s.People, Outside: s.Outside,
		Conditions: convert(s.Conditions, func(c Condition) jsonCondition { return jsonCondition(c) }),
	}
}

// MarshalJSON writes one source as in a plan.
func (s SourceReport) MarshalJSON() ([]byte, error) { return json.Marshal(s.json()) }

func (c Change) json() jsonChange {
	var dueAt time.Time
	if c.Ahead() {
		dueAt = c.NotBefore
	}
	return jsonChange{
		ID: c.ID, Op: c.Op, Class: c.Class, Person: PersonJSON{c.Person.Source, c.Person.ID, c.CSI, c.DN},
		CredentialID: c.CredentialID, Username: c.Username, ThreemaID: c.ThreemaID, Reason: c.Reason, Evidence: c.EvidenceText,
		Before: notNil(c.Before), After: notNil(c.After), Requests: c.Requests,
		Status: c.Status, NotBefore: optionalTime(c.NotBefore), DueAt: optionalTime(dueAt), Guard: c.Guard,
		Asks: convert(c.Asks, func(a Ask) Ask { return a }), Protected: c.Protected, Approved: c.Approved, ApprovedUntil: optionalTime(c.ApprovedUntil),
	}
}

// MarshalJSON writes one change as in a plan.
func (c Change) MarshalJSON() ([]byte, error) { return json.Marshal(c.json()) }

func (h Held) json() jsonHeld {
	return jsonHeld{Person: PersonJSON{h.Person.Source, h.Person.ID, h.CSI, h.DN}, Reason: h.Reason, Ask: h.Ask}
}

func (m Missed) json() jsonMissed {
	return jsonMissed{
		Person: PersonJSON{m.Person.Source, m.Person.ID, m.CSI, m.DN}, Shown: m.Shown, LastSeen: optionalTime(m.LastSeen.Truncate(time.Second)),
		Conditions: m.Conditions, Detail: m.Detail(),
	}
}

func (n Notice) json() jsonNotice {
	return jsonNotice{Kind: n.Kind, Person: PersonJSON{n.Person.Source, n.Person.ID, n.CSI, n.DN}, Detail: n.Detail}
}

func (e Effect) json() jsonEffect {
	return jsonEffect{
		Op: e.Op, Person: PersonJSON{e.Person.Source, e.Person.ID, e.CSI, e.DN},
		CredentialID: e.CredentialID, Username: e.Username, ThreemaID: e.ThreemaID,
		State: e.State(), RequestedAt: e.RequestedAt.UTC(), EffectiveBy: e.EffectiveBy().UTC(), VerifiedAt: optionalTime(e.VerifiedAt), Ordered: e.Ordered,
	}
}

// MarshalJSON writes one effect as in a plan.
func (e Effect) MarshalJSON() ([]byte, error) { return json.Marshal(e.json()) }

func (a Alarm) json() jsonAlarm {
	return jsonAlarm{
		Kind: a.Kind, Person: PersonJSON{a.Person.Source, a.Person.ID, a.CSI, a.DN},
		CredentialID: a.CredentialID, Username: a.Username, ThreemaID: a.ThreemaID, Since: a.Since.UTC(), Detail: a.Detail(),
	}
}

func (r Restarted) json() jsonRestarted {
	return jsonRestarted{Person: PersonJSON{r.Person.Source, r.Person.ID, r.CSI, r.DN}, Restarts: r.Restarts, Since: r.Since.UTC(), Detail: r.Detail()}
}

func (s SuspendedPerson) json() jsonSuspended {
	return jsonSuspended{
		Person: PersonJSON{s.Person.Source, s.Person.ID, s.CSI, s.DN}, LastDay: s.LastDay, Until: s.Until.UTC(), By: s.By, Since: s.Since.UTC(),
		Over: optionalTime(s.Over), Account: s.Account.String(), Standing: s.Standing, EndsSoon: s.Soon, Earliest: optionalTime(s.Earliest), Detail: s.Detail(),
	}
}

// MarshalJSON writes a leave of absence as in a plan, without the reason.
func (s SuspendedPerson) MarshalJSON() ([]byte, error) { return json.Marshal(s.json()) }

// WithReason is the same for who asks for this person, or for the list: with the reason.
func (s SuspendedPerson) WithReason() any {
	doc := s.json()
	doc.Reason = s.Reason
	return doc
}

// MarshalJSON writes one alarm as in a plan.
func (a Alarm) MarshalJSON() ([]byte, error) { return json.Marshal(a.json()) }

func (w Wait) json() jsonWait {
	return jsonWait{Code: w.Code, Since: w.Since.UTC(), People: w.People, Command: w.Command, Whom: convert(w.Whom, WaitingPerson.json), Answered: w.Answered, Covers: w.Covers}
}

func (w WaitingPerson) json() jsonWaitingPerson {
	return jsonWaitingPerson{Person: PersonJSON{w.Person.Source, w.Person.ID, w.CSI, w.DN}, Steps: append([]Op{}, w.Steps...), Missing: w.Missing}
}

// UnmarshalJSON reads one wait of a report back.
func (w *Wait) UnmarshalJSON(text []byte) error {
	var doc jsonWait
	if err := json.Unmarshal(text, &doc); err != nil {
		return err
	}
	*w = Wait{Code: doc.Code, Since: doc.Since, People: doc.People, Command: doc.Command, Covers: doc.Covers}
	for _, x := range doc.Whom {
		w.Whom = append(w.Whom, WaitingPerson{Person: x.Person.PersonID(), CSI: x.Person.CSI, DN: x.Person.DN, Steps: x.Steps, Missing: x.Missing})
	}
	return nil
}

// MarshalJSON writes one wait as in a plan.
func (w Wait) MarshalJSON() ([]byte, error) { return json.Marshal(w.json()) }

// MarshalJSON writes a person as in a wait.
func (w WaitingPerson) MarshalJSON() ([]byte, error) { return json.Marshal(w.json()) }

func convert[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, a := range in {
		out = append(out, f(a))
	}
	return out
}

func notNil(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}
