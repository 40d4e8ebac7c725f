package plan

import "time"

// graceStart is when the grace of a confirmed leaver began: not before the policy became
// sync (design §5.4), nor before a leave of absence was over.
func (p *planner) graceStart(o Observation) time.Time {
	since := p.syncSince()
	if since.IsZero() { // a preview of sync, or another policy: as if it began now
		since = p.Now
	}
	return later(later(o.ConfirmedAt, since), p.resumes(o.Person))
}

func (p *planner) syncSince() time.Time {
	switch {
	case p.Policy.Mode != Sync:
		return time.Time{}
	case p.State.SyncSince.IsZero() || p.State.SyncSince.After(p.Now): // after: a wrong clock
		return p.Now
	}
	return p.State.SyncSince
}
