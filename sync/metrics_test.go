package sync_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// metricNames are those of design §6 that are there from the start, laterMetricNames those that
// need a first value.
func metricNames() []string {
	return []string{
		"last_run_timestamp_seconds", "last_success_timestamp_seconds", "run_duration_seconds", "runs_total",
		"snapshot_incomplete_total", "changes_planned", "changes_total", "leavers_pending",
		"operations_unknown", "guard_tripped",
		"config_reload_success", "build_info", "alarms", "effects", "waits", "polls_total", "hints_total",
	}
}

func laterMetricNames() []string {
	return []string{"api_requests_total", "people", "seats", "snapshot_people", "snapshot_complete", "api_budget_remaining", "subscription_valid_until_timestamp_seconds"}
}

func TestMetricNames(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	w := newWorld(t, options{daily: 1000, metrics: dirsync.NewMetrics(registry, "v1", "go1.26", []string{sourceName})}, employees(3)...)
	want := metricNames()
	for range 2 {
		problems, err := testutil.GatherAndLint(registry)
		w.must(err)
		if len(problems) > 0 {
			t.Errorf("lint: %v", problems)
		}
		families, err := registry.Gather()
		w.must(err)
		var names []string
		for _, f := range families {
			names = append(names, strings.TrimPrefix(f.GetName(), "threema_dirsync_"))
		}
		slices.Sort(names)
		slices.Sort(want)
		w.equal("names", want, names)
		w.ok()
		want = append(want, laterMetricNames()...)
	}
}

func TestMetricValues(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	w := newWorld(t, options{daily: 1000, metrics: dirsync.NewMetrics(registry, "v1", "go1.26", []string{sourceName})}, employees(6)...)
	w.policy.GraceWithdraw = 24 * time.Hour
	value := func(want float64, name string) {
		t.Helper()
		for line := range strings.Lines(gathered(t, registry)) {
			if rest, ok := strings.CutPrefix(line, "threema_dirsync_"+name+" "); ok {
				if got := strings.TrimSpace(rest); got != number(want) {
					t.Errorf("%s is %s, want %s", name, got, number(want))
				}
				return
			}
		}
		t.Errorf("there is no %s", name)
	}
	value(0, `runs_total{result="ok"}`)
	value(0, `changes_total{op="create",result="done"}`)
	value(0, `guard_tripped{guard="baseline"}`)
	value(0, `waits{code="baseline"}`)
	value(0, `waits{code="no-licence"}`)
	value(0, `snapshot_incomplete_total{reason="paging",source="corp"}`)
	value(1, "config_reload_success")

	w.rollOut()
	passes := 4.0
	value(passes-1, `runs_total{result="ok"}`)
	value(6, `changes_total{op="create",result="done"}`)
	value(6, `snapshot_people{source="corp"}`)
	value(1, `snapshot_complete{source="corp"}`)
	value(6, `people{state="entitled"}`)
	value(float64(w.sim.Now().Unix()), "last_run_timestamp_seconds")
	value(float64(w.sim.Now().Unix()), "last_success_timestamp_seconds")
	value(6, `api_requests_total{code="201",method="POST"}`)
	value(1, `api_requests_total{code="204",method="POST"}`)
	value(6, `seats{kind="used"}`)
	value(99_994, `seats{kind="free"}`)

	success := w.sim.Now()
	w.directory.dismiss(t, "id-03")
	w.directory.put(employee(7))
	w.fault(worksim.Fault{Method: "POST", Path: "/credentials", Drop: worksim.DropBefore, Times: 1})
	w.advance(time.Hour)
	w.exits(dirsync.ExitFailed)
	value(1, "leavers_pending")
	value(1, `people{state="departed"}`)
	value(1, "operations_unknown")
	value(1, `changes_total{op="create",result="unknown"}`)
	value(1, `api_requests_total{code="0",method="POST"}`)
	value(1, `runs_total{result="failed"}`)
	value(float64(success.Unix()), "last_success_timestamp_seconds")

	w.directory.failure = &model.ReadError{Source: sourceName, Reason: model.ReadPaging, Err: errors.New("cookie")}
	w.exits(dirsync.ExitIncomplete)
	value(0, `snapshot_complete{source="corp"}`)
	value(1, `snapshot_incomplete_total{reason="paging",source="corp"}`)
	value(1, `runs_total{result="incomplete"}`)
	value(1, "operations_unknown") // it is as open as before

	w.directory.failure = nil
	w.directory.scope = "another"
	w.exits(dirsync.ExitWaiting)
	value(1, `guard_tripped{guard="baseline"}`)
	value(1, `waits{code="baseline"}`)
	value(float64(w.sim.Now().Unix()), "last_success_timestamp_seconds")
	w.directory.scope = "scope-1"
	w.ok()
	value(0, `guard_tripped{guard="baseline"}`)
	value(0, `waits{code="baseline"}`)
	value(0, "operations_unknown")
}

// TestNoBudgetWithoutALimit: requests that nobody limits are not 0, which would be an alert.
func TestNoBudgetWithoutALimit(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	w := newWorld(t, options{metrics: dirsync.NewMetrics(registry, "v1", "go1.26", []string{sourceName})}, employees(3)...)
	w.ok()
	if out := gathered(t, registry); strings.Contains(out, "api_budget_remaining ") {
		t.Error(out)
	}
}

func TestMetricSeeds(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m := dirsync.NewMetrics(registry, "v1", "go1.26", nil)
	m.Seed(time.Unix(2000, 0), time.Time{})
	if out := gathered(t, registry); !strings.Contains(out, "last_run_timestamp_seconds 2000\n") || !strings.Contains(out, "last_success_timestamp_seconds 0\n") {
		t.Error(out)
	}
}

// gathered is what a scrape would show.
func gathered(t *testing.T, registry *prometheus.Registry) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if recorder.Code != http.StatusOK {
		t.Fatalf("a scrape fails: %d", recorder.Code)
	}
	return recorder.Body.String()
}

// number is a value as a scrape writes it.
func number(v float64) string {
	if v >= 1e6 {
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
