package main

import (
	"errors"
	"time"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
)

// chapter is one step: what happens outside, what the pass must answer, and what that means.
type chapter struct {
	title  string
	happen func() error
	wait   time.Duration // the clock moves on before the pass
	exit   int
	means  string
}

func (s *story) chapters() []chapter {
	return append(s.working(), s.failing()...)
}

// working is what happens in a company every month.
func (s *story) working() []chapter {
	directory := s.world.directory
	departed, returner, recreated := demoDN(3), demoDN(4), demoDN(5)
	return []chapter{{
		title: "Roll-out: 200 people, an empty licence package",
		means: "Nobody had a credential. Each of the 200 has one now, with csi and name on it, and a line in the hand-over file.",
	}, {
		title: "Everybody activates the app; a day later there is nothing left to do", happen: s.activate, wait: day,
		means: "Directory and package agree. A pass like this one changes nothing.",
	}, {
		title: "A joiner", happen: func() error { return directory.Add(demoPerson(demoPeople)) }, wait: time.Hour,
		means: "One account is new in the directory, so one credential is new.",
	}, {
		title: "A marriage: one person has a new name", happen: func() error { return directory.Modify(demoDN(0), "sn", "Müller-Weiß") }, wait: time.Hour,
		means: "The line shows the name as it was and as it is. The credential and the Threema ID stay.",
	}, {
		title: "A mover: another town, another department", happen: s.move, wait: time.Hour,
		means: "The account is another entry of the directory by name, and the same by its immutable ID: the same person.",
	}, {
		title: "A leaver and, by mistake, a second account are disabled: both get a day of grace", happen: func() error {
			return errors.Join(directory.Modify(departed, "pwdAccountLockedTime", lockedByAdministrator),
				directory.Modify(returner, "pwdAccountLockedTime", lockedByAdministrator))
		}, wait: time.Hour,
		means: "The directory says itself that both accounts are closed. Nothing is done yet: each step tells until when it waits.",
	}, {
		title: "The mistake is fixed within the grace: for the returner nothing ever happened", happen: func() error {
			return directory.Modify(returner, "pwdAccountLockedTime")
		}, wait: time.Hour,
		means: "One sighting as entitled ended the departure. The other one goes on.",
	}, {
		title: "The grace of the leaver is over: withdraw / Zugang entziehen", wait: day,
		means: "The credential is gone and the contact is switched off. The app locks within 24 hours. The Threema ID still waits.",
	}, {
		title: "A week later the Threema ID is detached / getrennt", wait: 7 * day,
		means: "The ID has left the package, and can be used privately. With `id: revoke` it would wait here for somebody's yes.",
	}, {
		title: "An account is deleted and made anew: the same csi keeps its credential and Threema ID", happen: func() error {
			return errors.Join(directory.Delete(recreated), directory.Add(demoPerson(5)))
		}, wait: time.Hour,
		means: "The old account is gone and the new one has its csi and its first name, and both never stood there together: one person.",
	}}
}

// failing is what must never take anybody out.
func (s *story) failing() []chapter {
	return []chapter{{
		title: "An outage: the directory does not answer. Nobody is taken out", happen: s.outage(memdir.Down), wait: time.Hour, exit: dirsync.ExitIncomplete,
		means: "Nothing was read, so nothing is known of anybody. The pass ends with exit code 4.",
	}, {
		title: "The connection is cut in the middle of the people. Nobody is taken out", happen: s.outage(memdir.CutMidRead), wait: time.Hour, exit: dirsync.ExitIncomplete,
		means: "Some people came and some did not. Part of a list is an error, never a list.",
	}, {
		title: "The directory answers, and is empty. Nobody is taken out", happen: s.outage(memdir.Empty), wait: time.Hour, exit: dirsync.ExitIncomplete,
		means: "A company does not vanish overnight. Absence is not evidence.",
	}, {
		title: "The directory is back, and there is nothing to do", happen: s.outage(memdir.NoOutage), wait: day,
		means: "Everybody who was there before is there now.",
	}}
}
