package plan

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// recovered is the memory, with what a crash left open settled.
type recovered struct {
	*lists
	observations map[model.PersonID]model.Observation
	owned        map[model.PersonID]model.Ownership // as it will be once this plan is carried out
	departures   map[model.PersonID]model.Departure // open and not ended by this pass
	csis         map[model.PersonID][]string        // former csis
	openCreates  map[model.PersonID]model.Operation
	names        model.Names
	update       model.StateUpdate // what the pass records; each stage adds to it
}

func newRecovered(l *lists) *recovered {
	p := &recovered{
		lists:        l,
		observations: map[model.PersonID]model.Observation{},
		owned:        map[model.PersonID]model.Ownership{},
		departures:   map[model.PersonID]model.Departure{},
		csis:         map[model.PersonID][]string{},
		openCreates:  map[model.PersonID]model.Operation{},
	}
	p.recall()
	p.reopen()
	p.recover()
	p.chooseValues()
	p.names = p.State.Names().With(p.Sources)
	return p
}

// recall indexes what the ledger remembers of people.
func (p *recovered) recall() {
	for _, o := range p.State.Observations {
		p.observations[o.Person] = p.takeBack(p.State.Gap.Doubt(o))
	}
	for _, o := range p.State.Owned {
		p.owned[o.Person] = o
	}
	for _, s := range p.State.Departures {
		s.IDs = slices.Clone(s.IDs)
		p.departures[s.Person] = s
	}
	for _, f := range p.State.FormerCSIs {
		p.csis[f.Person] = append(p.csis[f.Person], f.CSI)
	}
}
