package model

import "time"

// Withdrawable is when a grace is over that begins at a time, or with the confirmation if that is to come:
// then it is the earliest time that the configuration allows, counted from the first sighting. Which pass
// confirms, and which one is due, nobody knows before it runs.
func (p Policy) Withdrawable(o Observation, from time.Time) time.Time {
	if o.ConfirmedAt.IsZero() {
		confirmed := o.Since
		if !o.Evidence.Kind.Positive() {
			confirmed = o.Since.Add(p.ConfirmOver)
		}
		from = Later(from, confirmed)
	}
	return from.Add(p.GraceWithdraw)
}

// GraceStart is when the grace of a confirmed leaver began: not before the policy became
// sync (design §5.4), nor before a leave of absence was over.
func (s State) GraceStart(o Observation, policy Policy, now time.Time) time.Time {
	since := s.SyncBegan(policy, now)
	if since.IsZero() { // a preview of sync, or another policy: as if it began now
		since = now
	}
	return Later(Later(o.ConfirmedAt, since), s.Resumes(o.Person, now))
}

// SyncBegan is since when the policy is sync; zero if it is another one.
func (s State) SyncBegan(policy Policy, now time.Time) time.Time {
	switch {
	case policy.Mode != Sync:
		return time.Time{}
	case s.SyncSince.IsZero() || s.SyncSince.After(now): // after: a wrong clock
		return now
	}
	return s.SyncSince
}

// AfterAll is the time of a new sighting: now, and in any case after all that are remembered. A clock
// may step back, and which of two accounts was seen before the other must stay as it was.
func (s State) AfterAll(now time.Time) time.Time {
	var last time.Time
	for _, o := range s.Observations {
		last = Later(last, Later(o.FirstSeen, o.LastSeen))
	}
	for _, departure := range s.Departures {
		last = Later(last, departure.LastSeen)
	}
	for _, e := range s.Effects {
		last = Later(last, e.LastSeen)
	}
	return Later(now, last.Add(time.Millisecond)) // what the ledger keeps of a time
}
