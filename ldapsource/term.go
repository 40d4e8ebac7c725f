package ldapsource

import (
	"cmp"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// moment is an attribute that holds the begin or the end of an account, in one of the formats.
type moment struct {
	attribute string
	format    TimeFormat
}

// term is when an account may be used: from each of its begins on, up to the first of its ends.
type term struct{ begins, ends []moment }

// state is one rule for all products. An end that has passed counts whatever else cannot be read. An
// account that is still to begin is not entitled yet, and has not left either: somebody of ours whose
// begin lies ahead was perhaps moved there by mistake, so it is unknown (design §5.2).
func (t term) state(e entry, now time.Time) (model.AccountState, model.Evidence) {
	doubt := ""
	for _, end := range t.ends {
		at, set, err := end.of(e)
		switch {
		case err != nil:
			doubt = cmp.Or(doubt, err.Error())
		case set && !now.Before(end.over(at)):
			return departed(model.Expired, end.words(at))
		}
	}
	for _, begin := range t.begins {
		at, set, err := begin.of(e)
		switch {
		case err != nil:
			doubt = cmp.Or(doubt, err.Error())
		case set && now.Before(at):
			doubt = cmp.Or(doubt, begin.words(at)+" lies ahead: the account is still to begin")
		}
	}
	if doubt != "" {
		return unknown(doubt)
	}
	return entitled()
}

// of reads the moment of an entry. It is not set where there is no value, or one that means never.
func (m moment) of(e entry) (at time.Time, set bool, err error) {
	values := e.all(m.attribute)
	switch len(values) {
	case 0:
		return time.Time{}, false, nil
	case 1:
		at, err = parseMoment(m.format, values[0])
	default:
		err = fmt.Errorf("there are %d values", len(values))
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("%s: %w", m.attribute, err)
	}
	return at, !at.IsZero(), nil
}

// over is when an end has passed: the last day counts as in.
func (m moment) over(at time.Time) time.Time {
	if m.wholeDay() {
		return at.AddDate(0, 0, 1)
	}
	return at
}

func (m moment) words(at time.Time) string {
	layout := time.RFC3339
	if m.wholeDay() {
		layout = time.DateOnly
	}
	return m.attribute + " " + at.Format(layout)
}

func (m moment) wholeDay() bool { return m.format == FormatUnixDays || m.format == FormatDate }
