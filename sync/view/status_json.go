package view

import (
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/status"
)

// NewStatusJSON shapes the status for programs. Lists are never null.
func NewStatusJSON(s status.Status) StatusJSON {
	doc := StatusJSON{
		NextPass: s.NextPass.UTC(),
		Sources:  model.Convert(s.Sources, newReadSourceJSON),
		Removed: model.Convert(s.Removed, func(r status.RemovedSource) RemovedSourceJSON {
			return RemovedSourceJSON{r.Name, r.People, optionalTime(r.ForgottenAt), r.ForgottenBy}
		}),
		Guards: model.Convert(s.Guards, func(g status.Guard) GuardJSON {
			return GuardJSON{Guard: g.Name, Source: g.Source, Detail: g.Detail, Check: g.Check, Codes: g.Codes, Answered: g.Answered}
		}),
		Answered: model.Convert(s.Answered, func(a status.Answer) AnsweredJSON {
			return AnsweredJSON{a.Answer, a.Steps, a.People, NewWaitingPeopleJSON(a.Whom)}
		}),
		Orders: model.Convert(s.Orders, newOrderJSON), Leavers: model.Convert(s.Leavers, newLeaverJSON),
		Approved: ApprovalsJSON{s.Approved.Live, optionalTime(s.Approved.Expires), s.Approved.Ahead, s.Approved.Idle},
		Stop:     s.Stop, Open: s.Open, Quota: QuotaJSON{s.Quota.Unlimited, s.Quota.Remaining, s.Quota.FreeAt}, Seats: CountedSeats(s.Seats), Managed: s.Managed,
		Held: HeldCountJSON(s.Held), Withheld: WithheldJSON(s.Withheld), Baseline: (*BaselineCountJSON)(s.Baseline),
		Handover: model.Convert(s.Handover, func(f status.Unfetched) UnfetchedJSON { return UnfetchedJSON(f) }), NoHandover: s.NoHandover, Report: s.Report,
		Waits: NewWaitsJSON(s.Waits), Suspended: NewSuspensionsJSON(s.Suspended), Alarms: NewAlarmsJSON(s.Alarms), Effects: NewEffectsJSON(s.Effects),
	}
	if p := s.LastPass; p != nil {
		doc.LastPass = &PassJSON{p.Started, optionalTime(p.Finished), p.Policy, p.Result, p.ExitCode, p.Cause, p.Command, p.Check}
	}
	if f := s.Freed; f != nil {
		doc.Freed = &FreedJSON{f.People, NewWaitingPeopleJSON(f.Whom)}
	}
	return doc
}

// newReadSourceJSON shapes a source with why it was not read.
func newReadSourceJSON(s status.Source) SourceJSON {
	doc := NewSourceJSON(s.SourceReport)
	doc.Reason, doc.Error, doc.Codes = s.Reason, s.Error, s.Codes
	return doc
}

func newOrderJSON(o status.Order) OrderJSON {
	return OrderJSON{newPersonJSON(o.Subject), o.CredentialID, o.Username, o.At.UTC(), o.By, o.Sent, optionalTime(o.SettledFrom)}
}

func newLeaverJSON(l status.Leaver) LeaverJSON {
	return LeaverJSON{
		l.Person.Source, l.Person.ID, l.CSI, l.DN, l.Evidence.String(), l.Since.UTC(), l.Reads, l.Stage, optionalTime(l.ConfirmedAt), l.Suspended, l.Next, optionalTime(l.NotBefore),
	}
}
