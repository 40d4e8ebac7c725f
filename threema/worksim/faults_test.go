package worksim_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

func (h *harness) fault(body any) {
	h.t.Helper()
	h.control("POST", "/faults", body, 201)
}

// usernames are those of all credentials, in order.
func (h *harness) usernames() string {
	var names []string
	for _, c := range h.sim.State().Credentials {
		names = append(names, c.Username)
	}
	return strings.Join(names, " ")
}

func TestFaultStatus(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.fault(object{"method": "POST", "path": "/credentials", "status": 500, "times": 2})
	h.ask("GET", "/credentials", nil, 200)
	for range 2 {
		r := h.ask("POST", "/credentials", object{"username": "jo", "password": "pw"}, 500)
		if r.header.Get(worksim.DeviationHeader) != "fault" || r.object()["error"] == nil {
			t.Errorf("got %v %s", r.header, r.body)
		}
	}
	if got := h.usernames(); got != "" {
		t.Errorf("credentials %s, want no effect", got)
	}
	h.ask("POST", "/credentials", object{"username": "jo", "password": "pw"}, 201)
}

func TestFaultUntilCleared(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.fault(object{"status": 503})
	for _, path := range []string{"/", "/users", "/mdm-bulk"} {
		h.ask("GET", path, nil, 503)
	}
	h.control("GET", "/state", nil, 200)
	h.control("DELETE", "/faults", nil, 204)
	h.ask("GET", "/users", nil, 200)
}

func TestFaultEffect(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.fault(object{"method": "post", "path": "/credentials", "status": 502, "effect": true, "times": 1})
	h.ask("POST", "/credentials", object{"username": "jo", "password": "pw"}, 502)
	if got := h.usernames(); got != "jo" {
		t.Errorf("credentials %q, want the effect", got)
	}
}

func TestFaultSkip(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.fault(object{"path": "/users", "status": 500, "skip": 2, "times": 1})
	for _, want := range []int{200, 200, 500, 200} {
		h.ask("GET", "/users", nil, want)
	}
}

func TestFaultsInOrder(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.fault(object{"path": "/users", "status": 500, "times": 1})
	h.fault(object{"status": 503, "times": 2})
	if got := h.sim.Faults(); len(got) != 2 || got[1].Times != 2 {
		t.Errorf("faults %+v", got)
	}
	h.ask("GET", "/users", nil, 500)
	h.ask("GET", "/users", nil, 503)
	var left []worksim.Fault
	h.control("GET", "/faults", nil, 200).into(&left)
	if diff := cmp.Diff([]worksim.Fault{{Status: 503, Times: 1}}, left); diff != "" {
		t.Error(diff)
	}
}

func TestFaultPages(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.fault(object{"status": 200, "body": "<html>log in</html>", "content_type": "text/html", "times": 1})
	r := h.ask("GET", "/users", nil, 200)
	if string(r.body) != "<html>log in</html>" || r.header.Get("Content-Type") != "text/html" {
		t.Errorf("got %q %v", r.body, r.header)
	}
	h.fault(object{"status": 302, "location": "https://elsewhere.example/", "times": 1})
	if got := h.ask("GET", "/users", nil, 302).header.Get("Location"); got != "https://elsewhere.example/" {
		t.Errorf("location %q", got)
	}
	h.fault(object{"status": 204, "times": 1})
	h.ask("GET", "/users", nil, 204)
}

