package sync_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const sourceName = "corp"

// person is an entry of the fake directory. Without a state its account cannot be told: unknown.
type person struct {
	ID, UID, CSI, First, Last, Title string
	OU                               string
	State                            model.AccountState
	Evidence                         model.Evidence
	Held                             string
	Excluded                         bool
	Protected                        bool // by a group of protect.groups
}

// employee is an entitled person, all of whose values can be told apart from everybody else's.
func employee(n int) person {
	return person{
		ID: fmt.Sprintf("id-%02d", n), UID: fmt.Sprintf("user%02d", n), CSI: fmt.Sprintf("E%02d", n),
		First: fmt.Sprintf("First%02d", n), Last: fmt.Sprintf("Last%02d", n), Title: fmt.Sprintf("Title%02d", n),
		OU: "Staff", State: model.Entitled,
	}
}

func employees(n int) []person {
	var people []person
	for i := range n {
		people = append(people, employee(i+1))
	}
	return people
}

func (p person) id() model.PersonID { return model.PersonID{Source: sourceName, ID: p.ID} }

func (p person) dn() string {
	return fmt.Sprintf("CN=%s %s,OU=%s,DC=corp,DC=example", p.First, p.Last, p.OU)
}

func (p person) unit() string { return model.ParentDN(p.dn()) }

func (p person) entry() model.Person {
	attributes := map[string][]string{}
	for name, value := range map[string]string{
		"uid": p.UID, "employeenumber": p.CSI, "givenname": p.First, "sn": p.Last, "title": p.Title,
	} {
		if value != "" {
			attributes[name] = []string{value}
		}
	}
	return model.Person{
		ID: p.id(), DN: p.dn(), OU: p.unit(), Attributes: attributes, State: p.State, Evidence: p.Evidence, Held: model.Told("", p.Held).Some(), Excluded: p.Excluded, Protected: p.Protected,
	}
}

func (p person) sighting() model.Sighting {
	return model.Sighting{ID: p.id(), DN: p.dn(), OU: p.unit(), State: p.State, Evidence: p.Evidence, Found: true, Protected: p.Protected}
}

// directory is a source in memory. What is not in it is absent, proven by a look-up by ID.
type directory struct {
	mu         sync.Mutex
	people     map[string]person
	conditions []model.Condition
	failure    error
	context    string // identity of the naming context
	scope      string // fingerprint
	version    model.Version
	recheck    func([]model.Tracked) ([]model.Sighting, error)
	tracked    []model.Tracked // of the last read
	holders    error           // why nobody can be asked who has a csi
}

var _ dirsync.Source = (*directory)(nil)

func newDirectory(people ...person) *directory {
	d := &directory{
		people: map[string]person{}, context: "S-1-5-21-1", scope: "scope-1",
		conditions: []model.Condition{{Name: "result codes", OK: true}},
	}
	d.put(people...)
	return d
}

func (d *directory) put(people ...person) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range people {
		d.people[p.ID] = p
	}
}

func (d *directory) remove(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.people, id)
}

// change edits one person.
func (d *directory) change(t *testing.T, id string, edit func(*person)) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	p, ok := d.people[id]
	if !ok {
		t.Fatalf("nobody has the ID %s", id)
	}
	edit(&p)
	d.people[id] = p
}

// dismiss disables the account of a person.
func (d *directory) dismiss(t *testing.T, id string) {
	t.Helper()
	d.change(t, id, func(p *person) {
		p.State, p.Evidence = model.Departed, model.Evidence{Kind: model.Disabled, Detail: "userAccountControl 514"}
	})
}

// rehire enables it again.
func (d *directory) rehire(t *testing.T, id string) {
	t.Helper()
	d.change(t, id, func(p *person) { p.State, p.Evidence = model.Entitled, model.Evidence{} })
}

func (d *directory) Name() string { return sourceName }

func (d *directory) Prefer(string) {}

func (d *directory) Read(ctx context.Context, tracked []model.Tracked) (model.Snapshot, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tracked = tracked
	if err := ctx.Err(); err != nil {
		return model.Snapshot{}, err
	}
	if d.failure != nil {
		return model.Snapshot{}, d.failure
	}
	s := model.Snapshot{
		Source: sourceName, Conditions: d.conditions, Server: "dc1", NamingContext: d.context, Scope: d.scope,
		Replica: model.Replica{Address: "dc1:636", Version: d.version},
	}
	for _, id := range slices.Sorted(maps.Keys(d.people)) {
		s.People = append(s.People, d.people[id].entry())
	}
	for _, t := range tracked {
		if _, there := d.people[t.ID.ID]; !there {
			s.Sightings = append(s.Sightings, d.look(t))
		}
	}
	return s, nil
}

func (d *directory) Recheck(ctx context.Context, tracked []model.Tracked) ([]model.Sighting, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if d.recheck != nil {
		return d.recheck(tracked)
	}
	var sightings []model.Sighting
	for _, t := range tracked {
		sightings = append(sightings, d.look(t))
	}
	return sightings, nil
}

func (d *directory) Holders(ctx context.Context, attribute, value string) ([]model.Person, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var people []model.Person
	for _, id := range slices.Sorted(maps.Keys(d.people)) {
		if entry := d.people[id].entry(); slices.Contains(entry.Attributes[attribute], value) {
			people = append(people, entry)
		}
	}
	return people, d.holders
}

func (d *directory) look(t model.Tracked) model.Sighting {
	if p, there := d.people[t.ID.ID]; there {
		return p.sighting()
	}
	return model.Sighting{ID: t.ID, DN: t.DN, OU: model.ParentDN(t.DN), State: model.Departed, Evidence: model.Evidence{Kind: model.Absent}}
}
