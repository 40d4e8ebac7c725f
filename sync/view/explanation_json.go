package view

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// NewExplanationJSON shapes the explanation for programs.
func NewExplanationJSON(x explain.Explanation) ExplanationJSON {
	doc := ExplanationJSON{
		Person: newPersonJSON(x.Subject), Username: x.Username,
		Next:     NextStepJSON{Step: x.Next.Words, NotBefore: optionalTime(x.Next.At)},
		Settings: model.Convert(x.Settings, newSettingJSON), SettingsStay: x.SettingsStay,
		Users: model.Convert(x.Users, func(u model.User) UserJSON {
			return UserJSON{ID: u.ID, CredentialID: u.CredentialID, CSI: u.CSI, FirstName: u.FirstName, LastName: u.LastName, LastCheck: optionalTime(u.LastCheck)}
		}),
		Contacts: model.Convert(x.Contacts, func(c model.Contact) ContactJSON {
			return ContactJSON{ID: c.ID, FirstName: c.FirstName, LastName: c.LastName, Enabled: c.Enabled, Automatic: c.Auto}
		}),
		Open: model.Convert(x.Open, func(op model.Operation) OpenOperationJSON {
			return OpenOperationJSON{ID: op.ChangeID, Op: op.Op, At: optionalTime(op.At)}
		}),
		Effects: NewEffectsJSON(x.Effects), Alarms: NewAlarmsJSON(x.Alarms), Changes: NewChangesJSON(x.Changes),
		Held:   model.Convert(x.Held, func(reason string) string { return reason }),
		Guards: model.Convert(x.Guards, newGuardJSON), Notices: model.Convert(x.Notices, newNoticeJSON),
		NotActivated: x.NotActivated(), LoggedOut: x.LoggedOut(),
		Unmanaged: model.Convert(x.Unmanaged, newUnmanagedJSON),
		History:   newHistoryJSON(x.History),
		Unread: model.Convert(x.Unread, func(u explain.UnreadSide) UnreadJSON {
			return UnreadJSON{Source: u.Source, Reason: u.Why, Codes: u.Codes}
		}),
	}
	if len(x.Unread) > 0 {
		doc.AsOf = optionalTime(x.AsOf)
	}
	doc.addDirectory(x)
	doc.addLedger(x)
	if c := x.Credential; c != nil {
		doc.Credential = &CredentialJSON{ID: c.ID, Username: c.Username, Usage: c.Usage}
	}
	return doc
}

func newSettingJSON(s explain.SettingState) SettingJSON {
	doc := SettingJSON{Name: s.Name, Now: s.Now, Undecided: s.Undecided}
	if s.Wanted {
		doc.Desired = &s.Desired
	}
	return doc
}

// addDirectory adds what the directory shows.
func (doc *ExplanationJSON) addDirectory(x explain.Explanation) {
	if x.Source != nil {
		doc.Source = new(NewSourceJSON(*x.Source))
	}
	if e := x.Entry; e != nil {
		attributes := e.Attributes
		if attributes == nil {
			attributes = map[string][]string{}
		}
		doc.Entry = &EntryJSON{
			InScope: e.InScope, DN: e.DN, State: e.State.String(), Evidence: newEvidenceJSON(e.Evidence), Excluded: e.Excluded, Held: e.Held, Attributes: attributes,
		}
	}
	if m := x.Missed; m != nil {
		doc.Missed = new(newMissedJSON(*m))
	}
}

// addLedger adds what is remembered.
func (doc *ExplanationJSON) addLedger(x explain.Explanation) {
	if o := x.Observation; o != nil {
		doc.Observation = &ObservationJSON{
			State: o.State.String(), Evidence: newEvidenceJSON(o.Evidence), LastSeen: optionalTime(o.LastSeen.Truncate(time.Second)),
			Since: optionalTime(o.Since), Reads: x.PassReads, ConfirmedAt: optionalTime(o.ConfirmedAt), Protected: o.Protected, Unproved: o.Unproved,
		}
	}
	if own := x.Owned; own != nil {
		doc.Owned = &OwnedJSON{
			CredentialID: own.CredentialID, Username: own.Username, CSI: own.CSI, Created: own.Created,
			MissingSince: optionalTime(own.MissingSince), MissingReads: own.MissingReads,
		}
		if x.Order != nil {
			doc.Owned.WithdrawnByOrderAt = optionalTime(x.Order.At)
		}
		if x.OpenOrder != nil {
			doc.Owned.OpenOrderAt = optionalTime(x.OpenOrder.At)
		}
	}
	if s := x.Suspension; s != nil {
		doc.Suspension = new(NewReasonedSuspensionJSON(*s))
	}
	if d := x.Departure; d != nil {
		doc.Departure = &DepartureJSON{
			StartedAt: optionalTime(d.StartedAt), WithdrawnAt: optionalTime(d.WithdrawnAt),
			IDs: model.Convert(d.IDs, func(id model.DepartingID) DepartingIDJSON {
				return DepartingIDJSON{ThreemaID: id.ThreemaID, GoneAt: optionalTime(id.GoneAt)}
			}),
		}
	}
}

func newEvidenceJSON(e model.Evidence) EvidenceJSON {
	return EvidenceJSON{Kind: e.Kind, Detail: e.Detail}
}

func newHistoryJSON(h model.History) HistoryJSON {
	return HistoryJSON{
		Omitted: h.Omitted,
		Steps:   model.Convert(h.Steps, newPastStepJSON),
		Departures: model.Convert(h.Departures, func(d model.PastDeparture) PastDepartureJSON {
			return PastDepartureJSON{
				Username: d.Username, StartedAt: optionalTime(d.StartedAt), WithdrawnAt: optionalTime(d.WithdrawnAt), EndedAt: optionalTime(d.EndedAt), Ended: d.Ended,
			}
		}),
	}
}

func newPastStepJSON(s model.PastStep) PastStepJSON {
	return PastStepJSON{
		ID: s.ChangeID, Op: s.Op, State: s.State, At: optionalTime(s.At), SettledAt: optionalTime(s.SettledAt), CredentialID: s.CredentialID, Username: s.Username,
		ThreemaIDs: model.Convert(s.ThreemaIDs, func(id string) string { return id }), Approved: s.ByApproval(), Ordered: s.ByOrder(), AlreadyGone: s.AlreadyGone,
		Message: s.Message, Run: s.Run, Policy: s.Mode, Erased: s.Erased,
	}
}
