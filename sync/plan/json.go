package plan

import (
	"encoding/json"
	"time"
)

// The shape of a plan in JSON is a contract (design §6): members are added, never renamed.
type (
	jsonPlan struct {
		Hash         string          `json:"hash"`
		Policy       Mode            `json:"policy"`
		Subscription string          `json:"subscription"`
		GeneratedAt  time.Time       `json:"generatedAt"`
		Sources      []jsonSource    `json:"sources"`
		Changes      []jsonChange    `json:"changes"`
		Held         []jsonHeld      `json:"held"`
		Missed       []jsonMissed    `json:"missed"`
		Unmanaged    []jsonUnmanaged `json:"unmanaged"`
		Notices      []jsonNotice    `json:"notices"`
		Guards       []jsonGuard     `json:"guards"`
		Seats        jsonSeats       `json:"seats"`
		Requests     int             `json:"requests"`
		Effects      []jsonEffect    `json:"effects"`
		Alarms       []jsonAlarm     `json:"alarms"`
		Waits        []jsonWait      `json:"waits"`
		Restarted    []jsonRestarted `json:"restarted"`
		Suspended    []jsonSuspended `json:"suspended"`
		Baseline     *jsonBaseline   `json:"baseline,omitempty"`
	}
	jsonBaseline struct {
		Reasons  []string   `json:"reasons"`
		Accepted bool       `json:"accepted"`
		Refused  []string   `json:"refused,omitempty"`
		Enters   []jsonHeld `json:"enters"`
		Leaves   []jsonHeld `json:"leaves"`
		Rekeyed  []jsonHeld `json:"rekeyed"`
		Missing  []jsonHeld `json:"missing"`
		Unclear  []jsonHeld `json:"unclear"`
	}
	jsonSource struct {
		Name       string          `json:"name"`
		Complete   bool            `json:"complete"`
		People     int             `json:"people"`
		Outside    int             `json:"outside"` // in none of the groups that entitle
		Conditions []jsonCondition `json:"conditions"`
	}
	jsonCondition struct {
		Name   string `json:"name"`
		OK     bool   `json:"ok"`
		Detail string `json:"detail"`
	}
	jsonPerson struct {
		Source string `json:"source"`
		ID     string `json:"id"`
		CSI    string `json:"csi"`
		DN     string `json:"dn"`
	}
	jsonChange struct {
		ID            string            `json:"id"`
		Op            Op                `json:"op"`
		Class         Class             `json:"class"`
		Person        jsonPerson        `json:"person"`
		CredentialID  string            `json:"credentialId"`
		Username      string            `json:"username"`
		ThreemaID     string            `json:"threemaId"`
		Reason        string            `json:"reason"`
		Evidence      string            `json:"evidence"`
		Before        map[string]string `json:"before"`
		After         map[string]string `json:"after"`
		Requests      int               `json:"requests"`
		Status        Status            `json:"status"`
		NotBefore     *time.Time        `json:"notBefore"`
		DueAt         *time.Time        `json:"dueAt,omitempty"` // notBefore, of a step that mass-departure-ahead names
		Guard         string            `json:"guard"`
		Asks          []Ask             `json:"asks"`
		Protected     bool              `json:"protected"`
		Approved      bool              `json:"approved"`
		ApprovedUntil *time.Time        `json:"approvedUntil"`
	}
	jsonHeld struct {
		Person jsonPerson `json:"person"`
		Reason string     `json:"reason"`
		Ask    Ask        `json:"ask,omitempty"` // what a person must do who cannot say yes to a change
	}
	jsonMissed struct {
		Person     jsonPerson `json:"person"`
		Shown      string     `json:"shown"`
		LastSeen   *time.Time `json:"lastSeen"`
		Conditions []string   `json:"conditions"` // that fail
		Detail     string     `json:"detail"`
	}
	jsonUnmanaged struct {
		Kind   string `json:"kind"`
		ID     string `json:"id"`
		Name   string `json:"name"`
		Reason string `json:"reason"`
	}
	jsonNotice struct {
		Kind   NoticeKind `json:"kind"`
		Person jsonPerson `json:"person"`
		Detail string     `json:"detail"`
	}
	jsonGuard struct {
		Guard  string `json:"guard"`
		Source string `json:"source"`
		Detail string `json:"detail"`
		Check  string `json:"check,omitempty"` // what to look at before anybody says yes
	}
	jsonEffect struct {
		Op           Op          `json:"op"`
		Person       jsonPerson  `json:"person"`
		CredentialID string      `json:"credentialId"`
		Username     string      `json:"username"`
		ThreemaID    string      `json:"threemaId"`
		State        EffectState `json:"state"`
		RequestedAt  time.Time   `json:"requestedAt"`
		EffectiveBy  time.Time   `json:"effectiveBy"`
		VerifiedAt   *time.Time  `json:"verifiedAt"`
		Ordered      bool        `json:"ordered"`
	}
	jsonAlarm struct {
		Kind         AlarmKind  `json:"kind"`
		Person       jsonPerson `json:"person"`
		CredentialID string     `json:"credentialId"`
		Username     string     `json:"username"`
		ThreemaID    string     `json:"threemaId"`
		Since        time.Time  `json:"since"`
		Detail       string     `json:"detail"`
	}
	jsonWait struct {
		Code    WaitCode            `json:"code"`
		Since   time.Time           `json:"since"`
		People  int                 `json:"people"`
		Command string              `json:"command"`
		Whom    []jsonWaitingPerson `json:"whom"` // the first of them
		// Answered are those about whom somebody said since; `status` alone knows of any.
		Answered int `json:"answered,omitempty"`
		// Covers is for how many people the command says yes, where that is more than these.
		Covers int `json:"covers,omitempty"`
	}
	jsonWaitingPerson struct {
		Person  jsonPerson `json:"person"`
		Steps   []Op       `json:"steps"`
		Missing bool       `json:"missing,omitempty"` // their credential is
	}
	jsonRestarted struct {
		Person   jsonPerson `json:"person"`
		Restarts int        `json:"restarts"`
		Since    time.Time  `json:"since"`
		Detail   string     `json:"detail"`
	}
	jsonSuspended struct {
		Person   jsonPerson `json:"person"`
		LastDay  string     `json:"lastDay"`
		Until    time.Time  `json:"until"`
		By       string     `json:"by"`
		Since    time.Time  `json:"since"`
		Over     *time.Time `json:"over"`     // the pass that found it over; the grace counts from then
		Account  string     `json:"account"`  // as it was seen last
		Standing bool       `json:"standing"` // no step of the departure is done
		EndsSoon bool       `json:"endsSoon"`
		Earliest *time.Time `json:"earliest"` // when the credential may be withdrawn, the grace included; null: never, as it stands
		Detail   string     `json:"detail"`
		Reason   string     `json:"reason,omitempty"` // where somebody asks for it
	}
	jsonSeats struct {
		Licences int `json:"licences"`
		Used     int `json:"used"`
		Free     int `json:"free"`
		// AsOf is when they were counted. A pass that counted none keeps in its record what the last one counted.
		AsOf time.Time `json:"asOf"`
	}
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
		Seats:     jsonSeats{p.Seats.Licences, p.Seats.Used, p.Seats.Free, p.GeneratedAt.UTC()},
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
	return jsonHeld{Person: jsonPerson{b.Person.Source, b.Person.ID, b.CSI, b.DN}, Reason: b.Why}
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
	if c.Guard == GuardAhead {
		dueAt = c.NotBefore
	}
	return jsonChange{
		ID: c.ID, Op: c.Op, Class: c.Class, Person: jsonPerson{c.Person.Source, c.Person.ID, c.CSI, c.DN},
		CredentialID: c.CredentialID, Username: c.Username, ThreemaID: c.ThreemaID, Reason: c.Reason, Evidence: c.EvidenceText,
		Before: notNil(c.Before), After: notNil(c.After), Requests: c.Requests,
		Status: c.Status, NotBefore: optionalTime(c.NotBefore), DueAt: optionalTime(dueAt), Guard: c.Guard,
		Asks: convert(c.Asks, func(a Ask) Ask { return a }), Protected: c.Protected, Approved: c.Approved, ApprovedUntil: optionalTime(c.ApprovedUntil),
	}
}

