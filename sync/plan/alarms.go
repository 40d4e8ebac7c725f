package plan

import (
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// alarmQuietDelay is how long the cause of an alarm must stay away, in an unbroken row of passes, before
// the alarm is cleared: a list that flickers raises it once.
const alarmQuietDelay = 24 * time.Hour

// causes collects what speaks for an alarm in this pass.
func (w *watch) causes(effects []model.Effect) map[model.AlarmKey]model.Alarm {
	causes := map[model.AlarmKey]model.Alarm{}
	add := func(e model.Effect, kind model.AlarmKind, threemaIDs ...string) {
		for _, id := range threemaIDs {
			a := model.Alarm{
				Departure: e.Departure, Kind: kind, Op: e.Op, Subject: e.Subject,
				CredentialID: e.CredentialID, Username: e.Username, ThreemaID: id, Since: w.Now,
			}
			causes[a.Key()] = a
		}
	}
	for _, e := range effects {
		over := w.isOver(e)
		switch {
		case !e.ReturnedAt.IsZero():
			continue
		case e.Op.BeginsDeparture() && w.shows(e.Object()) && (over || !e.GoneAt.IsZero()):
			add(e, model.CredentialBack, "")
		case e.Op.TakesID() && w.shows(e.Object()) && (over || !e.VerifiedAt.IsZero()):
			add(e, model.IDReturned, e.ThreemaID)
		}
		if over {
			add(e, model.StillActive, w.active(e)...)
		}
		if over && e.Op == model.Revoke {
			add(e, model.SecondID, w.secondIDs(e)...)
		}
	}
	for _, v := range w.vanishedAndBack() {
		if _, known := causes[v.Key()]; !known {
			causes[v.Key()] = v
		}
	}
	return causes
}

// judgeAlarms holds the standing alarms against the causes of this pass, notes what has changed, and
// returns those that stand now.
func (w *watch) judgeAlarms(causes map[model.AlarmKey]model.Alarm) []model.Alarm {
	m := &w.update
	var standing []model.Alarm
	for _, a := range w.State.Alarms {
		_, seen := causes[a.Key()]
		delete(causes, a.Key())
		quiet := w.quietSince(a, seen)
		why := w.returned[a.Departure]
		if why.Code == "" && !w.ordered[a.Departure] && w.entitledNow(a.Person) {
			why = model.Because("entitled-again")
		}
		switch {
		case why.Code != "":
			m.Cleared = append(m.Cleared, model.ClearedAlarm{Alarm: a, Why: why})
			continue
		case !quiet.IsZero() && !w.Now.Before(quiet.Add(alarmQuietDelay)):
			m.Cleared = append(m.Cleared, model.ClearedAlarm{Alarm: a, Why: model.Because("cause-not-seen", quiet)})
			continue
		case !quiet.Equal(a.QuietSince):
			a.QuietSince = quiet
			m.Alarms = append(m.Alarms, a)
		}
		standing = append(standing, a)
	}
	for _, a := range causes {
		standing = append(standing, a)
		m.Alarms = append(m.Alarms, a)
	}
	slices.SortFunc(m.Alarms, model.Alarm.Compare)
	return standing
}

// quietSince is since when no pass has seen the cause of an alarm, zero if this one has. A clock that
// stands before the alarm cannot tell, and ends the row; one set back within the row begins it anew.
func (w *watch) quietSince(a model.Alarm, seen bool) time.Time {
	switch {
	case seen || w.Now.Before(a.Since):
		return time.Time{}
	case a.QuietSince.IsZero() || w.Now.Before(a.QuietSince):
		return w.Now
	}
	return a.QuietSince
}
