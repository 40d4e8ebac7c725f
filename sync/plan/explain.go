package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Explanation is everything known of one person, and what the plan makes of it.
type Explanation struct {
	Person   PersonID
	CSI      string
	DN       string
	Username string
	Source   *SourceReport // nil: not read, or not configured any more
	Entry    *EntryFacts   // nil: this read did not meet the person, nor look for them
	// Observation is the memory after this read, nil if there is none.
	Observation *Observation
	// PassReads is how many reads of a departure are those of passes: this look is none.
	PassReads  int
	Owned      *Ownership
	Order      *PastOrder   // by which the credential that they own was withdrawn, nil if by none
	OpenOrder  *OpenOrder   // that is not carried out yet, nil if there is none
	Undone     *UndoneOrder // that somebody took this back
	Credential *Credential  // the one that is theirs, or is to be
	Settings   []SettingState
	Users      []User
	Contacts   []Contact
	Departure  *Departure // under way
	Open       []Operation

	Suspension *SuspendedPerson // the leave of absence, nil if nobody spoke of one
	Effects    []Effect         // what was taken, as in a plan
	Alarms     []Alarm

	Changes   []Change
	Held      []string
	Missed    *Missed // nil: this read shows them, or proves something
	Guards    []Guard // that block one of the changes
	Notices   []Notice
	Unmanaged []Unmanaged
	History   History // of the ledger, for the caller to fill in
	// IDs are the Threema IDs that are known of the person, also those that the package does not list.
	IDs []string
	// Unread is what could not be read, for the caller to fill in by Lacks, and AsOf since when the rest is known.
	Unread []UnreadSide
	AsOf   time.Time
	Next   NextStep

	lost string // what is to expect of a withdrawal of theirs whose answer was lost, "" if none was
	yes  string // the command that says yes to what waits for them
}

// EntryFacts is what the source shows of a person now.
type EntryFacts struct {
	// InScope tells an entry of the scope; else it is the answer of the look-up by ID over the
	// whole suffix.
	InScope    bool
	DN         string
	State      AccountState
	Evidence   Evidence
	Excluded   bool
	Held       string              // a fault of the entry or of its mapping
	Attributes map[string][]string // those that the mapping names (D-64)
}

// SettingState compares one setting with the package. Settings that the mapping does not own
// are not shown: they may be anything, passwords too.
type SettingState struct {
	Name    string
	Now     string
	Desired string
	// Wanted tells that Desired says something: the person is entitled.
	Wanted bool
	// Undecided, if not empty, says why nobody knows what is desired: it stays as it is.
	Undecided string
}

// NextStep is what comes next for a person, in words, and when at the earliest; zero: now, or
// nobody knows.
type NextStep struct {
	Words string
	At    time.Time
}

// Explain finds the one person that a query means, by csi, username, mail, DN, Threema ID,
// credential or directory ID, and collects what the plan, made of the same input, says of them.
// past are people whom the ledger's history knows by the query; they count only if nobody of now
// does. The error is an [*UnclearPersonError] if it is nobody or several.
func Explain(in Input, p Plan, query string, past []Held) (Explanation, error) {
	in.Sources = chosen(in)
	r := newRegister(in, p)
	r.knowPast(query, past)
	person, err := r.find(query)
	if err != nil {
		return Explanation{}, err
	}
	x := Explanation{Person: person, yes: p.yes(map[PersonID]bool{person: true})}
	x.fromSource(in, p)
	x.fromLedger(in, p)
	x.fromPlan(p)
	x.name(r.names[person].CSI, r.names[person].DN, "")
	x.fromPackage(in, newIndex(in.Inventory), r)
	for _, u := range p.Unmanaged {
		if r.unmanagedOf(u, x) {
			x.Unmanaged = append(x.Unmanaged, u)
		}
	}
	x.Next = x.nextStep()
	return x, nil
}

// identity is what the mapping made of the person, the zero value if they are in no snapshot.
func (x *Explanation) identity(in Input) (Identity, bool) {
	for _, s := range in.Sources {
		for _, i := range s.Identities {
			if i.Person == x.Person {
				return i, true
			}
		}
	}
	return Identity{}, false
}