// MarshalJSON writes one change as in a plan.
func (c Change) MarshalJSON() ([]byte, error) { return json.Marshal(c.json()) }

func (h Held) json() jsonHeld {
	return jsonHeld{Person: jsonPerson{h.Person.Source, h.Person.ID, h.CSI, h.DN}, Reason: h.Reason, Ask: h.Ask}
}

func (m Missed) json() jsonMissed {
	return jsonMissed{
		Person: jsonPerson{m.Person.Source, m.Person.ID, m.CSI, m.DN}, Shown: m.Shown, LastSeen: optionalTime(m.LastSeen.Truncate(time.Second)),
		Conditions: m.Conditions, Detail: m.Detail(),
	}
}

func (n Notice) json() jsonNotice {
	return jsonNotice{Kind: n.Kind, Person: jsonPerson{n.Person.Source, n.Person.ID, n.CSI, n.DN}, Detail: n.Detail}
}

func (e Effect) json() jsonEffect {
	return jsonEffect{
		Op: e.Op, Person: jsonPerson{e.Person.Source, e.Person.ID, e.CSI, e.DN},
		CredentialID: e.CredentialID, Username: e.Username, ThreemaID: e.ThreemaID,
		State: e.State(), RequestedAt: e.RequestedAt.UTC(), EffectiveBy: e.EffectiveBy().UTC(), VerifiedAt: optionalTime(e.VerifiedAt), Ordered: e.Ordered,
	}
}