func TestFaultDrops(t *testing.T) {
	t.Parallel()
	body := object{"username": "jo", "password": "pw"}
	for drop, want := range map[string]string{worksim.DropBefore: "", worksim.DropAfter: "jo", worksim.DropMiddle: "jo"} {
		t.Run(drop, func(t *testing.T) {
			t.Parallel()
			h := start(t, worksim.Options{})
			h.fault(object{"drop": drop, "times": 1})
			r, err := h.send("POST", h.origin+"/api/v1/credentials", body)
			if err == nil {
				t.Fatalf("got %d %s, want a closed connection", r.status, r.body)
			}
			if got := h.usernames(); got != want {
				t.Errorf("credentials %q, want %q", got, want)
			}
			status := map[string]int{worksim.DropMiddle: 201}[drop]
			if diff := cmp.Diff([]worksim.Request{{Method: "POST", Path: "/credentials", Status: status}}, h.sim.Requests()); diff != "" {
				t.Error(diff)
			}
			counted := map[string]int{worksim.DropBefore: 0, worksim.DropAfter: 1, worksim.DropMiddle: 1}[drop]
			if got := h.sim.State().RequestsToday; got != counted {
				t.Errorf("%d requests counted, want %d", got, counted)
			}
		})
	}
}

func TestFaultDelay(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.fault(object{"path": "/users", "delay": "60ms", "times": 1})
	began := time.Now()
	h.ask("GET", "/users", nil, 200)
	if took := time.Since(began); took < 60*time.Millisecond {
		t.Errorf("took %v, want at least 60ms", took)
	}
}

// TestFaultTimeout lets the client give up: before the effect nothing happens, after it it has happened.
func TestFaultTimeout(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		fault worksim.Fault
		want  string
	}{
		"before the effect": {worksim.Fault{Delay: time.Hour}, ""},
		"after the effect":  {worksim.Fault{Delay: time.Hour, Drop: worksim.DropAfter}, "jo"},
		"after, status":     {worksim.Fault{Delay: time.Hour, Status: 504, Effect: true}, "jo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t, worksim.Options{})
			if err := h.sim.AddFault(row.fault); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, "POST", h.origin+"/api/v1/credentials", strings.NewReader(`{"username":"jo","password":"pw"}`))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("X-Api-Key", key)
			request.Header.Set("Content-Type", "application/json")
			response, err := h.client.Do(request)
			if err == nil {
				_ = response.Body.Close()
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("got %v, want a time-out", err)
			}
			if got := h.usernames(); got != row.want {
				t.Errorf("credentials %q, want %q", got, row.want)
			}
		})
	}
}

func TestFaultTruncate(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	if err := h.sim.SetState(people(5)); err != nil {
		t.Fatal(err)
	}
	h.fault(object{"path": "/users", "truncate": 2, "times": 1})
	h.fault(object{"path": "/contacts", "truncate": 0})
	if count, total, _ := h.ask("GET", "/users", nil, 200).paging(); count != 2 || total != 5 {
		t.Errorf("count %d, total %d, want 2 of 5", count, total)
	}
	if count, total, _ := h.ask("GET", "/contacts", nil, 200).paging(); count != 0 || total != 5 {
		t.Errorf("count %d, total %d, want 0 of 5", count, total)
	}
	if count, _, _ := h.ask("GET", "/users", nil, 200).paging(); count != 5 {
		t.Errorf("count %d, want 5", count)
	}
}

func TestBadFaults(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	for _, body := range []string{
		`{}`, `{"status":99}`, `{"status":600}`, `{"drop":"sometimes"}`, `{"status":500,"drop":"after"}`,
		`{"delay":"1 minute"}`, `{"delay":"-1s"}`, `{"delay":5}`, `{"status":500,"times":-1}`, `{"status":500,"skip":-1}`,
		`{"truncate":-1}`, `{"status":500,"path":"credentials"}`, `{"status":500,"tmies":1}`, `{"body":"x","delay":"1s"}`,
		`{"status":500} {}`, `[]`, ``,
	} {
		h.control("POST", "/faults", body, 400)
	}
	if got := h.sim.Faults(); len(got) != 0 {
		t.Errorf("faults %v, want none", got)
	}
}

func TestFaultRoundTrip(t *testing.T) {
	t.Parallel()
	want := worksim.Fault{
		Method: "GET", Path: "/users", Status: 503, Delay: 1500 * time.Millisecond, Times: 3, Skip: 1, Effect: true,
		Truncate: new(4), Body: "x", ContentType: "text/plain", Location: "/y",
	}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got worksim.Fault
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", data, diff)
	}
}
