package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// undone tells whether somebody took back that a credential was withdrawn.
func (p *given) undone(own model.Ownership) bool {
	return slices.ContainsFunc(p.State.Undone, func(u model.UndoneOrder) bool {
		return u.Person == own.Person && u.CredentialID == own.CredentialID
	})
}

// Undo is what it means to take the withdrawal of one person back. At most one of Already and Refused
// is set; if neither is, there is something to take back.
type Undo struct {
	Person   model.PersonID
	CSI      string
	DN       string
	Username string
	// CredentialID is the credential that was withdrawn, or was to be.
	CredentialID string
	// Open tells that the order is not carried out, and the credential is there: the order ends.
	Open    bool
	Already string   // there is nothing to take back, and why
	Refused string   // why it is not taken back
	Next    []string // in sentences: what happens next, and what cannot be undone
}

// ComputeUndo decides whether the withdrawal of a person may be taken back, by the same rules and from
// the same input as [Compute]. The input may lack sources: whoever was seen there last as departed
// has left.
func ComputeUndo(in Input, person model.PersonID, history model.History) Undo {
	p := look(in)
	o, i := p.observations[person], p.identities[person]
	own, owned := p.lastOwned(person)
	u := Undo{Person: person, CSI: cmp.Or(i.CSI, cmp.Or(o.CSI, own.CSI)), DN: p.nameOf(person), Username: own.Username, CredentialID: own.CredentialID}
	u.Refused = p.leftByDirectory(person)
	if p.State.HasOpenOrder(own.CredentialID) && p.credentialThere(own) && (u.Refused != "" || !p.withdrawalSent(own)) {
		u.Open, u.Refused, u.Next = true, "", p.afterOrder(own)
		return u
	}
	if u.Refused == "" && !owned {
		u.Already, u.Refused = p.nothingToUndo(person)
	}
	if u.Refused == "" && u.Already == "" {
		u.Already = p.needsNoUndo(own)
	}
	lines, taken := takenIDs(history)
	if u.Refused != "" || u.Already != "" {
		u.Next = lines
		return u
	}
	u.Next = slices.Concat(p.afterUndo(i, own), lines, p.keptIDs(own, taken))
	return u
}

// afterOrder says what comes of it that an order is taken back before it was carried out.
func (p *known) afterOrder(own model.Ownership) []string {
	o := p.observations[own.Person]
	if o.State == model.Departed {
		return []string{fmt.Sprintf("Credential %s is in the package. The directory says that they left (%s): their departure goes on by its own rules, with confirmation, grace and limits.",
			own.Username, p.describeDeparted(o))}
	}
	return []string{fmt.Sprintf("Credential %s is in the package and stays as it is: whoever has the phone goes on with it.", own.Username)}
}

// leftByDirectory says of somebody whom the directory calls departed that nobody's word brings them back.
func (p *known) leftByDirectory(person model.PersonID) string {
	o := p.observations[person]
	if o.State != model.Departed {
		return ""
	}
	words := "the directory says that they left (" + p.describeDeparted(o) + "), and nobody's word makes somebody entitled. " + o.WayBack()
	if departure, leaving := p.departures[person]; leaving && !departure.WithdrawnAt.IsZero() {
		words += fmt.Sprintf("; credential %s was withdrawn with their departure", departure.Username)
	}
	return words + ": when a pass sees them entitled, the departure ends"
}

// nothingToUndo is for people without a credential of ours.
func (p *known) nothingToUndo(person model.PersonID) (already, refused string) {
	i := p.identities[person]
	departure, leaving := p.departures[person]
	switch {
	case p.creating(person):
		return "a new credential is being made for them already", ""
	case i.Entitled():
		if stops := Compute(p.Input).stopsMaking(person); stops != "" {
			return "no withdrawal from this account is known (directory ID " + person.String() + "), and it gets no credential yet: " + stops, ""
		}
		return "nothing stands in the way of a new credential: the directory says that they are entitled, and passes make one by all rules (`threema-dirsync explain` tells which)", ""
	case leaving:
		return "", fmt.Sprintf("their departure is under way (credential %s), and the directory does not say that they are entitled (%s): when a pass sees them so, it ends",
			departure.Username, p.describeInDirectory(person))
	}
	return "", "no credential of theirs is managed, and no withdrawal of theirs is under way: there is nothing to take back"
}

// needsNoUndo says of a credential of ours why there is nothing to take back.
func (p *known) needsNoUndo(own model.Ownership) string {
	sent := p.withdrawalSent(own)
	for _, u := range p.State.Undone {
		if u.Person == own.Person && u.CredentialID == own.CredentialID {
			return fmt.Sprintf("it was taken back on %s by %s already", u.At.UTC().Format(time.DateOnly), u.By)
		}
	}
	if p.credentialThere(own) && !sent {
		return fmt.Sprintf("credential %s stands in the package, so nothing was withdrawn", own.Username)
	}
	return ""
}

// withdrawalSent tells of a withdrawal whose end is not known.
func (p *given) withdrawalSent(own model.Ownership) bool {
	sent, _ := p.State.LostAnswer(own)
	return sent
}

