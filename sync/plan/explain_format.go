package plan

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Format writes the explanation for people: the next step first, then what it follows from.
func (x Explanation) Format(w io.Writer) error {
	out := &printer{w: tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)}
	out.line("%s", describePerson(x.CSI, x.DN, x.Person))
	out.fact("directory ID", x.Person.String())
	out.fact("username", firstNonEmpty(x.Username, "(none)"))
	next := x.Next.Words
	if !x.Next.At.IsZero() {
		next += ", not before " + stamp(x.Next.At)
	}
	out.fact("NEXT STEP", next)
	x.formatUnread(out)
	if s := x.Suspension; s != nil {
		out.fact("leave of absence", s.Detail(), "said "+stamp(s.Since)+" by "+s.By+": "+s.Reason)
	}
	for _, a := range x.Alarms {
		out.fact("ALARM "+string(a.Kind), "since "+stamp(a.Since), a.meaning()+a.quiet())
	}
	x.formatSource(out)
	x.formatLedger(out)
	x.formatPackage(out)
	x.formatDecision(out)
	x.formatHistory(out)
	return out.flush()
}

// stamp words a time. One that is not known has words of its own, where it may come: see stampOr.
func stamp(t time.Time) string { return stampOr(t, "a time that nobody knows") }

// stampOr words a time that may not have come: a dash in a sentence says nothing.
func stampOr(t time.Time, none string) string {
	if t.IsZero() {
		return none
	}
	return t.UTC().Format(time.DateTime) + " UTC"
}

// fact writes one line of cells, without those at its end that are empty.
func (o *printer) fact(cells ...string) {
	for len(cells) > 1 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	o.write("  " + row(cells...))
}

func (x Explanation) formatSource(out *printer) {
	out.line("\nDirectory now:")
	if why := x.sourceUnread(); why != "" {
		out.fact("source", x.Person.Source+" could not be read", why)
		return
	}
	if x.Source == nil {
		out.fact("source", x.Person.Source+" was not read; is it still configured?")
	} else {
		out.source(*x.Source)
	}
	e := x.Entry
	if e == nil {
		out.fact("entry", "not met, and not looked for")
		return
	}
	where := "in scope, at " + e.DN
	if !e.InScope {
		where = "not in scope; looked up by ID: " + firstNonEmpty(e.DN, "not found")
	}
	out.fact("entry", where)
	out.fact("account", e.State.String(), describeEvidence(e.Evidence))
	if e.Excluded {
		out.fact("excluded", "lies below exclude_dns")
	}
	if e.Held != "" {
		out.fact("fault", e.Held)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
		out.fact(name+":", strings.Join(e.Attributes[name], " | "))
	}
}

// view says through which account and server the source was read, "" if it was not.
func (x Explanation) view() string {
	if x.Source == nil {
		return ""
	}
	n := slices.IndexFunc(x.Source.Conditions, func(c Condition) bool { return c.Name == conditionView })
	if n < 0 {
		return ""
	}
	return x.Source.Conditions[n].Detail
}

func describeEvidence(e Evidence) string {
	if e.Kind == "" {
		return e.Detail
	}
	return e.String()
}

func (x Explanation) formatLedger(out *printer) {
	out.line("\n%s", x.describeRemembered())
	if x.Observation == nil && x.Owned == nil && x.Departure == nil && len(x.Open) == 0 && len(x.Effects) == 0 {
		out.fact("nothing")
	}
	if o := x.Observation; o != nil {
		out.fact("state", o.State.String(), describeEvidence(o.Evidence))
		out.fact("last seen entitled", stampOr(o.LastSeen, "never, by any pass"))
		if o.Protected {
			out.fact("protected", "by a group of protect.groups: each step out needs an approval")
		}
		if o.Unproved {
			out.fact("missed first", "by a read that may only hide them, alone or with their whole place: each step out asks for a yes", x.view())
		}
		if o.State == Departed {
			reads := Counted(x.PassReads, "complete read", "complete reads") + " by passes"
			if x.PassReads == 0 {
				reads = "seen by no pass yet, by this look only"
			}
			out.fact("departed since", stamp(o.Since), reads)
			out.fact("confirmed", stampOr(o.ConfirmedAt, "not yet"))
		}
	}
	x.formatOwned(out)
	if departure := x.Departure; departure != nil {
		out.fact("departure began", stamp(departure.StartedAt))
		out.fact("withdrawn", x.History.withdrawal(departure.CredentialID, departure.graceFrom()))
		for _, id := range departure.IDs {
			out.fact("  ID "+id.ThreemaID, "gone: "+stampOr(id.GoneAt, "not yet"))
		}
	}
	for _, e := range x.Effects {
		out.fact(e.words()...)
	}
	if x.packageUnread() != "" && len(x.IDs) > 0 {
		out.fact("Threema ID", strings.Join(x.IDs, " "))
	}
	for _, op := range x.Open {
		out.fact("without a known end", string(op.Op), stamp(op.At))
	}
}

