package threema_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim/apicontract"
)

// simulate starts the simulator below the prefix, behind the contract check.
func simulate(t *testing.T, options worksim.Options) (*worksim.Server, *threema.Client, *wire) {
	t.Helper()
	return simulateBehind(t, options, apicontract.Check)
}

// unchecked is for lists so long that checking each entry would take most of the test's time.
func unchecked(_ testing.TB, sim http.Handler) http.Handler { return sim }

func simulateBehind(t *testing.T, options worksim.Options, check func(testing.TB, http.Handler) http.Handler) (*worksim.Server, *threema.Client, *wire) {
	t.Helper()
	options.APIKey = apiKey
	options.Seed = 7
	options.Now = func() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) }
	sim, err := worksim.New(options)
	if err != nil {
		t.Fatal(err)
	}
	seen := &wire{}
	server := httptest.NewServer(seen.record(t, http.StripPrefix(prefix, check(t, sim))))
	t.Cleanup(server.Close)
	return sim, newClient(t, server.URL+prefix+worksim.BasePath, seen, threema.Config{}), seen
}

// TestStoryUnderEveryQuirk tells one story under every reading of the contract: the client has
// to see the same.
func TestStoryUnderEveryQuirk(t *testing.T) {
	t.Parallel()
	for _, quirk := range append(worksim.Quirks(), worksim.Quirk{}) {
		t.Run("quirk "+quirk.Name, func(t *testing.T) {
			t.Parallel()
			options := worksim.Options{}
			if quirk.Name != "" {
				options.Quirks = []string{quirk.Name}
			}
			sim, client, seen := simulate(t, options)
			s := &story{T: t, sim: sim, client: client, wire: seen, quirk: quirk.Name}
			s.join()
			s.list()
			s.change()
			s.leave()
			if says := oddities()[quirk.Name]; says == "" && len(seen.odd) > 0 || !strings.Contains(strings.Join(seen.odd, "\n"), says) {
				t.Errorf("told as odd: %q, want %q", seen.odd, says)
			}
		})
	}
}

// oddities are the quirks that the client understands and warns of.
func oddities() map[string]string {
	return map[string]string{
		worksim.TotalText:        "GET /users: paging.total is a text",
		worksim.NoPaging:         "GET /mdm-bulk: a list does not say how long it is",
		worksim.NoSubscriptionID: "GET /: the licence package has no id",
		worksim.OddDates:         "GET /users: lastCheck is no time",
	}
}

// story is one run of it: jo uses her credential, ann's is new.
type story struct {
	*testing.T

	sim     *worksim.Server
	client  *threema.Client
	wire    *wire
	quirk   string
	jo, ann model.Credential
	joID    string
}

func (s *story) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *story) wantKind(want model.FailureKind, err error) {
	s.Helper()
	if err == nil || model.KindOf(err) != want {
		s.Errorf("kind %q, want %q: %v", model.KindOf(err), want, err)
	}
}

