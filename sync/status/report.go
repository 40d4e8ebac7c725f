package status

import (
	"encoding/json"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Report is what the record of the last pass that ended tells: a pass under way has none yet.
type Report struct {
	Text        json.RawMessage // nil: no pass has ended yet
	Told        bool            // it could be read
	Plan        plan.PastPlan
	GeneratedAt time.Time
	Sources     []Source
	Guards      []Guard
	Seats       Seats
	Waits       []model.Wait
	Held        []model.Held
	Baseline    *plan.BaselineChange
	Results     []Result
	Error       string
	Failure     model.PassFailure
	Omitted     map[string]int // entries of a list that the record leaves out
}

// Source is a source as the last pass saw it.
type Source struct {
	model.SourceReport
	Reason model.ReadReason // why it was not read, in one word
	Error  string           // the same, and what to do
	Codes  []model.Code     // that Error words
}

// Guard is a guard that tripped, as the record of that pass words it.
type Guard struct {
	Name, Source, Detail, Check string
	Codes                       []model.Code // of the reasons that Detail words
	// Answered tells that nobody is asked because of it any more.
	Answered bool
}

// Seats are the licences as a pass counted them.
type Seats struct {
	Licences, Used, Free int
	// AsOf is when they were counted. A pass that counted none keeps in its record what the last one counted.
	AsOf time.Time
}

// Result is what became of a change.
type Result struct {
	Op      model.Op
	Outcome model.Result
	Message string
}

// Held counts those about whom the last pass could decide nothing, and says why; the plan names them.
type Held struct {
	People  int
	Reasons string // the most frequent ones
}

// Withheld counts what the policy of the last pass did not carry out.
type Withheld struct {
	Steps, People int
	More          bool // than that: the record leaves some out
}

func (r Report) withheld() Withheld {
	people := map[model.PersonID]bool{}
	w := Withheld{More: r.Omitted["changes"] > 0}
	for _, c := range r.Plan.Changes {
		if c.Status == model.Withheld {
			people[c.Person] = true
			w.Steps++
		}
	}
	w.People = len(people)
	return w
}

func (r Report) held() Held {
	people, words := heldWords(r.Held)
	return Held{people + r.Omitted["held"], words}
}

// Baseline counts whom a change of the baseline concerns; the report has the names.
type Baseline struct {
	Accepted                                  bool
	Enters, Leaves, Rekeyed, Missing, Unclear int
}

func (r Report) baseline() *Baseline {
	b := r.Baseline
	if b == nil {
		return nil
	}
	count := func(list []model.BaselinePerson, name string) int { return len(list) + r.Omitted["baseline."+name] }
	return &Baseline{
		Accepted: b.Accepted, Enters: count(b.Enters, "enters"), Leaves: count(b.Leaves, "leaves"), Rekeyed: count(b.Rekeyed, "rekeyed"),
		Missing: count(b.Missing, "missing"), Unclear: count(b.Unclear, "unclear"),
	}
}

// lacks tells of a yes of before the last plan that it has no such step. A plan that lacked a source, or a record that
// was cut, does not tell what steps there are not.
func (r Report) lacks(a model.GivenApproval) bool {
	if r.Plan.Hash == "" || r.Omitted["changes"] > 0 || slices.ContainsFunc(r.Sources, func(s Source) bool { return !s.Complete }) {
		return false
	}
	return a.At.Before(r.GeneratedAt) && !slices.ContainsFunc(r.Plan.Changes, func(c model.Change) bool { return c.ID == a.ChangeID })
}

// Words say how a source was read.
func (s Source) Words() string {
	switch {
	case s.Error != "":
		return "NOT READ, nothing happened: " + s.Error
	case s.Complete:
		return "read wholly"
	}
	return "INCOMPLETE: " + english.Consequence(s.Failed())
}

// failures word which conditions of a read failed, and of what, "" if there was none.
func (s Source) failures() string {
	var words []string
	for _, c := range s.Conditions {
		if !c.OK && s.Error == "" {
			words = append(words, c.Name+": "+english.Say(c.Detail))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, "; ") + ")"
}
