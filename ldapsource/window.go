package ldapsource

import (
	"errors"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// window is where to look for what changed since a version.
type window struct {
	attribute string        // that has another and later value after each change
	from      string        // the value to look from; "" if there is nothing to look for
	known     string        // one that does not count: that of the last change of the last time
	lost      string        // why it is not known what changed, "" if it is
	next      model.Version // from where to look next time; "" where the entries that are found tell,
	reached   string        // which count from here
}

func (w window) filter() filter {
	if w.known == "" {
		return atLeast(w.attribute, w.from)
	}
	return allOf(atLeast(w.attribute, w.from), not(equal(w.attribute, w.known)))
}

// dontKnow is the window where a version and the present one do not compare: nothing is looked for.
func (w window) dontKnow(format string, args ...any) window {
	return window{attribute: w.attribute, next: w.next, lost: fmt.Sprintf(format, args...)}
}

// usnWindow compares update sequence numbers. Each server counts its own, and begins afresh as another
// copy when it is restored: then all that is known is that a complete read is due (pitfall B10).
func usnWindow(since, present model.Version) (window, error) {
	w := window{attribute: "uSNChanged", next: present}
	for key, reached := range present.Words() {
		last, ok := since.Words()[key]
		switch {
		case since == "":
			return w, nil
		case !ok:
			return w.dontKnow("another copy of the directory answers (%s)", key), nil
		case model.Older(reached, last):
			return w.dontKnow("%s has gone back from %s to %s", key, last, reached), nil
		case reached == last:
			return w, nil
		}
		w.from, w.known = last, last
		return w, nil
	}
	return window{}, errors.New("the server does not tell how far its copy of the directory has come")
}

// csnWindow compares change sequence numbers: one of each server that takes changes, and the same ones
// on every copy. They begin with the time, and what is new carries the number of the server where it
// was made, however late it came here: so the oldest number that moved is where to look from.
func csnWindow(since, present model.Version) window {
	before := since.Words()
	w := window{attribute: "entryCSN", next: present}
	for key, reached := range present.Words() {
		last, ok := before[key]
		switch {
		case since == "":
			return w
		case !ok:
			return w.dontKnow("changes of another server are here (%s)", key)
		case model.Older(reached, last):
			return w.dontKnow("%s has gone back from %s to %s", key, last, reached)
		case reached == last:
			continue
		}
		if w.from == "" || last < w.from {
			w.from, w.known = last, last
		}
	}
	return w
}

// timestamps are those of RFC 4512 §3.4.4, to the second, by the clock of the server where the change was made.
const timestamps = "modifyTimestamp"

const (
	// firstLook is how far back to look at first. Our clock decides, which may be off from theirs.
	firstLook = 24 * time.Hour
	// overlap is how much of the last look is looked at again: changes of the same second, and those
	// that came late from another server (pitfall C8).
	overlap = 5 * time.Minute

	generalizedSeconds = "20060102150405Z"
	timestampKey       = "modified"
)

func timestampVersion(stamp string) model.Version { return model.Version(timestampKey + "=" + stamp) }

// timestampWindow goes by the latest change that was seen.
func timestampWindow(since model.Version, now time.Time) window {
	reached := since.Words()[timestampKey]
	from := now.UTC().Add(-firstLook)
	if last, err := parseGeneralizedTime(reached); err == nil {
		from = last.Add(-overlap)
	} else {
		reached = from.Format(generalizedSeconds)
	}
	return window{attribute: timestamps, from: from.Format(generalizedSeconds), reached: reached}
}
