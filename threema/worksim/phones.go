package worksim

import (
	"container/heap"
	"strings"
	"time"
)

// phone is a device. It knows the username and password that were typed into it, nothing of the service.
type phone struct {
	id           string // its Threema ID
	username     string
	password     string
	credentialID string
	next         time.Time // next check-in
	locked       bool
	queued       int // position in the queue of check-ins, -1 outside
}

// checkQueue orders the phones by their next check-in.
type checkQueue []*phone

func (q checkQueue) Len() int { return len(q) }
func (q checkQueue) Less(i, j int) bool {
	if order := q[i].next.Compare(q[j].next); order != 0 {
		return order < 0
	}
	return q[i].id < q[j].id
}
func (q checkQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].queued, q[j].queued = i, j
}

// Push implements heap.Interface.
func (q *checkQueue) Push(p any) {
	added := p.(*phone) //nolint:errcheck // container/heap hands back what schedule gave it
	added.queued = len(*q)
	*q = append(*q, added)
}

// Pop implements heap.Interface.
func (q *checkQueue) Pop() any {
	last := len(*q) - 1
	p := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	p.queued = -1
	return p
}

func (q checkQueue) peek() *phone {
	if len(q) == 0 {
		return nil
	}
	return q[0]
}

func (q *checkQueue) schedule(p *phone, at time.Time) {
	p.next = at
	if p.queued < 0 {
		heap.Push(q, p)
	} else {
		heap.Fix(q, p.queued)
	}
}

func (q *checkQueue) drop(p *phone) {
	if p.queued >= 0 {
		heap.Remove(q, p.queued)
	}
}

// activate lets somebody type username and password into a phone: the one that holds the Threema ID, or
// for an empty ID a new one. It returns the ID.
func (w *world) activate(username, password, id string, now time.Time) (string, error) {
	if id != "" && !isPersonalID(id) {
		return "", ErrBadThreemaID
	}
	if w.isRevoked[id] {
		return "", ErrRevoked
	}
	cred := w.byUsername[username]
	if cred == nil || cred.password != password {
		return "", ErrWrongCredentials
	}
	if !cred.admits(id) {
		return "", ErrLocked
	}
	if id == "" {
		id = w.newThreemaID()
	}
	p := w.phones[id]
	if p == nil {
		p = &phone{id: id, queued: -1}
		w.phones[id] = p
	}
	p.username, p.password, p.locked = username, password, false
	w.report(p, cred, now)
	w.checks.schedule(p, now.Add(w.checkEvery))
	return id, nil
}

// checkIn is a phone's daily call to the service. While nothing but check-ins happens until now, further
// ones of this phone would repeat themselves: it goes on to the last of them at once.
func (w *world) checkIn(p *phone, now time.Time) {
	at := p.next
	cred := w.byUsername[p.username]
	if cred != nil && cred.password == p.password && cred.admits(p.id) {
		w.report(p, cred, at)
		next := at.Add(w.checkEvery)
		if behind := now.Sub(next); behind > 0 {
			next = next.Add(behind.Truncate(w.checkEvery))
		}
		w.checks.schedule(p, next)
		return
	}
	withdrawnAt, gone := w.withdrawnAt[p.credentialID]
	lockAt := withdrawnAt.Add(w.lockAfter)
	if cred == nil && gone && at.Before(lockAt) {
		if u, ok := w.users.get(p.id); ok {
			u.LastCheck = Time{at}
		}
		w.checks.schedule(p, earlier(at.Add(w.checkEvery), lockAt))
		return
	}
	p.locked = true
	w.checks.drop(p)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// report is what an app does with valid credentials: it fetches its settings and tells the service what
// they are. The ID becomes a user of the package if it is none.
func (w *world) report(p *phone, cred *credential, at time.Time) {
	p.credentialID = cred.id
	u, known := w.users.get(p.id)
	if !known {
		u = &User{ID: p.id, Version: "android - 6.4", CreatedAt: Time{at}}
		w.users.add(p.id, u)
	}
	w.link(u, cred)
	u.LastCheck = Time{at}
	before := *u
	w.copySettings(u, cred)
	renamed := u.FirstName != before.FirstName || u.LastName != before.LastName
	w.followUser(u, !known, renamed)
}

// copySettings fills a user record with what the app reports. The apps leave an unset name, csi or
// category out of the report but send job title and department empty (D-30); what is left out stays.
func (w *world) copySettings(u *User, cred *credential) {
	text := func(name string) string {
		value, ok := cred.settings[name]
		if !ok {
			value = w.global[name]
		}
		s, _ := value.(string)
		return s
	}
	for name, member := range map[string]*string{
		"th_firstname": &u.FirstName, "th_lastname": &u.LastName, "th_csi": &u.CSI,
		"th_category": &u.Category, "th_nickname": &u.Nickname,
	} {
		if value := text(name); value != "" {
			*member = value
		}
	}
	u.JobTitle, u.Department = text("th_job_title"), text("th_department")
}

// categories splits the comma-separated categories of a user.
func (u *User) categories() []string {
	var names []string
	for name := range strings.SplitSeq(u.Category, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
