package main

import (
	"encoding/json"
	"io"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// heldStatus counts those about whom the last pass could decide nothing, and says why; the plan names them.
type heldStatus struct {
	People  int    `json:"people"`
	Reasons string `json:"reasons"` // the most frequent ones
}

// readHeld reads them back from the report of a pass. What its record leaves out is counted.
func readHeld(text json.RawMessage) heldStatus {
	var report struct {
		Held []struct {
			Person struct{ Source, ID string }
			Reason string
		}
		Omitted map[string]int
	}
	if json.Unmarshal(text, &report) != nil {
		return heldStatus{}
	}
	var held []model.Held
	for _, h := range report.Held {
		held = append(held, model.Held{Person: model.PersonID{Source: h.Person.Source, ID: h.Person.ID}, Reasons: model.Text(h.Reason).Some()})
	}
	people, words := view.HeldWords(held)
	return heldStatus{people + report.Omitted["held"], words}
}

func (h heldStatus) print(w io.Writer) {
	if h.People == 0 {
		return
	}
	say(w, "Held, nothing is done for them:\t%s. %s", model.Counted(h.People, "person", "people"), h.Reasons)
	say(w, "  Who they are:\t`threema-dirsync plan` lists them, `threema-dirsync explain PERSON` tells of one")
}
