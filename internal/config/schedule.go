package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
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
		return nil, errors.New("a time zone has no place in the schedule; set time_zone")
	}
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%q is no schedule", clip(string(s)))
		}
	}()
	if table, err = cron.ParseStandard(string(s)); err != nil {
		return nil, fmt.Errorf(`%q is no schedule (%w); write five fields, "minute hour day-of-month month day-of-week", with Sunday = 0, or for example "@every 2h"`, clip(string(s)), err)
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
			return fmt.Errorf("%q never comes; there is no such day", clip(string(s)))
		case next.Sub(last) > longest:
			return fmt.Errorf("%q comes less than once a year; a directory must be read more often", clip(string(s)))
		case n > 0 && next.Sub(last) < shortest:
			return fmt.Errorf(`%q comes twice within %v; leave 5 minutes at least, as in "*/10 * * * *"`, clip(string(s)), next.Sub(last))
		}
		last = next
	}
	return nil
}
