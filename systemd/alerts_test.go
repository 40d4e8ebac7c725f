package systemd_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// metrics are the names that dashboards and alerts may rely on (design §6, "Metrics"), without their prefix.
var metrics = []string{
	"last_run_timestamp_seconds", "last_success_timestamp_seconds", "run_duration_seconds", "runs_total",
	"snapshot_people", "snapshot_complete", "snapshot_incomplete_total",
	"people", "changes_planned", "changes_total", "leavers_pending", "operations_unknown", "guard_tripped",
	"api_requests_total", "api_budget_remaining", "seats", "subscription_valid_until_timestamp_seconds",
	"config_reload_success", "build_info", "alarms", "effects",
}

// ruleFile is the part of a Prometheus rule file that we use; anything else in it is an error.
type ruleFile struct {
	Groups []struct {
		Name  string `yaml:"name"`
		Rules []rule `yaml:"rules"`
	} `yaml:"groups"`
}

type rule struct {
	Alert  string `yaml:"alert"`
	Expr   string `yaml:"expr"`
	For    string `yaml:"for"`
	Labels struct {
		Severity string `yaml:"severity"`
	} `yaml:"labels"`
	Annotations struct {
		Summary     string `yaml:"summary"`
		Description string `yaml:"description"`
	} `yaml:"annotations"`
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	metric := regexp.MustCompile(`threema_dirsync_([a-z_]+)`)
	command := regexp.MustCompile(`threema-dirsync (status|check|plan)|journalctl|cockpit`)
	seen := map[string]bool{}
	for _, r := range alerts(t) {
		t.Run(r.Alert, func(t *testing.T) {
			used := metric.FindAllStringSubmatch(r.Expr, -1)
			if len(used) == 0 {
				t.Errorf("expr %q uses none of our metrics", r.Expr)
			}
			for _, match := range used {
				if !slices.Contains(metrics, match[1]) {
					t.Errorf("expr uses %s, which the program does not have", match[0])
				}
			}
			if seen[r.Alert] || !strings.HasPrefix(r.Alert, "ThreemaDirsync") {
				t.Error("the name is taken twice or does not start with ThreemaDirsync")
			}
			seen[r.Alert] = true
			if !slices.Contains([]string{"warning", "critical"}, r.Labels.Severity) {
				t.Errorf("severity %q, want warning or critical", r.Labels.Severity)
			}
			if r.Annotations.Summary == "" || !command.MatchString(r.Annotations.Description) {
				t.Error("say what happened in summary, and in description what it means and what to type")
			}
		})
	}
}

// TestMetricsExist: the names above are those that the core registers.
func TestMetricsExist(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../sync/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var core strings.Builder
	for _, file := range files {
		core.WriteString(read(t, file))
	}
	for _, name := range metrics {
		if !strings.Contains(core.String(), strconv.Quote(name)) {
			t.Errorf("no file of sync registers %s, which design §6 promises", name)
		}
	}
}

// TestAlertsFire runs Prometheus' own unit tests for rules, where promtool is installed (Debian: package prometheus).
func TestAlertsFire(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is missing: the rules were read, but not run")
	}
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "alerts.test.yml"}} {
		if output, err := exec.CommandContext(t.Context(), promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, output)
		}
	}
}

func alerts(t *testing.T) []rule {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(read(t, "alerts.yml")))
	decoder.KnownFields(true)
	var file ruleFile
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	var all []rule
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	if len(all) == 0 {
		t.Fatal("alerts.yml has no rule")
	}
	return all
}
