package sync_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
)

// The directory of a soaked world: two units inside the narrow scope, one more inside the wide
// one, one of a source of its own, and one outside all.
const (
	soakSuffix  = "dc=soak"
	soakPeople  = "ou=people," + soakSuffix
	soakCore    = "ou=core," + soakPeople
	soakBerlin  = "ou=berlin," + soakCore
	soakBern    = "ou=bern," + soakCore
	soakWien    = "ou=wien," + soakPeople
	soakAnnex   = "ou=annex," + soakSuffix
	soakLeavers = "ou=leavers," + soakSuffix
)

// account is one directory entry, and the truth about it. A human may have several, one after
// the other.
type account struct {
	serial, human          int
	uid, csi               string
	first, last, title, ou string
	disabled, deleted      bool
	in                     *soakBranch // where it stood last
	uprooted               bool        // made anew, or come from another source, and no pass saw whose it is
}

func soakUnits() []string { return []string{soakBerlin, soakBern, soakWien} }

// infra is an entry of each unit that is no person and always stays: a sentinel.
func infra(ou string) string { return "ou=infra," + ou }

func (a *account) dn() string { return fmt.Sprintf("cn=p%03d,%s", a.serial, a.ou) }

// uuid is fixed by the serial, so that a seed repeats a world, and sorts in no order of age.
func (a *account) uuid() string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(a.serial)*2654435761, a.serial)
}

func (a *account) String() string {
	return fmt.Sprintf("human %d (p%03d, %s)", a.human, a.serial, a.csi)
}

func (w *soak) furnish() {
	unit := func(dn string) memdir.Entry {
		name, _, _ := strings.Cut(strings.TrimPrefix(dn, "ou="), ",")
		return memdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {name}}}
	}
	entries := []memdir.Entry{unit(soakPeople), unit(soakCore), unit(soakBerlin), unit(soakBern), unit(soakWien), unit(soakAnnex), unit(soakLeavers)}
	for _, ou := range append(soakUnits(), soakAnnex, soakLeavers) {
		entries = append(entries, unit(infra(ou)))
	}
	w.must(w.directory.Add(entries...))
}

// entitledNow is the truth: what the operator wants of this entry, not what anybody can see.
func (w *soak) entitledNow(a *account) bool {
	return !a.deleted && !a.disabled && a.ou != soakLeavers && (a.ou != soakWien || !w.narrowInForce) && (a.ou != soakAnnex || !w.annex.forgotten)
}

// some picks an account that a test is true of; it skips the action if there is none.
func (w *soak) some(rt *rapid.T, is func(*account) bool) *account {
	var fit []*account
	for _, a := range w.accounts {
		if !a.deleted && is(a) {
			fit = append(fit, a)
		}
	}
	if len(fit) == 0 {
		rt.Skip("nobody fits")
	}
	return fit[rapid.IntRange(0, len(fit)-1).Draw(rt, "who")]
}

// unitToJoin is a unit that can be seen now: who goes where nobody may look is out of reach.
func (w *soak) unitToJoin(rt *rapid.T) string {
	units := slices.DeleteFunc(append(soakUnits(), soakAnnex), func(ou string) bool { return ou == w.hidden || !w.branchOf(ou).configured })
	return rapid.SampledFrom(units).Draw(rt, "unit")
}

// enter puts an account into the directory.
func (w *soak) enter(a *account) {
	w.unseen = true
	w.serial++
	a.serial, a.in, a.uprooted = w.serial, nil, false
	w.settleIn(a)
	w.accounts = append(w.accounts, a)
	attributes := map[string][]string{
		"objectClass": {"inetOrgPerson"}, "cn": {fmt.Sprintf("p%03d", a.serial)}, "uid": {a.uid}, "employeeNumber": {a.csi},
		"givenName": {a.first}, "sn": {a.last},
	}
	if a.title != "" {
		attributes["title"] = []string{a.title}
	}
	w.must(w.directory.Add(memdir.Entry{DN: a.dn(), Attributes: attributes}))
	w.must(w.directory.Modify(a.dn(), "entryUUID", a.uuid()))
}

func (w *soak) modify(a *account, attribute string, value string) {
	w.must(w.directory.Modify(a.dn(), attribute, value))
}

// join hires somebody new, sometimes under the username of somebody who left.
func (w *soak) join(rt *rapid.T) {
	if len(w.humans) > 24 {
		rt.Skip("enough")
	}
	n := w.newHuman()
	a := &account{
		human: n, uid: fmt.Sprintf("user%02d", n), csi: w.humans[n].csi, first: fmt.Sprintf("First%02d", n),
		last: "Born", title: "Clerk", ou: w.unitToJoin(rt),
	}
	if old := w.freeUsername(); old != "" && rapid.IntRange(0, 3).Draw(rt, "reuse a username") == 0 {
		a.uid = old
	}
	w.enter(a)
	w.log("join %v in %s as %s", a, a.ou, a.uid)
}

// freeUsername is one that only deleted accounts had.
func (w *soak) freeUsername() string {
	for _, a := range w.accounts {
		used := slices.ContainsFunc(w.accounts, func(b *account) bool { return b.uid == a.uid && !b.deleted })
		if !used {
			return a.uid
		}
	}
	return ""
}