// MarshalJSON writes one effect as in a plan.
func (e Effect) MarshalJSON() ([]byte, error) { return json.Marshal(e.json()) }

func (a Alarm) json() jsonAlarm {
	return jsonAlarm{
		Kind: a.Kind, Person: jsonPerson{a.Person.Source, a.Person.ID, a.CSI, a.DN},
		CredentialID: a.CredentialID, Username: a.Username, ThreemaID: a.ThreemaID, Since: a.Since.UTC(), Detail: a.Detail(),
	}
}

func (r Restarted) json() jsonRestarted {
	return jsonRestarted{Person: jsonPerson{r.Person.Source, r.Person.ID, r.CSI, r.DN}, Restarts: r.Restarts, Since: r.Since.UTC(), Detail: r.Detail()}
}

func (s SuspendedPerson) json() jsonSuspended {
	return jsonSuspended{
		Person: jsonPerson{s.Person.Source, s.Person.ID, s.CSI, s.DN}, LastDay: s.LastDay, Until: s.Until.UTC(), By: s.By, Since: s.Since.UTC(),
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
	return jsonWaitingPerson{Person: jsonPerson{w.Person.Source, w.Person.ID, w.CSI, w.DN}, Steps: append([]Op{}, w.Steps...), Missing: w.Missing}
}

// UnmarshalJSON reads one wait of a report back.
func (w *Wait) UnmarshalJSON(text []byte) error {
	var doc jsonWait
	if err := json.Unmarshal(text, &doc); err != nil {
		return err
	}
	*w = Wait{Code: doc.Code, Since: doc.Since, People: doc.People, Command: doc.Command, Covers: doc.Covers}
	for _, x := range doc.Whom {
		person := PersonID{Source: x.Person.Source, ID: x.Person.ID}
		w.Whom = append(w.Whom, WaitingPerson{Person: person, CSI: x.Person.CSI, DN: x.Person.DN, Steps: x.Steps, Missing: x.Missing})
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
