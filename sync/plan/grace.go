package plan

import "time"

// graceStart is when the grace of a confirmed leaver began: not before the policy became
// sync (design §5.4), nor before a leave of absence was over.
func (s State) graceStart(o Observation, policy Policy, now time.Time) time.Time {
	since := s.syncSince(policy, now)
	if since.IsZero() { // a preview of sync, or another policy: as if it began now
		since = now
	}
	return Later(Later(o.ConfirmedAt, since), s.resumes(o.Person, now))
}

func (s State) syncSince(policy Policy, now time.Time) time.Time {
	switch {
	case policy.Mode != Sync:
		return time.Time{}
	case s.SyncSince.IsZero() || s.SyncSince.After(now): // after: a wrong clock
		return now
	}
	return s.SyncSince
}
