package view

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// NewExplanationJSON shapes the explanation for programs: members are added, never renamed. Lists are
// never null; a part that is not there is null.
func NewExplanationJSON(x explain.Explanation) map[string]any {
	type object = map[string]any
	doc := object{
		"person":   PersonJSON{x.Person.Source, x.Person.ID, x.CSI, x.DN},
		"username": x.Username, "source": nil, "entry": nil, "observation": nil, "owned": nil, "credential": nil, "departure": nil, "suspension": nil, "missed": nil,
		"next": object{"step": x.Next.Words, "notBefore": optionalTime(x.Next.At)},
		"settings": model.Convert(x.Settings, func(s explain.SettingState) object {
			o := object{"name": s.Name, "now": s.Now, "desired": nil}
			if s.Wanted {
				o["desired"] = s.Desired
			}
			if s.Undecided != "" {
				o["undecided"] = s.Undecided
			}
			return o
		}),
		"settingsStay": x.SettingsStay,
		"users": model.Convert(x.Users, func(u model.User) object {
			return object{"id": u.ID, "credentialId": u.CredentialID, "csi": u.CSI, "firstName": u.FirstName, "lastName": u.LastName, "lastCheck": optionalTime(u.LastCheck)}
		}),
		"contacts": model.Convert(x.Contacts, func(c model.Contact) object {
			return object{"id": c.ID, "firstName": c.FirstName, "lastName": c.LastName, "enabled": c.Enabled, "automatic": c.Auto}
		}),
		"open": model.Convert(x.Open, func(op model.Operation) object {
			return object{"id": op.ChangeID, "op": op.Op, "at": optionalTime(op.At)}
		}),
		"effects":      NewEffectsJSON(x.Effects),
		"alarms":       NewAlarmsJSON(x.Alarms),
		"changes":      NewChangesJSON(x.Changes),
		"held":         model.Convert(x.Held, func(reason string) string { return reason }),
		"guards":       model.Convert(x.Guards, newGuardJSON),
		"notices":      model.Convert(x.Notices, newNoticeJSON),
		"notActivated": x.NotActivated(),
		"loggedOut":    x.LoggedOut(),
		"unmanaged":    model.Convert(x.Unmanaged, newUnmanagedJSON),
		"history":      historyJSON(x.History),
	}
	addParts(x, doc)
	addUnread(x, doc)
	return doc
}

// addParts adds the parts that may be missing.
func addParts(x explain.Explanation, doc map[string]any) {
	type object = map[string]any
	evidence := func(e model.Evidence) object { return object{"kind": e.Kind, "detail": e.Detail} }
	if x.Source != nil {
		doc["source"] = NewSourceJSON(*x.Source)
	}
	if e := x.Entry; e != nil {
		attributes := e.Attributes
		if attributes == nil {
			attributes = map[string][]string{}
		}
		doc["entry"] = object{
			"inScope": e.InScope, "dn": e.DN, "state": e.State.String(), "evidence": evidence(e.Evidence),
			"excluded": e.Excluded, "held": e.Held, "attributes": attributes,
		}
	}
	if o := x.Observation; o != nil {
		doc["observation"] = object{
			"state": o.State.String(), "evidence": evidence(o.Evidence), "lastSeen": optionalTime(o.LastSeen.Truncate(time.Second)),
			"since": optionalTime(o.Since), "reads": x.PassReads, "confirmedAt": optionalTime(o.ConfirmedAt),
			"protected": o.Protected, "unproved": o.Unproved,
		}
	}
	if own := x.Owned; own != nil {
		doc["owned"] = object{
			"credentialId": own.CredentialID, "username": own.Username, "csi": own.CSI, "created": own.Created,
			"missingSince": optionalTime(own.MissingSince), "missingReads": own.MissingReads, "withdrawnByOrderAt": orderedAt(x), "openOrderAt": openOrderAt(x),
		}
	}
	if m := x.Missed; m != nil {
		doc["missed"] = newMissedJSON(*m)
	}
	if s := x.Suspension; s != nil {
		doc["suspension"] = NewReasonedSuspensionJSON(*s)
	}
	if c := x.Credential; c != nil {
		doc["credential"] = object{"id": c.ID, "username": c.Username, "usage": c.Usage}
	}
	if s := x.Departure; s != nil {
		doc["departure"] = object{
			"startedAt": optionalTime(s.StartedAt), "withdrawnAt": optionalTime(s.WithdrawnAt),
			"ids": model.Convert(s.IDs, func(id model.DepartingID) object {
				return object{"threemaId": id.ThreemaID, "goneAt": optionalTime(id.GoneAt)}
			}),
		}
	}
}

// orderedAt is when the credential was withdrawn by order, nil if it was not.
func orderedAt(x explain.Explanation) *time.Time {
	if x.Order == nil {
		return nil
	}
	return optionalTime(x.Order.At)
}

// openOrderAt is when a withdrawal was ordered that is not carried out yet, nil if none was.
func openOrderAt(x explain.Explanation) *time.Time {
	if x.OpenOrder == nil {
		return nil
	}
	return optionalTime(x.OpenOrder.At)
}

func historyJSON(h model.History) map[string]any {
	type object = map[string]any
	return object{
		"omitted": h.Omitted,
		"steps": model.Convert(h.Steps, func(s model.PastStep) object {
			return object{
				"id": s.ChangeID, "op": s.Op, "state": s.State, "at": optionalTime(s.At), "settledAt": optionalTime(s.SettledAt),
				"credentialId": s.CredentialID, "username": s.Username, "threemaIds": model.Convert(s.ThreemaIDs, func(id string) string { return id }),
				"approved": s.ByApproval(), "ordered": s.ByOrder(), "alreadyGone": s.AlreadyGone, "message": s.Message, "run": s.Run, "policy": s.Mode, "erased": s.Erased,
			}
		}),
		"departures": model.Convert(h.Departures, func(d model.PastDeparture) object {
			return object{
				"username": d.Username, "startedAt": optionalTime(d.StartedAt), "withdrawnAt": optionalTime(d.WithdrawnAt),
				"endedAt": optionalTime(d.EndedAt), "ended": d.Ended,
			}
		}),
	}
}

func addUnread(x explain.Explanation, doc map[string]any) {
	type object = map[string]any
	doc["unread"] = model.Convert(x.Unread, func(u explain.UnreadSide) object { return object{"source": u.Source, "reason": u.Why} })
	doc["asOf"] = (*time.Time)(nil)
	if len(x.Unread) > 0 {
		doc["asOf"] = optionalTime(x.AsOf)
	}
}