// afterUndo says what comes of it.
func (p *known) afterUndo(i model.Identity, own model.Ownership) []string {
	credential := model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}
	var next []string
	if p.withdrawalSent(own) && p.credentialThere(own) {
		return []string{fmt.Sprintf("A withdrawal of credential %s was sent, and no answer says whether it was done. The package has the credential still, so it goes on as it was; should it be gone "+
			"all the same, a new one follows.", own.Username)}
	}
	made := "the next pass makes a new credential, with a new password in the hand-over file"
	if !p.gone(credential) {
		next = append(next, fmt.Sprintf("Whether credential %s is gone is not certain yet: %s.", own.Username, p.describeUnsure(credential)))
		made = "then a pass makes a new credential, with a new password in the hand-over file"
	}
	switch {
	case !i.Entitled():
		next = append(next, "The directory does not say now that they are entitled ("+p.describeInDirectory(own.Person)+"): when a pass sees them so, it makes a new credential.")
	case len(i.Held) > 0:
		next = append(next, "The directory says that they are entitled, but they are held ("+english.Join(i.Held)+"): when that is fixed, a pass makes a new credential.")
	default:
		if stops := p.stopsRemaking(own); stops != "" {
			next = append(next, "The directory says that they are entitled, but no credential comes yet: "+stops+". The first pass after that makes it, with a new password in the hand-over file.")
			break
		}
		next = append(next, "The directory says that they are entitled: "+made+".")
	}
	if !p.Policy.Mode.Allows(model.Create) {
		next = append(next, fmt.Sprintf("But not under policy: %s, which makes no credentials.", p.Policy.Mode))
	}
	return next
}

// stopsRemaking says what stands in the way of the credential that follows, and what to type, "" if nothing does: the
// plan is asked that a pass would make, once the withdrawal is taken back.
func (p *known) stopsRemaking(own model.Ownership) string {
	in := p.Input
	in.State.Undone = append(slices.Clip(in.State.Undone), model.UndoneOrder{Person: own.Person, CredentialID: own.CredentialID, At: in.Now})
	next := Compute(in)
	if !p.gone(model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}) {
		next.Held = nil // that it is not certain is told beside this
	}
	return next.stopsMaking(own.Person)
}

// stopsMaking says what stops the credential of somebody who is to get one, and what ends that; "" if nothing does.
func (p Plan) stopsMaking(person model.PersonID) string {
	for _, c := range p.Changes {
		if c.Person == person && (c.Op == model.Create || c.Op == model.Adopt) {
			return p.stops(c)
		}
	}
	for _, h := range p.Held {
		if h.Person == person {
			return "they are held (" + english.Join(h.Reasons) + "). What ends that: correct it"
		}
	}
	return ""
}

// stops says why a change does not go with the next pass, and what ends that; "" if it goes.
func (p Plan) stops(c model.Change) string {
	codes := c.WaitCodes()
	for _, w := range StandingWaits(p.AllWaits()) {
		if slices.Contains(codes, w.Code) {
			return "it waits for " + string(w.Code) + ". What ends that: " + english.Ask(w)
		}
	}
	switch c.Status {
	case model.Waiting, model.Deferred:
		return "it is " + string(c.Status) + " (" + english.Join(c.Reasons) + ")" + notBeforeWords(c)
	case model.Due, model.NeedsApproval, model.Blocked, model.Withheld, model.Suspended:
	}
	return ""
}

// Stopped says what stops approved changes in spite of the yes to them, and what ends that; "" if nothing does.
func (p Plan) Stopped(approved []model.Change) string {
	for _, c := range p.Changes {
		asked := slices.ContainsFunc(approved, func(a model.Change) bool { return a.ID == c.ID })
		if asked && !c.Ahead() && c.Status != model.Due {
			if why := p.stops(c); why != "" {
				return why
			}
		}
	}
	return ""
}

// notBeforeWords tell when a change is due at the earliest, where that is known.
func notBeforeWords(c model.Change) string {
	if c.NotBefore.IsZero() {
		return ""
	}
	return ", not before " + model.Stamp(c.NotBefore)
}

// takenIDs says what became of the Threema IDs that were taken: what was destroyed stays so.
func takenIDs(history model.History) (lines []string, taken map[string]bool) {
	taken = map[string]bool{}
	for _, s := range history.Steps {
		for _, id := range s.ThreemaIDs {
			when := s.At.UTC().Format(time.DateOnly)
			switch {
			case s.Op == model.Revoke && s.State == "done":
				lines = append(lines, fmt.Sprintf("Threema ID %s was revoked (widerrufen) on %s. That cannot be undone: the person gets a new ID, and contacts must be verified anew.", id, when))
			case s.Op == model.Revoke && (s.State == "intent" || s.State == "unknown"):
				lines = append(lines, fmt.Sprintf("A revocation (widerrufen) of Threema ID %s was sent on %s, and its end is not known. If it went through, it cannot be undone, and the person gets a new ID.", id, when))
			case s.Op == model.Detach && s.State == "done":
				lines = append(lines, fmt.Sprintf("Threema ID %s was detached (getrennt) on %s: it is the person's own since.", id, when))
			default:
				continue
			}
			taken[id] = true
		}
	}
	return lines, taken
}

// keptIDs says how whoever gets a new password goes on with their Threema ID.
func (p *known) keptIDs(own model.Ownership, taken map[string]bool) []string {
	kept := slices.DeleteFunc(p.idsOf(own), func(id string) bool { return taken[id] })
	if len(kept) == 0 {
		return nil
	}
	ids := strings.Join(kept, ", ")
	return []string{"Threema ID " + ids + " was not taken. The person types the new password " + OnTheirPhone(ids) + "."}
}

// OnTheirPhone says where somebody types a new password whose Threema ID goes on. Why the credential was
// withdrawn nobody tells us: the phone may be stolen, and whoever has it must get nothing.
func OnTheirPhone(ids string) string {
	return "in the app on the phone that is in their own hands. If it is the one that has Threema ID " + ids + ", they go on with that. If that one is lost or stolen, " +
		"they set up the app on the new phone, from the backup of their ID (the same ID, and nothing more is to be done) or without one (a new ID; then revoke " + ids +
		" by hand in the management cockpit, widerrufen, which cannot be undone)"
}