// leave ends an entitlement, in one of the ways.
func (w *soak) leave(rt *rapid.T) {
	a := w.some(rt, w.entitledNow)
	switch how := rapid.SampledFrom([]string{"disabled", "deleted", "moved"}).Draw(rt, "how"); {
	case how == "moved" && a.ou != w.hidden:
		w.move(a, soakLeavers)
	case how == "deleted" && a.ou != w.hidden:
		w.must(w.directory.Delete(a.dn()))
		a.deleted = true
	default:
		w.modify(a, "pwdAccountLockedTime", "000001010000Z")
		a.disabled = true
	}
	w.log("leave %v: disabled %v, deleted %v, in %s", a, a.disabled, a.deleted, a.ou)
}

func (w *soak) move(a *account, ou string) {
	w.unseen = true
	old := a.dn()
	a.ou = ou
	w.must(w.directory.Move(old, a.dn()))
	w.settleIn(a)
}

// onlyEntry tells whether a human has had one entry, and still has it.
func (w *soak) onlyEntry(n int) bool {
	entries := 0
	for _, a := range w.accounts {
		if a.human == n {
			entries++
		}
	}
	return entries == 1 && !w.latest(n).deleted
}

// comeBack undoes a departure, or makes a new account for somebody whose old one is gone.
func (w *soak) comeBack(rt *rapid.T) {
	var away []int
	for n := range w.humans {
		if !w.present(n) {
			away = append(away, n)
		}
	}
	if len(away) == 0 {
		rt.Skip("nobody is away")
	}
	w.readmit(rapid.SampledFrom(away).Draw(rt, "who"), w.unitToJoin(rt))
}

func (w *soak) readmit(human int, ou string) {
	a := w.latest(human)
	switch {
	case a.deleted:
		again := *a
		again.deleted, again.disabled, again.ou = false, false, ou
		w.enter(&again)
		w.madeAnew(&again)
		a = &again
	case a.ou == soakLeavers || a.ou == soakWien || a.ou == soakAnnex:
		w.move(a, ou)
		fallthrough
	default:
		if a.disabled {
			w.must(w.directory.Modify(a.dn(), "pwdAccountLockedTime"))
			a.disabled = false
		}
	}
	w.log("come back %v in %s", a, a.ou)
	if b := slices.IndexFunc(w.accounts, func(b *account) bool { return b.human != human && b.csi == a.csi && !b.deleted }); b >= 0 {
		w.blur(human, "is back while somebody else has their number")
		w.blur(w.accounts[b].human, "has the number of somebody who is back")
	}
}

// rekey deletes or disables an account and makes another for the same human: same csi, new ID.
func (w *soak) rekey(rt *rapid.T) {
	a := w.some(rt, func(a *account) bool { return w.entitledNow(a) && a.ou != w.hidden })
	again := *a
	again.ou = w.unitToJoin(rt)
	if rapid.Bool().Draw(rt, "old one stays, disabled") {
		w.modify(a, "pwdAccountLockedTime", "000001010000Z")
		a.disabled = true
	} else {
		w.must(w.directory.Delete(a.dn()))
		a.deleted = true
	}
	w.enter(&again)
	w.log("create %v anew as %v", a, &again)
	w.madeAnew(&again)
}

// rename changes names, username or title of an account.
func (w *soak) rename(rt *rapid.T) {
	a := w.some(rt, func(*account) bool { return true })
	switch what := rapid.SampledFrom([]string{"last", "title", "no title", "uid"}).Draw(rt, "what"); what {
	case "last":
		a.last = rapid.SampledFrom([]string{"Born", "Married", "Divorced"}).Draw(rt, "name")
		w.modify(a, "sn", a.last)
	case "title":
		a.title = rapid.SampledFrom([]string{"Clerk", "Boss"}).Draw(rt, "title")
		w.modify(a, "title", a.title)
	case "no title":
		a.title = ""
		w.must(w.directory.Modify(a.dn(), "title"))
	case "uid":
		a.uid = fmt.Sprintf("user%02dx%d", a.human, w.steps)
		w.modify(a, "uid", a.uid)
	}
	w.log("rename %v: %s, %s, %q", a, a.uid, a.last, a.title)
}

// moveWithin changes the unit of an account inside the scope.
func (w *soak) moveWithin(rt *rapid.T) {
	a := w.some(rt, func(a *account) bool { return w.entitledNow(a) && a.ou != w.hidden })
	w.move(a, w.unitToJoin(rt))
	w.log("move %v to %s", a, a.ou)
}

// muddle gives somebody the csi of somebody else, or swaps the two: mistakes that happen.
func (w *soak) muddle(rt *rapid.T) {
	a := w.some(rt, func(*account) bool { return true })
	b := w.some(rt, func(b *account) bool { return b.human != a.human })
	swap := rapid.Bool().Draw(rt, "swap")
	mine := a.csi
	a.csi = b.csi
	w.modify(a, "employeeNumber", a.csi)
	if swap {
		b.csi = mine
		w.modify(b, "employeeNumber", b.csi)
	}
	w.log("muddle: %v has the csi of %v, swapped %v", a, b, swap)
	for _, n := range []int{a.human, b.human} {
		w.blur(n, "had the csi of somebody else, or lent it")
	}
}

// unmuddle gives somebody the csi back that is theirs.
func (w *soak) unmuddle(rt *rapid.T) {
	w.correct(w.some(rt, func(a *account) bool { return a.csi != w.humans[a.human].csi }))
}

// correct gives an entry the csi that is truly its human's.
func (w *soak) correct(a *account) {
	a.csi = w.humans[a.human].csi
	w.modify(a, "employeeNumber", a.csi)
	w.log("correct the csi of %v", a)
}
