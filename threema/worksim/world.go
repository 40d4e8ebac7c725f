package worksim

import (
	"math/rand/v2"
	"net/netip"
	"time"
)

// world is the licence package and its phones, without HTTP, lock or wall clock: every change names its
// time. Its parts stand in the file of their resource.
type world struct {
	rules

	subscription Subscription
	autoContacts bool
	allowed      []netip.Prefix

	credentials table[*credential]
	byUsername  map[string]*credential
	licences    int // sum of the credentials' licence counts
	users       table[*User]
	contacts    table[*Contact]
	global      settings
	logos       map[string]Logo

	phones map[string]*phone
	checks checkQueue

	withdrawn   []Withdrawn
	withdrawnAt map[string]time.Time // by credential id
	detached    []Departure
	revoked     []Departure
	isRevoked   map[string]bool // also when still held back
	revoking    []Departure     // in the order of time

	quota quota
}

// rules are the fixed parts of a world.
type rules struct {
	quirks      quirkSet
	random      *rand.Rand
	checkEvery  time.Duration
	lockAfter   time.Duration
	revokeAfter time.Duration
	dailyCalls  int
	maxBulk     int
}

func newWorld(r rules) *world {
	return &world{
		rules:       r,
		credentials: newTable[*credential](),
		byUsername:  map[string]*credential{},
		users:       newTable[*User](),
		contacts:    newTable[*Contact](),
		global:      settings{},
		logos:       map[string]Logo{},
		phones:      map[string]*phone{},
		withdrawnAt: map[string]time.Time{},
		isRevoked:   map[string]bool{},
		quota:       quota{},
	}
}

// runUntil lets happen, in the order of time, what is due up to now: check-ins of phones and
// revocations that were held back.
func (w *world) runUntil(now time.Time) {
	for {
		next := w.checks.peek()
		switch {
		case len(w.revoking) > 0 && !w.revocationDue().After(now) && (next == nil || !next.next.Before(w.revocationDue())):
			w.finishRevocation()
		case next != nil && !next.next.After(now):
			w.checkIn(next, now)
		default:
			return
		}
	}
}
