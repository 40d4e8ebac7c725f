package explain

import (
	"cmp"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/lookup"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Explanation is everything known of one person, and what the plan makes of it.
type Explanation struct {
	model.Subject
	Typed    string // how to name them in a command
	Username string
	// Renamed is how their source is called now, nil if it has the name under which the ledger knows them.
	Renamed *plan.Renaming
	Source  *model.SourceReport // nil: not read, or not configured any more
	Entry   *EntryFacts         // nil: this read did not meet the person, nor look for them
	// Observation is the memory after this read, nil if there is none.
	Observation *model.Observation
	// PassReads is how many reads of a departure are those of passes: this look is none.
	PassReads  int
	Owned      *model.Ownership
	Order      *model.PastOrder   // by which the credential that they own was withdrawn, nil if by none
	OpenOrder  *model.OpenOrder   // that is not carried out yet, nil if there is none
	Undone     *model.UndoneOrder // that somebody took this back
	Credential *model.Credential  // the one that is theirs, or is to be
	Settings   []SettingState
	// SettingsStay is why the settings do not follow this person's entry, "" if they do.
	SettingsStay string
	Users        []model.User
	Contacts     []model.Contact
	Departure    *model.Departure // under way
	Open         []model.Operation

	Suspension *model.SuspendedPerson // the leave of absence, nil if nobody spoke of one
	Effects    []model.Effect         // what was taken, as in a plan
	Alarms     []model.Alarm

	Changes []model.Change
	// PassesOn is the transfer of what they own to another account, nil if there is none.
	PassesOn  *model.Change
	Held      []string
	Missed    *plan.Missed  // nil: this read shows them, or proves something
	Guards    []model.Guard // that block one of the changes
	Notices   []plan.Notice
	Unmanaged []model.Unmanaged
	History   model.History // of the ledger, for the caller to fill in
	// IDs are the Threema IDs that are known of the person, also those that the package does not list.
	IDs []string
	// Unread is what could not be read, for the caller to fill in by Lacks, and AsOf since when the rest is known.
	Unread []UnreadSide
	AsOf   time.Time
	Next   NextStep

	Lost   model.Reason // what is to expect of a withdrawal of theirs whose answer was lost, nothing if none was
	policy model.Mode   // that the plan was made under
	yes    string       // the command that says yes to what waits for them
}

// EntryFacts is what the source shows of a person now.
type EntryFacts struct {
	// InScope tells an entry of the scope; else it is the answer of the look-up by ID over the
	// whole suffix.
	InScope    bool
	DN         string
	State      model.AccountState
	Evidence   model.Evidence
	Excluded   bool
	Held       string              // a fault of the entry or of its mapping
	Attributes map[string][]string // those that the mapping names (D-64)
}

// InNoGroup tells of somebody in scope whom no group entitles.
func (x Explanation) InNoGroup() bool {
	return x.Source != nil && x.Entry != nil && x.Entry.InScope && x.Entry.State == model.Departed && x.Entry.Evidence.Kind == model.OutOfScope
}

// Explain finds the one person that a query means, by csi, username, mail, DN, Threema ID,
// credential or directory ID, and collects what the plan, made of the same input, says of them.
// past are people whom the ledger's history knows by the query; they count only if nobody of now
// does. The error is an [*lookup.UnclearPersonError] if it is nobody or several.
func Explain(in plan.Input, p plan.Plan, query string, past []model.Subject) (Explanation, error) {
	in.Sources = plan.Chosen(in)
	r := lookup.NewRegister(in, p)
	r.KnowPast(query, past)
	person, err := r.Find(query)
	if err != nil {
		return Explanation{}, err
	}
	x := Explanation{Subject: model.Subject{Person: person}, policy: p.Policy, yes: p.Yes(map[model.PersonID]bool{person: true})}
	x.fromRenaming(in, p)
	x.fromSource(in, p)
	x.fromLedger(in, p)
	x.fromPlan(p)
	x.Complete(r.Known(person))
	x.Typed = p.Names.Typed(x.CSI, x.Person)
	x.fromPackage(in, r)
	for _, u := range p.Unmanaged {
		if u.Kind == "credential" && r.Carries(u.ID, x.CSI, x.Username) || slices.ContainsFunc(x.Users, func(user model.User) bool { return user.ID == u.ID }) {
			x.Unmanaged = append(x.Unmanaged, u)
		}
	}
	x.Next = x.nextStep()
	return x, nil
}

// fromRenaming finds out whether they are seen under another name of their source.
func (x *Explanation) fromRenaming(in plan.Input, p plan.Plan) {
	renamed, ok := plan.RenamedTo(p.Renamed, x.Person.Source)
	if !ok {
		return
	}
	x.Renamed = &renamed
	if _, seen := x.identity(in); !seen {
		x.Renamed = nil
	}
}

// seenAs is under which ID a source shows them now.
func (x *Explanation) seenAs() model.PersonID {
	if x.Renamed == nil {
		return x.Person
	}
	return model.PersonID{Source: x.Renamed.Now, ID: x.Person.ID}
}

// is tells whether they are meant, under either name of their source.
func (x *Explanation) is(person model.PersonID) bool {
	return person == x.Person || person == x.seenAs()
}

// identity is what the mapping made of the person, the zero value if they are in no snapshot.
func (x *Explanation) identity(in plan.Input) (model.Identity, bool) {
	for _, s := range in.Sources {
		for _, i := range s.Identities {
			if i.Person == x.seenAs() {
				return i, true
			}
		}
	}
	return model.Identity{}, false
}

func (x *Explanation) fromSource(in plan.Input, p plan.Plan) {
	for n := range p.Sources {
		if p.Sources[n].Name == x.seenAs().Source {
			x.Source = &p.Sources[n]
		}
	}
	if i, ok := x.identity(in); ok {
		x.CSI, x.DN, x.Username = i.CSI, i.DN, i.Username
		x.Entry = &EntryFacts{InScope: true, DN: i.DN, State: i.State, Evidence: i.Evidence, Excluded: i.Excluded, Held: english.Join(i.Held)}
	}
	for _, s := range in.Sources {
		for _, person := range s.Snapshot.People {
			if person.ID == x.seenAs() && x.Entry != nil {
				x.Entry.Attributes = person.Attributes
			}
		}
		for _, sighting := range s.Snapshot.Sightings {
			if sighting.ID == x.seenAs() && x.Entry == nil {
				x.Entry = &EntryFacts{DN: sighting.DN, State: sighting.State, Evidence: sighting.Evidence}
				x.DN = sighting.DN
			}
		}
	}
}

func (x *Explanation) fromLedger(in plan.Input, p plan.Plan) {
	if o, ok := ofPerson(p.Update.Observations, x.Person, func(o model.Observation) model.PersonID { return o.Person }); ok {
		x.Observation, x.PassReads = &o, passReads(in.State, o)
		if o.DN != "" && (o.State == model.Departed || x.Entry == nil || !x.Entry.InScope) {
			x.DN = o.DN // where they were seen last, as plan and status name them: the entry tells where it is now
		}
		x.Complete(o.Subject)
	}
	if own, ok := ofPerson(in.State.Owned, x.Person, func(o model.Ownership) model.PersonID { return o.Person }); ok {
		x.Owned = &own
		x.name(own.WithDN(""), own.Username)
		x.ordered(in.State, p.Update)
	}
	if departure, ok := ofPerson(in.State.Departures, x.Person, func(s model.Departure) model.PersonID { return s.Person }); ok {
		x.Departure = &departure
		x.name(departure.Subject, departure.Username)
	}
	for _, op := range in.State.Open {
		if op.Person == x.Person {
			x.Open = append(x.Open, op)
			x.name(op.Subject, op.Username)
		}
	}
}

// passReads is how many reads of the row of a departure the ledger knows: with this one it may have one more,
// or begin.
func passReads(state model.State, o model.Observation) int {
	was, known := ofPerson(state.Observations, o.Person, func(o model.Observation) model.PersonID { return o.Person })
	if !known || was.State != model.Departed || !was.Since.Equal(o.Since) {
		return 0
	}
	return was.Reads
}

// ordered finds by which order the credential was withdrawn that the person owns.
func (x *Explanation) ordered(state model.State, now model.StateUpdate) {
	for _, o := range state.Orders {
		if o.CredentialID == x.Owned.CredentialID {
			x.Order = &o
		}
	}
	if o, stands := state.OpenOrder(x.Owned.CredentialID); stands {
		x.OpenOrder = &o
	}
	own, _ := ofPerson(now.Owned, x.Person, func(o model.Ownership) model.PersonID { return o.Person })
	if sent, settled := state.LostAnswer(own); sent {
		x.Lost = plan.LostAnswer(settled)
	}
	if u, ok := ofPerson(state.Undone, x.Person, func(u model.UndoneOrder) model.PersonID { return u.Person }); ok {
		x.Undone = &u
	}
}

// name fills in what no better place has told.
func (x *Explanation) name(whom model.Subject, username string) {
	x.Complete(whom)
	x.Username = cmp.Or(x.Username, username)
}

func ofPerson[T any](list []T, person model.PersonID, of func(T) model.PersonID) (found T, ok bool) {
	n := slices.IndexFunc(list, func(item T) bool { return of(item) == person })
	if n < 0 {
		return found, false
	}
	return list[n], true
}

func (x *Explanation) fromPlan(p plan.Plan) {
	for _, c := range p.Changes {
		if x.is(c.Person) {
			x.Changes = append(x.Changes, c)
			x.name(c.Subject, c.Username)
		}
		if c.Op == model.Transfer && !x.is(c.Person) && x.Owned != nil && c.CredentialID == x.Owned.CredentialID {
			x.PassesOn = &c
		}
	}
	for _, h := range p.Held {
		if x.is(h.Person) {
			x.Held = append(x.Held, english.Join(h.Reasons))
		}
	}
	if m, ok := ofPerson(p.Missed, x.Person, func(m plan.Missed) model.PersonID { return m.Person }); ok {
		x.Missed = &m
	}
	if s, ok := ofPerson(p.Suspended, x.Person, func(s model.SuspendedPerson) model.PersonID { return s.Person }); ok {
		x.Suspension = &s
		x.Complete(s.Subject)
	}
	for _, n := range p.Notices {
		if x.is(n.Person) {
			x.Notices = append(x.Notices, n)
		}
	}
	x.Effects = slices.DeleteFunc(slices.Clone(p.Effects), func(e model.Effect) bool { return e.Person != x.Person })
	x.Alarms = slices.DeleteFunc(slices.Clone(p.Alarms), func(a model.Alarm) bool { return a.Person != x.Person })
	for _, g := range p.Guards {
		blocks := func(c model.Change) bool { return c.Guard == g.Name && (g.Source == "" || g.Source == c.Person.Source) }
		if slices.ContainsFunc(x.Changes, blocks) {
			x.Guards = append(x.Guards, g)
		}
	}
}
