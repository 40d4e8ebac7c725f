package model

// SeatsUsed counts the licences in use without what is gone, and with what was made. Which of the two readings of the
// licences is right is not documented, so the larger one counts (D-41).
func (inv Inventory) SeatsUsed(gone func(Object) bool, made int) int {
	byCredential, byUser := made, 0
	for _, c := range inv.Credentials {
		if !gone(Object{ObjectCredential, c.ID}) {
			byCredential += max(1, c.Usage)
		}
	}
	for _, u := range inv.Users {
		if !gone(Object{ObjectUser, u.ID}) {
			byUser++
		}
	}
	return max(byCredential, byUser)
}

// SeatsAfter counts the licences as changes leave them that were carried out since the inventory was
// read.
func (inv Inventory) SeatsAfter(done []Change) Seats {
	made := 0
	for _, c := range done {
		if c.Joins() {
			made++
		}
	}
	used := inv.SeatsUsed(Leaving(done), made)
	return Seats{Licences: inv.Subscription.Licences, Used: used, Free: max(0, inv.Subscription.Licences-used)}
}

// Seats is the arithmetic of the licences (D-41): the smaller of the two readings.
type Seats struct {
	Licences int
	Used     int
	Free     int
}

// Leaving tells which credentials and Threema IDs changes take away.
func Leaving(changes []Change) func(Object) bool {
	leaves := map[Object]bool{}
	for _, c := range changes {
		if c.Op.Destructive() {
			leaves[c.Takes()] = true
		}
	}
	return func(o Object) bool { return leaves[o] }
}
