package sync_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
)

// Who reads, from where, and by which clock.

// readerDN is the bind account of the configuration.
func (w *soak) readerDN() string {
	if w.readers == 0 {
		return soakReader
	}
	return fmt.Sprintf("cn=reader%d,%s", w.readers, soakSuffix)
}

// exchangeServer puts another server in place of the one before, with all that it shows.
func (w *soak) exchangeServer(rt *rapid.T) {
	w.anotherServer(nil)
	w.log("another server")
}

// exchangeAccount configures another bind account, which sees as much.
func (w *soak) exchangeAccount(rt *rapid.T) {
	w.anotherAccount()
	w.log("another bind account: %s", w.readerDN())
}

// partialServer is another server that lacks some people, as one whose replication is broken.
func (w *soak) partialServer(rt *rapid.T) {
	lacks := w.lacking(rt)
	w.anotherServer(lacks)
	w.log("another server, which lacks %v", lacks)
}

// partialAccount is another bind account that may not see some people.
func (w *soak) partialAccount(rt *rapid.T) {
	lacks := w.lacking(rt)
	w.anotherAccount()
	w.unshow(lacks)
	w.log("another bind account, %s, which may not see %v", w.readerDN(), lacks)
}

// lacking draws people whom the program has seen under the one entry that they ever had: nobody could
// tell another one from an empty place.
func (w *soak) lacking(rt *rapid.T) []*account {
	if w.unseen || len(w.unshown) > 0 {
		rt.Skip("nobody has looked, or some are hidden already")
	}
	var lacks []*account
	for range rapid.IntRange(1, 3).Draw(rt, "lacks") {
		lacks = append(lacks, w.some(rt, func(a *account) bool {
			return w.entitledNow(a) && w.onlyEntry(a.human) && w.humans[a.human].blurred == "" && !slices.Contains(lacks, a)
		}))
	}
	return lacks
}

func (w *soak) anotherServer(lacks []*account) {
	w.connect(w.lifetime())
	w.unshow(lacks)
	w.restart()
}

func (w *soak) anotherAccount() {
	w.readers++
	w.must(w.directory.Add(memdir.Entry{DN: w.readerDN(), Attributes: map[string][]string{
		"objectClass": {"inetOrgPerson"}, "cn": {fmt.Sprintf("reader%d", w.readers)}, "sn": {"Reader"}, "userPassword": {soakPassword},
	}}))
	w.must(w.directory.Modify(w.readerDN(), "entryUUID", fmt.Sprintf("00000000-0000-4000-9000-%012x", w.readers)))
	w.restart()
}

// unshow hides people, for good: until somebody fixes it.
func (w *soak) unshow(lacks []*account) {
	if lacks != nil {
		w.unshown = lacks
	}
	var names []string
	for _, a := range w.unshown {
		name, _, _ := strings.Cut(a.dn(), ",")
		names = append(names, name)
	}
	w.wire.hidePeople(names)
}

// showAll fixes the server, the rights of the account, and the entries that lost their ID.
func (w *soak) showAll() {
	w.unshown = nil
	w.wire.hidePeople(nil)
	for _, a := range w.nameless {
		if !a.deleted {
			w.modify(a, "entryUUID", a.uuid())
		}
	}
	w.nameless = nil
}

// loseID takes the attribute from an entry by which it is known.
func (w *soak) loseID(rt *rapid.T) {
	a := w.some(rt, func(a *account) bool { return !slices.Contains(w.nameless, a) })
	w.must(w.directory.Modify(a.dn(), "entryUUID"))
	w.nameless = append(w.nameless, a)
	w.log("%v loses its ID", a)
}

// jumpClock lets the program's clock go wrong by days.
func (w *soak) jumpClock(rt *rapid.T) {
	if w.clockWrong() {
		rt.Skip("it is wrong already")
	}
	days := rapid.SampledFrom([]int{-40, -3, 3, 12, 40}).Draw(rt, "days")
	w.setClock(time.Duration(days) * 24 * time.Hour)
	w.log("the clock jumps by %d days", days)
}

// setClock sets how far the program's clock is ahead.
func (w *soak) setClock(offset time.Duration) {
	w.offset = offset
	w.liar.setAhead(offset)
}

// clockWrong tells whether the program's clock is farther off than a clock may be.
func (w *soak) clockWrong() bool { return w.offset.Abs() > 5*time.Minute }
