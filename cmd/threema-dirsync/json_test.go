package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
)

// json runs a command and decodes what it prints: one JSON value and nothing else.
func (w *world) json(t *testing.T, into any, code int, args ...string) {
	t.Helper()
	out := w.must(t, code, args...)
	if err := json.Unmarshal([]byte(out.stdout), into); err != nil {
		t.Fatalf("%q: %v: %v", args, err, out)
	}
}

// planMembers are the members of design §6. More may come, none may go.
func planMembers() map[string][]string {
	return map[string][]string{
		"":                       {"hash", "policy", "subscription", "generatedAt", "sources", "changes", "held", "unmanaged", "requests"},
		"sources[]":              {"name", "complete", "people", "conditions"},
		"sources[].conditions[]": {"name", "ok", "detail"},
		"changes[]": {"id", "op", "class", "person", "credentialId", "threemaId", "reason", "evidence", "before", "after",
			"requests", "status", "notBefore", "guard", "protected", "approved", "approvedUntil"},
		"changes[].person": {"source", "id", "csi", "dn"},
		"held[]":           {"person", "reason"},
		"held[].person":    {"source", "id", "csi", "dn"},
		"unmanaged[]":      {"kind", "id", "name", "reason"},
	}
}

// lists are the members that are arrays, also where there is nothing in them.
var lists = []string{
	"sources", "changes", "held", "unmanaged", "notices", "conditions", "guards", "results", "leavers", "findings", "mistakes", "effects", "alarms",
}

// shape walks through a document. It notes each place that it met, misses members of the
// contract, and finds arrays that are none.
func shape(t *testing.T, at string, value any, met map[string]bool) {
	t.Helper()
	met[at] = true
	switch value := value.(type) {
	case map[string]any:
		for _, name := range planMembers()[at] {
			if _, ok := value[name]; !ok {
				t.Errorf("%q lacks the member %q", at, name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if _, isList := value[name].([]any); slices.Contains(lists, name) && !isList {
				t.Errorf("%q: %q is %v, not an array", at, name, value[name])
			}
			shape(t, strings.TrimPrefix(at+"."+name, "."), value[name], met)
		}
	case []any:
		for _, item := range value {
			shape(t, at+"[]", item, met)
		}
	}
}

// TestJSON holds the documents to the contract: of a plan with everything in it, of a pass, and
// of those that came to nothing.
func TestJSON(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	met := map[string]bool{}
	document := func(code int, args ...string) (d map[string]any) {
		w.json(t, &d, code, args...)
		shape(t, "", d, met)
		return d
	}
	empty := document(0, "plan", "--json", "--detailed-exitcode")
	if changes := fmt.Sprint(empty["changes"]); changes != "[]" {
		t.Errorf("changes of a settled company: %s", changes)
	}

	dir.join(t, 100)
	dir.disable(t, dir.people[0])
	twin := dir.join(t, 101)
	if err := dir.Modify(twin.DN, "employeeNumber", dir.people[1].Number); err != nil { // two with one csi: held
		t.Fatal(err)
	}
	state := w.sim.state(t)
	stranger := state.Credentials[0]
	stranger.ID, stranger.Username, stranger.Users = "foreign1", "reception", nil
	state.Credentials = append(state.Credentials, stranger)
	w.sim.control(t, "PUT", "state", state, nil, 204)

	preview := document(2, "plan", "--json", "--detailed-exitcode")
	report := document(0, "run", "--once", "--json")
	for place := range planMembers() {
		if !met[place] {
			t.Errorf("no document had a %q; this test proved nothing about it", place)
		}
	}
	if preview["hash"] != report["hash"] || fmt.Sprint(ids(preview)) != fmt.Sprint(ids(report)) {
		t.Errorf("the plan and the pass disagree: %v and %v", ids(preview), ids(report))
	}
	if results, _ := report["results"].([]any); len(results) == 0 {
		t.Error("the report of a pass has no results")
	}
	other := func(code int, args ...string) {
		var d map[string]any
		w.json(t, &d, code, args...)
		shape(t, args[0], d, met)
	}
	other(0, "status", "--json")
	other(0, "check", "--json")

	dir.SetOutage(memdir.Down)
	document(4, "plan", "--json")
	failed := document(4, "run", "--once", "--json")
	if source := failed["sources"].([]any)[0].(map[string]any); source["complete"] != false {
		t.Errorf("a directory that is down counts as complete: %v", source)
	}
	other(1, "check", "--json")
	other(0, "status", "--json")
}

// ids are those of the changes of a plan.
func ids(document map[string]any) []string {
	var all []string
	changes, _ := document["changes"].([]any)
	for _, c := range changes {
		all = append(all, c.(map[string]any)["id"].(string))
	}
	return all
}