func (x *Explanation) fromSource(in Input, p Plan) {
	for n := range p.Sources {
		if p.Sources[n].Name == x.Person.Source {
			x.Source = &p.Sources[n]
		}
	}
	if i, ok := x.identity(in); ok {
		x.CSI, x.DN, x.Username = i.CSI, i.DN, i.Username
		x.Entry = &EntryFacts{InScope: true, DN: i.DN, State: i.State, Evidence: i.Evidence, Excluded: i.Excluded, Held: i.Held}
	}
	for _, s := range in.Sources {
		for _, person := range s.Snapshot.People {
			if person.ID == x.Person && x.Entry != nil {
				x.Entry.Attributes = person.Attributes
			}
		}
		for _, sighting := range s.Snapshot.Sightings {
			if sighting.ID == x.Person && x.Entry == nil {
				x.Entry = &EntryFacts{DN: sighting.DN, State: sighting.State, Evidence: sighting.Evidence}
				x.DN = sighting.DN
			}
		}
	}
}

func (x *Explanation) fromLedger(in Input, p Plan) {
	if o, ok := ofPerson(p.Update.Observations, x.Person, func(o Observation) PersonID { return o.Person }); ok {
		x.Observation, x.PassReads = &o, passReads(in.State, o)
		x.name(o.CSI, o.DN, "")
	}
	if own, ok := ofPerson(in.State.Owned, x.Person, func(o Ownership) PersonID { return o.Person }); ok {
		x.Owned = &own
		x.name(own.CSI, "", own.Username)
		x.ordered(in.State, p.Update)
	}
	if departure, ok := ofPerson(in.State.Departures, x.Person, func(s Departure) PersonID { return s.Person }); ok {
		x.Departure = &departure
		x.name(departure.CSI, departure.DN, departure.Username)
	}
	for _, op := range in.State.Open {
		if op.Person == x.Person {
			x.Open = append(x.Open, op)
			x.name(op.CSI, op.DN, op.Username)
		}
	}
}

// passReads is how many reads of the row of a departure the ledger knows: with this one it may have one more,
// or begin.
func passReads(state State, o Observation) int {
	was, known := ofPerson(state.Observations, o.Person, func(o Observation) PersonID { return o.Person })
	if !known || was.State != Departed || !was.Since.Equal(o.Since) {
		return 0
	}
	return was.Reads
}

// ordered finds by which order the credential was withdrawn that the person owns.
func (x *Explanation) ordered(state State, now StateUpdate) {
	for _, o := range state.Orders {
		if o.CredentialID == x.Owned.CredentialID {
			x.Order = &o
		}
	}
	if o, stands := state.openOrder(x.Owned.CredentialID); stands {
		x.OpenOrder = &o
	}
	own, _ := ofPerson(now.Owned, x.Person, func(o Ownership) PersonID { return o.Person })
	if sent, settled := state.LostAnswer(own); sent {
		x.lost = LostAnswerWords(settled)
	}
	if u, ok := ofPerson(state.Undone, x.Person, func(u UndoneOrder) PersonID { return u.Person }); ok {
		x.Undone = &u
	}
}

// name fills in what no better place has told.
func (x *Explanation) name(csi, dn, username string) {
	x.CSI, x.DN, x.Username = cmp.Or(x.CSI, csi), cmp.Or(x.DN, dn), cmp.Or(x.Username, username)
}

func ofPerson[T any](list []T, person PersonID, of func(T) PersonID) (found T, ok bool) {
	n := slices.IndexFunc(list, func(item T) bool { return of(item) == person })
	if n < 0 {
		return found, false
	}
	return list[n], true
}

func (x *Explanation) fromPlan(p Plan) {
	for _, c := range p.Changes {
		if c.Person == x.Person {
			x.Changes = append(x.Changes, c)
			x.name(c.CSI, c.DN, c.Username)
		}
	}
	for _, h := range p.Held {
		if h.Person == x.Person {
			x.Held = append(x.Held, h.Reason)
		}
	}
	if m, ok := ofPerson(p.Missed, x.Person, func(m Missed) PersonID { return m.Person }); ok {
		x.Missed = &m
	}
	if s, ok := ofPerson(p.Suspended, x.Person, func(s SuspendedPerson) PersonID { return s.Person }); ok {
		x.Suspension = &s
		x.name(s.CSI, s.DN, "")
	}
	for _, n := range p.Notices {
		if n.Person == x.Person {
			x.Notices = append(x.Notices, n)
		}
	}
	x.Effects = slices.DeleteFunc(slices.Clone(p.Effects), func(e Effect) bool { return e.Person != x.Person })
	x.Alarms = slices.DeleteFunc(slices.Clone(p.Alarms), func(a Alarm) bool { return a.Person != x.Person })
	for _, g := range p.Guards {
		blocks := func(c Change) bool { return c.Guard == g.Name && (g.Source == "" || g.Source == c.Person.Source) }
		if slices.ContainsFunc(x.Changes, blocks) {
			x.Guards = append(x.Guards, g)
		}
	}
}

