package plan

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// known is all that stands before anything is decided: what is there, whose it is, and whose departure is over.
type known struct {
	*namesakes
	leavingNames map[string]model.Departure // folded username → open departure
}

// look is what comes before any decision.
func look(in Input) *known {
	given := newGiven(in)
	lists := newLists(newDirectory(given))
	evidence := newEvidence(newDoubts(newRecovered(lists)))
	claims := newClaims(newTrust(evidence))
	return newKnown(newNamesakes(newLinks(claims)))
}

func newKnown(n *namesakes) *known {
	p := &known{namesakes: n, leavingNames: map[string]model.Departure{}}
	p.contest()
	p.endDepartures()
	for _, departure := range p.State.Departures {
		if _, open := p.departures[departure.Person]; open {
			p.leavingNames[FoldUsername(departure.Username)] = departure
		}
	}
	return p
}

// departureSettled is why a departure ends of which nothing is left to do.
const departureSettled = "settled"

// endDepartures closes the departures with nothing left to do, whatever the directory says by now, and
// those of people who are entitled again, under their own ID or as the same person under another: no
// further step is theirs (design §5.6).
func (p *known) endDepartures() {
	for _, departure := range p.State.Departures {
		why, to := p.entitledAgain(p.departureAccount(departure))
		p.noteVanished(departure.Person)
		if why == "" && !p.departures[departure.Person].WithdrawnAt.IsZero() && len(p.remaining(departure)) == 0 {
			why = departureSettled
		}
		if why != "" {
			delete(p.departures, departure.Person)
			p.update.EndedDepartures = append(p.update.EndedDepartures, model.EndedDeparture{Person: departure.Person, Why: why, To: to})
		}
	}
}

// entitledAgain tells whether somebody who left is entitled by now: "returned" under their own ID,
// "transferred" as the same person under another, and which; "" if neither.
func (p *claims) entitledAgain(old account) (why string, to model.PersonID) {
	if p.entitledNow(old.person) {
		return "returned", model.PersonID{}
	}
	for _, r := range p.rivals(old) {
		if r.same() && p.entitledNow(r.person) {
			return "transferred", r.person
		}
	}
	return "", model.PersonID{}
}

// isBack tells whether somebody who left is entitled by now, under whatever ID.
func (p *claims) isBack(old account) bool {
	why, _ := p.entitledAgain(old)
	return why != ""
}
