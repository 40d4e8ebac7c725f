package systemd_test

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

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
	command := regexp.MustCompile(`threema-dirsync (status|check|plan)|journalctl|cockpit`)
	fired := read(t, "alerts.test.yml")
	seen := map[string]bool{}
	for _, r := range alerts(t) {
		t.Run(r.Alert, func(t *testing.T) {
			if seen[r.Alert] || !strings.HasPrefix(r.Alert, "ThreemaDirsync") {
				t.Error("the name is taken twice or does not start with ThreemaDirsync")
			}
			seen[r.Alert] = true
			if !strings.Contains(fired, `alertname="`+r.Alert+`"`) {
				t.Error("alerts.test.yml never wants it to fire")
			}
			if !slices.Contains([]string{"warning", "critical"}, r.Labels.Severity) {
				t.Errorf("severity %q, want warning or critical", r.Labels.Severity)
			}
			if r.Annotations.Summary == "" || !command.MatchString(r.Annotations.Description) {
				t.Error("say what happened in summary, and in description what it means and what to type")
			}
		})
	}
}

// TestAlertsFire runs Prometheus' own unit tests for rules. Whether the program serves what they ask for, a test of cmd knows.
func TestAlertsFire(t *testing.T) {
	t.Parallel()
	testdir.Require(t, "promtool")
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "alerts.test.yml"}} {
		if output, err := exec.CommandContext(t.Context(), "promtool", args...).CombinedOutput(); err != nil {
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
