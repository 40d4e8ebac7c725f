package view

import (
	"encoding/json"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/status"
)

// PastPlan is the plan of a report, as far as somebody's answers are held against it.
func (r ReportJSON) PastPlan() plan.PastPlan {
	return plan.PastPlan{Hash: r.Hash, Changes: model.Convert(r.Changes, ChangeJSON.Change)}
}

// Change is one change, read back: what an answer to it, or a request for it, must know.
func (c ChangeJSON) Change() model.Change {
	protected, byClass := model.Rules(c.AskedBy)
	return model.Change{
		ID: c.ID, Op: c.Op, ThreemaID: c.ThreemaID, After: c.After, Status: c.Status, Guard: c.Guard, Asks: c.Asks,
		Subject: c.Person.subject(), Protected: protected, ByClass: byClass, NotBefore: timeOf(c.NotBefore),
	}
}

// PastReport is what the record of a pass tells a status.
func PastReport(record json.RawMessage) status.Report {
	r, told := ReadReport(record)
	past := status.Report{
		Text: record, Told: told, Plan: r.PastPlan(), GeneratedAt: r.GeneratedAt, Seats: status.Seats(r.Seats), Error: r.Error, Failure: r.Failure, Omitted: r.Omitted,
		Sources: model.Convert(r.Sources, SourceJSON.source), Waits: model.Convert(r.Waits, WaitJSON.Wait),
		Guards: model.Convert(r.Guards, func(g GuardJSON) status.Guard {
			return status.Guard{Name: g.Guard, Source: g.Source, Detail: g.Detail, Check: g.Check, Codes: g.Codes}
		}),
		Held: model.Convert(r.Held, func(h HeldJSON) model.Held {
			return model.Held{Subject: model.Subject{Person: h.Person.PersonID()}, Reasons: model.Told("", h.Reason).Some()}
		}),
		Results: model.Convert(r.Results, func(x ResultJSON) status.Result {
			return status.Result{Op: x.Op, Outcome: x.Outcome, Message: x.Message}
		}),
	}
	if b := r.Baseline; b != nil {
		past.Baseline = &plan.BaselineChange{
			Accepted: b.Accepted, Enters: pastPeople(b.Enters), Leaves: pastPeople(b.Leaves), Rekeyed: pastPeople(b.Rekeyed), Missing: pastPeople(b.Missing), Unclear: pastPeople(b.Unclear),
		}
	}
	return past
}

func pastPeople(people []HeldJSON) []model.BaselinePerson {
	return model.Convert(people, func(h HeldJSON) model.BaselinePerson {
		return model.BaselinePerson{Subject: h.Person.subject(), Why: model.Told("", h.Reason)}
	})
}

func (s SourceJSON) source() status.Source {
	return status.Source{
		SourceReport: model.SourceReport{
			Name: s.Name, Complete: s.Complete, People: s.People, Conditions: model.Convert(s.Conditions, func(c ConditionJSON) model.Condition {
				return model.Condition{Name: c.Name, OK: c.OK, Detail: model.Told(c.Code, c.Detail)}
			}),
			Outside: model.Outside{People: s.Outside, Groups: s.Groups, Shown: model.Convert(s.OutsidePeople, PersonJSON.subject)},
		},
		Reason: s.Reason, Error: s.Error, Codes: s.Codes,
	}
}
