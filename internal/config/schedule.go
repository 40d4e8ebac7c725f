package config

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Schedule says when a pass is due: five cron fields (minute, hour, day of month, month,
// day of week) or a descriptor such as @hourly.
type Schedule string

// Next returns the first time after the given one, in that one's time zone. It is the zero
// time if the schedule is not valid, which Parse rules out.
func (s Schedule) Next(after time.Time) time.Time {
	table, err := s.parse()
	if err != nil {
		return time.Time{}
	}
	return table.Next(after)
}

// parse shields the program from the parser, which panics on TZ= without a blank (pitfall
// F2). Time zones inside the schedule are refused anyway: time_zone is the one place.
func (s Schedule) parse() (table cron.Schedule, err error) {
	if strings.Contains(string(s), "TZ=") {
		return nil, Mistake{model.Because("schedule-with-time-zone")}
	}
	defer func() {
		if recover() != nil {
			err = Mistake{model.Because("schedule-unreadable", clip(string(s)))}
		}
	}()
	if table, err = cron.ParseStandard(string(s)); err != nil {
		return nil, Mistake{model.Because("no-schedule", clip(string(s)), err)}
	}
	return table, nil
}

// check refuses schedules that never fire, hardly ever fire or fire all the time (pitfall
// F3). It looks at the first firings after a fixed day, so the answer never depends on when
// it is asked: 1000 firings show every pattern within a day, two years every date.
func (s Schedule) check() error {
	const shortest, longest, firings = 5 * time.Minute, 366 * day, 1000
	table, err := s.parse()
	if err != nil {
		return err
	}
	last := time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
	end := last.Add(2 * longest)
	for n := 0; n < firings && last.Before(end); n++ {
		next := table.Next(last)
		switch {
		case next.IsZero():
			return Mistake{model.Because("schedule-never", clip(string(s)))}
		case next.Sub(last) > longest:
			return Mistake{model.Because("schedule-too-rare", clip(string(s)))}
		case n > 0 && next.Sub(last) < shortest:
			return Mistake{model.Because("schedule-too-often", clip(string(s)), next.Sub(last))}
		}
		last = next
	}
	return nil
}
