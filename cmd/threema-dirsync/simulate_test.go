package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// simulate starts a simulator and returns its base URL and what else it printed.
func simulate(t *testing.T, args ...string) (c *child, base, key string) {
	t.Helper()
	c = startChild(t, nil, append([]string{"simulate"}, args...)...)
	lines := 2
	for n, arg := range args {
		if arg == "--api-key" {
			lines, key = 1, args[n+1]
		}
	}
	printed := c.stdout.await(t, lines)
	if key == "" {
		key = printed[1]
	}
	return c, printed[0], key
}

// get asks a simulator, with a key.
func get(t *testing.T, address, key string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Api-Key", key)
	response, err := lonely().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// lonely is a client that keeps no connection.
func lonely() *http.Client { return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} }

// TestSimulate: the first line is the address, the second the key if it was not given, and
// nothing more follows. It ends when told to, with 0.
func TestSimulate(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{"a key of its own": nil, "a given key": {"--api-key", "4711"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, base, key := simulate(t, args...)
			if status, _ := get(t, base+"/credentials", key); status != http.StatusOK {
				t.Errorf("GET /credentials: %d", status)
			}
			if status, _ := get(t, base+"/credentials", "another"); status != http.StatusUnauthorized {
				t.Errorf("GET /credentials with a wrong key: %d", status)
			}
			var state worksim.State
			control(t, lonely(), http.MethodGet, strings.TrimSuffix(base, worksim.BasePath)+"/_sim/state", nil, &state)
			if s := state.Subscription; !strings.EqualFold(s.Type, "professional") || s.LicenseAmount != 100_000 || !state.AutoContacts {
				t.Errorf("a new package: %+v", s)
			}
			c.signal(t, syscall.SIGTERM)
			out := c.wait(t)
			want := base + "\n" + key + "\n"
			if args != nil {
				want = base + "\n"
			}
			if out.code != 0 || out.stdout != want {
				t.Errorf("want exit 0 and %q: %v", want, out)
			}
		})
	}
}

// TestSimulateState: what was read can be put back by --state.
func TestSimulateState(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 5)
	w := newWorld(t, dir.site)
	w.must(t, 0, "run", "--once")
	w.activateAll(t)
	_, document := get(t, w.sim.URL+"/_sim/state", "")
	file := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	_, base, key := simulate(t, "--state", file, "--quirks", worksim.LinksRef+","+worksim.PlanMixedCase)
	w.set("threema.base_url", base)
	w.writeSecret(t, "api-key", key)
	w.must(t, 0, "plan", "--detailed-exitcode")
	if _, answer := get(t, base+"/", key); !strings.Contains(answer, `"Professional"`) {
		t.Errorf("quirk %s has no effect: %s", worksim.PlanMixedCase, answer)
	}
}

// TestSimulateRefuses what it does not understand: a test against it would prove nothing.
func TestSimulateRefuses(t *testing.T) {
	t.Parallel()
	broken := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(broken, []byte(`{"users": 5}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--quirks", "nonsense"}, {"--state", broken}, {"--state", broken + ".missing"}, {"--listen", "nowhere:1:2"}} {
		out := startChild(t, nil, append([]string{"simulate"}, args...)...).wait(t)
		if out.code == 0 || out.stdout != "" || !strings.HasPrefix(out.stderr, "threema-dirsync: ") {
			t.Errorf("%q: %v", args, out)
		}
	}
}
