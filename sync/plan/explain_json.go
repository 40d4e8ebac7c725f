package plan

import (
	"encoding/json"
	"time"
)

// MarshalJSON writes the explanation for programs: members are added, never renamed. Lists are
// never null; a part that is not there is null.
func (x Explanation) MarshalJSON() ([]byte, error) {
	type object = map[string]any
	doc := object{
		"person":   PersonJSON{x.Person.Source, x.Person.ID, x.CSI, x.DN},
		"username": x.Username, "source": x.Source, "entry": nil, "observation": nil, "owned": nil, "credential": nil, "departure": nil, "suspension": nil, "missed": nil,
		"next": object{"step": x.Next.Words, "notBefore": optionalTime(x.Next.At)},
		"settings": convert(x.Settings, func(s SettingState) object {
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
		"users": convert(x.Users, func(u User) object {
			return object{"id": u.ID, "credentialId": u.CredentialID, "csi": u.CSI, "firstName": u.FirstName, "lastName": u.LastName, "lastCheck": optionalTime(u.LastCheck)}
		}),
		"contacts": convert(x.Contacts, func(c Contact) object {
			return object{"id": c.ID, "firstName": c.FirstName, "lastName": c.LastName, "enabled": c.Enabled, "automatic": c.Auto}
		}),
		"open": convert(x.Open, func(op Operation) object {
			return object{"id": op.ChangeID, "op": op.Op, "at": optionalTime(op.At)}
		}),
		"effects":      convert(x.Effects, Effect.json),
		"alarms":       convert(x.Alarms, Alarm.json),
		"changes":      convert(x.Changes, Change.json),
		"held":         convert(x.Held, func(reason string) string { return reason }),
		"guards":       convert(x.Guards, func(g Guard) jsonGuard { return jsonGuard{g.Name, g.Source, g.Detail, g.Check} }),
		"notices":      convert(x.Notices, Notice.json),
		"notActivated": x.NotActivated(),
		"loggedOut":    x.LoggedOut(),
		"unmanaged":    convert(x.Unmanaged, func(u Unmanaged) jsonUnmanaged { return jsonUnmanaged(u) }),
		"history":      x.History.json(),
	}
	x.jsonParts(doc)
	x.jsonUnread(doc)
	return json.Marshal(doc)
}

// jsonParts adds the parts that may be missing.
func (x Explanation) jsonParts(doc map[string]any) {
	type object = map[string]any
	evidence := func(e Evidence) object { return object{"kind": e.Kind, "detail": e.Detail} }
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
			"missingSince": optionalTime(own.MissingSince), "missingReads": own.MissingReads, "withdrawnByOrderAt": x.orderedAt(), "openOrderAt": x.openOrderAt(),
		}
	}
	if m := x.Missed; m != nil {
		doc["missed"] = m.json()
	}
	if s := x.Suspension; s != nil {
		doc["suspension"] = s.WithReason()
	}
	if c := x.Credential; c != nil {
		doc["credential"] = object{"id": c.ID, "username": c.Username, "usage": c.Usage}
	}
	if s := x.Departure; s != nil {
		doc["departure"] = object{
			"startedAt": optionalTime(s.StartedAt), "withdrawnAt": optionalTime(s.WithdrawnAt),
			"ids": convert(s.IDs, func(id DepartingID) object {
				return object{"threemaId": id.ThreemaID, "goneAt": optionalTime(id.GoneAt)}
			}),
		}
	}
}

// orderedAt is when the credential was withdrawn by order, nil if it was not.
func (x Explanation) orderedAt() *time.Time {
	if x.Order == nil {
		return nil
	}
	return optionalTime(x.Order.At)
}

// openOrderAt is when a withdrawal was ordered that is not carried out yet, nil if none was.
func (x Explanation) openOrderAt() *time.Time {
	if x.OpenOrder == nil {
		return nil
	}
	return optionalTime(x.OpenOrder.At)
}

func (h History) json() map[string]any {
	type object = map[string]any
	return object{
		"omitted": h.Omitted,
		"steps": convert(h.Steps, func(s PastStep) object {
			return object{
				"id": s.ChangeID, "op": s.Op, "state": s.State, "at": optionalTime(s.At), "settledAt": optionalTime(s.SettledAt),
				"credentialId": s.CredentialID, "username": s.Username, "threemaIds": convert(s.ThreemaIDs, func(id string) string { return id }),
				"approved": s.ByApproval(), "ordered": s.ByOrder(), "alreadyGone": s.AlreadyGone, "message": s.Message, "run": s.Run, "policy": s.Mode, "erased": s.Erased,
			}
		}),
		"departures": convert(h.Departures, func(d PastDeparture) object {
			return object{
				"username": d.Username, "startedAt": optionalTime(d.StartedAt), "withdrawnAt": optionalTime(d.WithdrawnAt),
				"endedAt": optionalTime(d.EndedAt), "ended": d.Ended,
			}
		}),
	}
}