func (s *story) equal(what string, want, got any) {
	s.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (s *story) join() {
	s.Helper()
	var err error
	s.jo, err = s.client.CreateCredential(s.Context(), "jo.doe", secret.New("jo-password"), true, true)
	s.must(err)
	s.ann, err = s.client.CreateCredential(s.Context(), "ann+x", secret.New("ann-password"), false, false)
	s.must(err)
	_, err = s.client.CreateCredential(s.Context(), "jo.doe", secret.New("again"), true, true)
	s.wantKind(model.FailureRefused, err)

	found, err := s.client.Credential(s.Context(), s.ann.ID)
	s.must(err)
	s.equal("found", model.Credential{ID: s.ann.ID, Username: "ann+x"}, found)

	s.must(s.client.SetSettings(s.Context(), []model.CredentialSettings{
		{CredentialID: s.jo.ID, Settings: []model.Setting{{Name: "th_csi", Value: "E-1"}, {Name: "th_firstname", Value: "Jo"}, {Name: "th_lastname", Value: "Doe"}}},
		{CredentialID: s.ann.ID, Settings: []model.Setting{{Name: "th_csi", Value: "E-2"}}},
	}))
	s.wantKind(model.FailureRefused, s.client.SetSettings(s.Context(), []model.CredentialSettings{
		{CredentialID: "no such", Settings: []model.Setting{{Name: "th_csi", Value: "E-3"}}},
	}))
	s.joID, err = s.sim.Activate("jo.doe", "jo-password", "")
	s.must(err)
}

func (s *story) list() {
	s.Helper()
	_, err := s.client.Inventory(s.Context()) // learns the page sizes
	s.must(err)
	before := len(s.wire.requests())
	inventory, err := s.client.Inventory(s.Context())
	s.must(err)
	want := 5
	if s.quirk == worksim.NoPaging {
		want += 4 // a page after the last entry is the end of each list
	}
	if got := len(s.wire.requests()) - before; got != want {
		s.Errorf("the inventory took %d requests, want %d", got, want)
	}
	now := s.sim.Now()
	lastCheck, directory := now, new(true)
	switch s.quirk {
	case worksim.OddDates:
		lastCheck = time.Time{}
	case worksim.DirectoryEnabledUnknown:
		directory = nil
	}
	s.equal("inventory", model.Inventory{
		Subscription: model.Subscription{
			ID: inventory.Subscription.ID, Name: inventory.Subscription.Name, Type: "professional",
			ValidUntil: s.sim.State().Subscription.ValidUntil.Time, Licences: 100_000,
		},
		Credentials: []model.Credential{
			{ID: s.jo.ID, Username: "jo.doe", Usage: 1, Hashed: true, Locked: true},
			{ID: s.ann.ID, Username: "ann+x"},
		},
		Users:    []model.User{{ID: s.joID, CredentialID: s.jo.ID, CSI: "E-1", FirstName: "Jo", LastName: "Doe", LastCheck: lastCheck, CreatedAt: now}},
		Contacts: []model.Contact{{ID: s.joID, Auto: true, FirstName: "Jo", LastName: "Doe", Enabled: true, Directory: directory}},
		Settings: map[string]map[string]string{
			s.jo.ID:  {"th_csi": "E-1", "th_firstname": "Jo", "th_lastname": "Doe"},
			s.ann.ID: {"th_csi": "E-2"},
		},
	}, inventory)
	user, err := s.client.User(s.Context(), s.joID)
	s.must(err)
	s.equal("user", inventory.Users[0], user)
	credential, err := s.client.Credential(s.Context(), s.jo.ID)
	s.must(err)
	s.equal("credential", inventory.Credentials[0], credential)
}

func (s *story) change() {
	s.Helper()
	s.must(s.client.UnsetSetting(s.Context(), s.jo.ID, "th_lastname"))
	s.wantKind(model.FailureNotFound, s.client.UnsetSetting(s.Context(), s.jo.ID, "th_lastname"))
	s.equal("settings", map[string]any{"th_csi": "E-1", "th_firstname": "Jo"}, s.sim.State().Settings[s.jo.ID])

	s.must(s.client.UpdateContact(s.Context(), model.Contact{ID: s.joID, FirstName: "J", LastName: "D", Directory: new(false)}))
	s.wantKind(model.FailureNotFound, s.client.UpdateContact(s.Context(), model.Contact{ID: "00000000", FirstName: "J", LastName: "D"}))
	s.must(s.client.CreateContact(s.Context(), model.Contact{ID: "ABCDEFGH", FirstName: "A", LastName: "B", Enabled: true}))
	s.wantKind(model.FailureRefused, s.client.CreateContact(s.Context(), model.Contact{ID: "ABCDEFGH", FirstName: "A", LastName: "B"}))
	s.equal("contacts", []worksim.Contact{
		{ID: s.joID, Type: worksim.ContactAuto, FirstName: "J", LastName: "D", DirectoryEnabled: s.quirk == worksim.DirectoryEnabledUnknown},
		{ID: "ABCDEFGH", Type: worksim.ContactCustom, FirstName: "A", LastName: "B", Enabled: true, DirectoryEnabled: true},
	}, s.sim.State().Contacts)

	s.must(s.client.ReplacePassword(s.Context(), s.ann.ID, "ann+x", secret.New("ann-password-2"), true, true))
	changed, err := s.client.Credential(s.Context(), s.ann.ID)
	s.must(err)
	s.equal("credential with a new password", model.Credential{ID: s.ann.ID, Username: "ann+x", Hashed: true, Locked: true}, changed)
}

func (s *story) leave() {
	s.Helper()
	annID, err := s.sim.Activate("ann+x", "ann-password-2", "")
	s.must(err)
	users, err := s.client.UsersOf(s.Context(), s.jo.ID, 1)
	s.must(err)
	if len(users) != 1 || users[0].ID != s.joID {
		s.Errorf("users of jo's credential: %v", users)
	}
	s.must(s.client.Withdraw(s.Context(), s.jo.ID))
	s.wantKind(model.FailureNotFound, s.client.Withdraw(s.Context(), s.jo.ID))
	_, err = s.client.Credential(s.Context(), s.jo.ID)
	s.wantKind(model.FailureNotFound, err)
	users, err = s.client.UsersOf(s.Context(), s.jo.ID, 0)
	s.must(err)
	if dangling := s.quirk == worksim.KeepDanglingLink; len(users) == 1 != dangling {
		s.Errorf("users of the withdrawn credential: %v", users)
	}

	s.must(s.client.Detach(s.Context(), s.joID))
	s.wantKind(model.FailureNotFound, s.client.Detach(s.Context(), s.joID))
	s.must(s.client.Revoke(s.Context(), annID))
	_, err = s.client.User(s.Context(), annID)
	s.wantKind(model.FailureNotFound, err)
	state := s.sim.State()
	now := worksim.Time{Time: s.sim.Now()}
	s.equal("detached", []worksim.Departure{{ID: s.joID, At: now}}, state.Detached)
	s.equal("revoked", []worksim.Departure{{ID: annID, At: now}}, state.Revoked)
	s.equal("withdrawn", []worksim.Withdrawn{{ID: s.jo.ID, Username: "jo.doe", At: now}}, state.Withdrawn)
}

// TestPassCosts counts a no-change pass: 1 + 3 × ⌈N ÷ 5000⌉ + ⌈N ÷ 500⌉ (work-api §3), and
// one that has to learn the page of the settings, which costs one request more.
func TestPassCosts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		people int
		quirks []string
		want   int
	}{
		{0, nil, 5},
		{500, nil, 5},
		{501, nil, 6},
		{5000, nil, 14},
		{5001, nil, 18},
		// Page 1 comes twice here: once more for each list.
		{5001, []string{worksim.PagesOneBased}, 22},
		{10_001, []string{worksim.NestedBulk, worksim.OmitMembers}, 31},
		{5001, []string{worksim.SettingsPage5000}, 9},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.people, tt.quirks), func(t *testing.T) {
			t.Parallel()
			sim, client, seen := simulateBehind(t, worksim.Options{Quirks: tt.quirks}, unchecked)
			if err := sim.SetState(people(tt.people)); err != nil {
				t.Fatal(err)
			}
			learning := 1
			if slices.Contains(tt.quirks, worksim.SettingsPage5000) {
				learning = 0
			}
			if _, err := client.Inventory(t.Context()); err != nil || seen.taken != tt.want+learning {
				t.Fatalf("the first pass: %d requests, want %d: %v", seen.taken, tt.want+learning, err)
			}
			before := seen.taken
			inventory, err := client.Inventory(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := []int{len(inventory.Credentials), len(inventory.Users), len(inventory.Contacts), len(inventory.Settings)}
			if diff := cmp.Diff([]int{tt.people, tt.people, tt.people, tt.people}, got); diff != "" {
				t.Errorf("lists (-want +got):\n%s", diff)
			}
			if len(seen.requests()) != seen.taken || seen.taken-before != tt.want {
				t.Errorf("%d requests, %d counted; want %d", len(seen.requests())-before, seen.taken-before, tt.want)
			}
		})
	}
}

