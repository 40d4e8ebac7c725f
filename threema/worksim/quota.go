package worksim

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"
)

// quota counts authenticated calls by UTC hour (hours since 1970).
type quota map[int64]int

const hoursOfDay = 24

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// add counts one call and forgets what can matter no more.
func (q quota) add(now time.Time) {
	hour := hourOf(now)
	q[hour]++
	maps.DeleteFunc(q, func(h int64, _ int) bool { return h <= hour-hoursOfDay })
}

// used is the number of calls in the window: the UTC day of now, or the last 24 hours.
func (q quota) used(now time.Time, sliding bool) int {
	sum, hour := 0, hourOf(now)
	for h, n := range q {
		if (sliding && h > hour-hoursOfDay) || (!sliding && h/hoursOfDay == hour/hoursOfDay) {
			sum += n
		}
	}
	return sum
}

func (q quota) hours() []HourCount {
	counts := make([]HourCount, 0, len(q))
	for h, n := range q {
		counts = append(counts, HourCount{Time{time.Unix(h*3600, 0).UTC()}, n})
	}
	slices.SortFunc(counts, func(a, b HourCount) int { return cmp.Compare(a.Hour.Unix(), b.Hour.Unix()) })
	return counts
}

// restoreQuota rebuilds the count; a total that differs wins over the hours and is booked on this one.
func restoreQuota(total int, hours []HourCount, now time.Time, sliding bool) quota {
	q := quota{}
	for _, h := range hours {
		q[hourOf(h.Hour.Time)] += h.Count
	}
	if q.used(now, sliding) != total {
		q = quota{hourOf(now): total}
	}
	return q
}

// countCall books an authenticated call and tells whether the quota still allows it.
func (w *world) countCall(now time.Time) bool {
	w.quota.add(now)
	return w.quota.used(now, w.quirks[QuotaSliding]) <= w.dailyCalls
}

// overQuota is the 429 answer.
func (w *world) overQuota(now time.Time) answer {
	a := errorAnswer(&apiError{429, "daily request limit reached"})
	if w.quirks[RetryAfter] {
		tomorrow := now.Truncate(hoursOfDay * time.Hour).Add(hoursOfDay * time.Hour)
		a.header = map[string]string{"Retry-After": strconv.Itoa(int(tomorrow.Sub(now).Seconds()))}
	}
	return a
}
