package plan

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// forgetUnowned drops people of a complete source who left it and of whom nothing is ours. Who has
// the csi of somebody of ours stays: since when they are known decides whose it is (same.go). So does
// a second account while the departure of the other one is remembered: it asks when it is back.
func (p *evidence) forgetUnowned(s model.SourceView) {
	if s.Snapshot.Absences() {
		p.dropUnowned(s.Snapshot.Source)
	}
}

func (p *evidence) dropUnowned(source string) {
	for id, o := range p.observations {
		if id.Source != source || p.isOurs(id) || p.shares[id] {
			continue
		}
		switch _, present := p.identities[id]; {
		case !present && o.Second && p.State.RemembersLeaver(o.CSI):
			if o.State != model.Departed {
				o.State, o.Evidence, o.Since, o.ConfirmedAt = model.Departed, model.Evidence{Kind: model.Absent, Detail: "in no complete read"}, p.Now, p.Now
				p.observations[id] = o
			}
		case !present || o.State == model.Departed && !o.Second:
			delete(p.observations, id)
		}
	}
}

// isOurs tells whether the ledger has something at stake for a person.
func (p *recovered) isOurs(id model.PersonID) bool {
	_, owned := p.owned[id]
	_, leaving := p.departures[id]
	_, creating := p.openCreates[id]
	return owned || leaving || creating
}

// atStake are the people for whom the ledger has something at stake.
func (p *recovered) atStake() map[model.PersonID]bool {
	people := map[model.PersonID]bool{}
	for person := range p.owned {
		people[person] = true
	}
	for person := range p.departures {
		people[person] = true
	}
	for person := range p.openCreates {
		people[person] = true
	}
	return people
}