// formatOwned tells of the credential; one that is gone by order is not missing.
func (x Explanation) formatOwned(out *printer) {
	own := x.Owned
	if own == nil {
		return
	}
	how := "adopted"
	if own.Created {
		how = "created"
	}
	out.fact("owns credential", own.CredentialID+" "+own.Username, how)
	if x.Order != nil {
		out.fact("withdrawn by order", stamp(x.Order.At), "`audit export` tells by whom and why")
	}
	if x.OpenOrder != nil {
		out.fact("ORDERED, NOT DONE", x.OpenOrder.words(), x.lost, "to take the order back: threema-dirsync withdraw --undo "+Typed(x.CSI, x.Person)+" --reason TEXT")
	}
	if x.Undone != nil {
		out.fact("taken back", stamp(x.Undone.At), "by "+x.Undone.By)
	}
	if x.Order == nil && own.MissingReads > 0 {
		out.fact("missing since", stamp(own.MissingSince), Counted(own.MissingReads, "read", "reads"))
	}
}

func (x Explanation) formatPackage(out *printer) {
	out.line("\nLicence package now:")
	if why := x.packageUnread(); why != "" {
		out.fact("could not be read", why)
		return
	}
	if x.Credential == nil {
		out.fact("no credential")
	} else {
		out.fact("credential", x.Credential.ID+" "+x.Credential.Username, fmt.Sprintf("used by %d", x.Credential.Usage))
	}
	if x.NotActivated() {
		out.fact("not activated", x.howToActivate())
	}
	if x.LoggedOut() {
		out.fact("not logged in", x.howToLogIn())
	}
	x.formatSettings(out)
	for _, u := range x.Users {
		link := "link to its credential is gone"
		if u.CredentialID != "" {
			link = "on credential " + u.CredentialID
		}
		out.fact("Threema ID "+u.ID, link, "csi "+firstNonEmpty(u.CSI, "(none)"), "last check "+stampOr(u.LastCheck, "unknown"))
	}
	for _, c := range x.Contacts {
		state := "disabled"
		if c.Enabled {
			state = "enabled"
		}
		out.fact("contact "+c.ID, fullName(c.FirstName, c.LastName), state)
	}
	for _, u := range x.Unmanaged {
		out.fact("unmanaged "+u.Kind+" "+u.ID, u.Name, u.Reason)
	}
}

func (x Explanation) formatSettings(out *printer) {
	if x.SettingsStay != "" {
		out.fact("settings", x.SettingsStay)
	}
	for _, s := range x.Settings {
		switch {
		case s.Undecided != "":
			out.fact(s.Name, fmt.Sprintf("%q", s.Now), "stays as it is: "+s.Undecided)
		case !s.Wanted || s.Now == s.Desired:
			out.fact(s.Name, fmt.Sprintf("%q", s.Now))
		default:
			out.fact(s.Name, fmt.Sprintf("%q → %q", s.Now, s.Desired))
		}
	}
}

func (x Explanation) formatDecision(out *printer) {
	out.line("\nDecided:")
	if x.packageUnread() != "" {
		out.fact("nothing, as " + x.describeUnread())
		return
	}
	switch {
	case len(x.Changes) > 0 || len(x.Held) > 0:
	case x.Missed != nil:
		out.fact("no change", "not shown as entitled by a read that proves nothing, see NEXT STEP")
	default:
		out.fact("no change")
	}
	for _, c := range x.Changes {
		out.fact(c.Op.sign()+" "+c.Op.cockpitWord(), c.describeStatus(), c.why())
	}
	for _, reason := range x.Held {
		out.fact("! held", reason)
	}
	for _, n := range x.Notices {
		out.fact("? worth knowing", n.Detail)
	}
	for _, g := range x.Guards {
		out.fact("GUARD "+g.Name, g.Detail)
		if g.Check != "" {
			out.fact("check first", g.Check)
		}
	}
}

// words tells an effect in cells.
func (e Effect) words() []string {
	cells := []string{e.Title(), "requested " + stamp(e.RequestedAt)}
	switch e.State() {
	case EffectVerified:
		return append(cells, "verified "+stamp(e.VerifiedAt))
	case EffectReturned:
		return append(cells, "not looked for any more: "+e.describeEnd())
	case EffectRequested:
	}
	return append(cells, "not verified yet, effective by "+stamp(e.EffectiveBy()))
}

// describeEnd says why nothing is expected of an effect any more.
func (e Effect) describeEnd() string {
	if e.Ordered {
		return "somebody took the withdrawal back, or the person uses a new credential"
	}
	return entitledWords
}

func (x Explanation) formatHistory(out *printer) {
	h := x.History
	out.line("\nHistory (settings are written in bulk and not listed):")
	if len(h.Steps) == 0 && len(h.Departures) == 0 {
		out.fact("none")
	}
	if h.Omitted > 0 {
		out.fact(fmt.Sprintf("… %d older steps", h.Omitted))
	}
	for _, s := range h.Steps {
		erased := ""
		if s.Erased {
			erased = "erased since, only this is left"
		}
		out.fact(stamp(s.At), s.Op.cockpitWord(), s.words(), strings.Join(s.ThreemaIDs, " "), fmt.Sprintf("pass %d, policy %s", s.Run, s.Mode), s.leave(), s.Message, erased)
	}
	for _, d := range h.Departures {
		out.fact(stamp(d.StartedAt), "departure", firstNonEmpty(d.Ended, "under way"), "withdrawn "+h.withdrawal(d.CredentialID, d.graceFrom()), "ended "+stampOr(d.EndedAt, "not yet"))
	}
}