// people is a package in which n people use the app.
func people(n int) worksim.State {
	state := worksim.State{Settings: map[string]map[string]any{}}
	for i := range n {
		id, username := fmt.Sprintf("%08d", i), fmt.Sprintf("user%d", i)
		state.Credentials = append(state.Credentials, worksim.Credential{ID: "c/" + id, Username: username, Password: "p"})
		state.Users = append(state.Users, worksim.User{ID: id, CredentialID: "c/" + id, CSI: id})
		state.Contacts = append(state.Contacts, worksim.Contact{ID: id})
		state.Settings["c/"+id] = map[string]any{"th_csi": id}
	}
	return state
}

func TestSimulatedTrouble(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		options worksim.Options
		state   worksim.State
		fault   worksim.Fault
		do      action
		kind    model.FailureKind
	}{
		{name: "licences used up", options: worksim.Options{Subscription: worksim.Subscription{ID: "SIMULATED1"}}, do: create, kind: model.FailureForbidden},
		{name: "wrong address", state: worksim.State{AllowedAddresses: []string{"192.0.2.0/24"}}, do: readPackage, kind: model.FailureUnauthorized},
		{name: "wrong address, 403", options: worksim.Options{Quirks: []string{worksim.Address403}}, state: worksim.State{AllowedAddresses: []string{"192.0.2.0/24"}}, do: readPackage, kind: model.FailureForbidden},
		{name: "day spent in the middle", options: worksim.Options{DailyRequests: 3, Quirks: []string{worksim.RetryAfter}}, do: readPackage, kind: model.FailureQuota},
		{name: "list cut short", state: people(3), fault: worksim.Fault{Path: "/users", Truncate: new(2)}, do: readPackage, kind: model.FailureInvalid},
		{name: "portal", fault: worksim.Fault{Path: "/contacts", Status: 200, Body: "<html>", ContentType: "text/html"}, do: readPackage, kind: model.FailureInvalid},
		{name: "bulk too long", options: worksim.Options{MaxBulk: 1}, state: people(2), do: bulk(one("c/00000000", "th_nickname"), one("c/00000001", "th_nickname")), kind: model.FailureRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sim, client, _ := simulate(t, tt.options)
			if tt.state.Credentials != nil || tt.state.AllowedAddresses != nil {
				if err := sim.SetState(tt.state); err != nil {
					t.Fatal(err)
				}
			}
			if tt.fault != (worksim.Fault{}) {
				if err := sim.AddFault(tt.fault); err != nil {
					t.Fatal(err)
				}
			}
			err := tt.do(t.Context(), client)
			e := apiError(t, err)
			if e.Kind != tt.kind || (e.Pause > 0) != (tt.kind == model.FailureQuota) {
				t.Errorf("kind %q, pause %v; want %q: %v", e.Kind, e.Pause, tt.kind, err)
			}
		})
	}
}

// TestCreateAfterLostAnswer: the credential is there exactly once, and can be found.
func TestCreateAfterLostAnswer(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]worksim.Fault{
		"connection lost": {Method: "POST", Drop: worksim.DropAfter},
		"500":             {Method: "POST", Status: 500, Effect: true},
		"body cut off":    {Method: "POST", Drop: worksim.DropMiddle},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, client, _ := simulate(t, worksim.Options{})
			if err := sim.AddFault(fault); err != nil {
				t.Fatal(err)
			}
			if err := create(t.Context(), client); model.KindOf(err) != model.FailureUnknown {
				t.Errorf("kind %q: %v", model.KindOf(err), err)
			}
			inventory, err := client.Inventory(t.Context())
			if got := inventory.Credentials; err != nil || len(got) != 1 || got[0].Username != "jo" {
				t.Errorf("the inventory has %v, %v", got, err)
			}
		})
	}
}