func (x *Explanation) fromPackage(in Input, inventory index, r *register) {
	credentialID := x.credentialID(inventory)
	if c, there := inventory.credentials[credentialID]; there {
		x.Credential = &c
	}
	i, _ := x.identity(in)
	x.Settings = compareAll(i, in.Inventory.Settings[credentialID])
	x.IDs = r.threemaIDs(x, credentialID)
	for _, id := range x.IDs {
		if u, there := inventory.users[id]; there {
			x.Users = append(x.Users, u)
		}
		if c, there := inventory.contacts[id]; there {
			x.Contacts = append(x.Contacts, c)
		}
	}
}

// credentialID is the credential that is theirs, or is to be by the plan: of one that is gone nothing is to show.
func (x *Explanation) credentialID(inventory index) string {
	var ids []string
	if x.Owned != nil {
		ids = append(ids, x.Owned.CredentialID)
	}
	for _, c := range x.Changes {
		ids = append(ids, c.CredentialID)
	}
	for _, id := range ids {
		if _, there := inventory.credentials[id]; there {
			return id
		}
	}
	return cmp.Or(ids...)
}

// compareAll lists the settings that the mapping owns. For somebody who is not entitled now,
// these are the ones that every mapping owns, and nothing is desired.
func compareAll(i Identity, current map[string]string) []SettingState {
	var all []SettingState
	if i.State == Entitled && !i.Excluded {
		for _, s := range i.Settings {
			all = append(all, SettingState{Name: s.Name, Now: current[s.Name], Desired: s.Value, Wanted: true})
		}
		for _, u := range i.Undecided {
			all = append(all, SettingState{Name: u.Name, Now: current[u.Name], Undecided: u.Reason})
		}
		return all
	}
	if len(current) == 0 {
		return nil
	}
	for _, name := range []string{SettingCSI, SettingFirstName, SettingLastName} {
		all = append(all, SettingState{Name: name, Now: current[name]})
	}
	return all
}

// nextStep says what the next pass does, or what is waited for.
func (x *Explanation) nextStep() NextStep {
	if len(x.Changes) == 0 {
		return NextStep{Words: x.whyNothing()}
	}
	c := x.Changes[0]
	if n := slices.IndexFunc(x.Changes, func(c Change) bool { return c.Status == Due }); n >= 0 {
		c = x.Changes[n]
	}
	word := c.Op.cockpitWord()
	if c.Op == Withdraw && c.Status == Waiting && x.lost != "" {
		return NextStep{Words: word + ": " + x.lost, At: c.NotBefore}
	}
	switch c.Status {
	case Due:
		return NextStep{Words: word + ", by the next pass" + x.afterCreate(c)}
	case NeedsApproval:
		return NextStep{Words: word + ", once somebody said yes: read `threema-dirsync plan`, then type " + x.yes}
	case Blocked:
		if saysTheyLeft(c.Guard) {
			return NextStep{Words: word + ", once somebody said yes, for a limit stops it: " + x.ifTheyLeft()}
		}
		return NextStep{Words: word + ", once the guard " + c.Guard + " is lifted (see below)"}
	case Withheld:
		return NextStep{Words: word + " is withheld by the policy"}
	case Suspended:
		return NextStep{Words: word + ", once the leave of absence is over", At: c.NotBefore}
	case Waiting, Deferred:
	}
	words := word + ", " + string(c.Status)
	if c.NotBefore.IsZero() {
		words += ": " + c.Reason
	}
	if c.Guard == GuardAhead {
		words += "; a limit will stop it then: " + x.ifTheyLeft()
	}
	return NextStep{Words: words, At: c.NotBefore}
}

// ifTheyLeft is the yes to what a limit for leavers stops: after what the guard says, and for them alone.
func (x *Explanation) ifTheyLeft() string {
	return "read first what the guard says (see below); if they really left: " + x.yes
}

func (x *Explanation) whyNothing() string {
	switch {
	case len(x.Held) > 0:
		return "nothing, as long as they are held: " + strings.Join(x.Held, "; ")
	case x.Missed != nil:
		return "nothing: " + x.Missed.Detail()
	case x.LoggedOut():
		return "nothing: all is as it should be from here; " + x.howToLogIn()
	case x.NotActivated():
		return "nothing: all is as it should be from here; " + x.howToActivate()
	case x.Entry != nil && x.Entry.State == Entitled:
		return "nothing: all is as it should be"
	case x.Source == nil:
		return "nothing: source " + x.Person.Source + " was not read"
	case x.Owned == nil && x.Departure == nil:
		return "nothing: not entitled, and nothing in the package is managed for them"
	}
	return "nothing for now"
}
