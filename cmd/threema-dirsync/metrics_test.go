package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// TestMetricsExist: what a running service serves on /metrics is what design §6 promises, no more and no less, and
// every series that an alert rule or its test asks for is among it.
func TestMetricsExist(t *testing.T) {
	t.Parallel()
	d := newWorld(t, newMemory(t, 3).site).serve(t)
	d.told(t, "READY=1")
	d.passed(t, 1)
	page := d.page(t, "/metrics")
	d.stop(t)

	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil {
		t.Errorf("the metrics cannot be parsed: %v", err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "threema_dirsync_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	served := servedMetrics(page)
	if diff := cmp.Diff(promisedMetrics(t), slices.Sorted(maps.Keys(served))); diff != "" {
		t.Errorf("design §6 promises (-), /metrics has (+):\n%s", diff)
	}
	for _, file := range []string{"alerts.yml", "alerts.test.yml"} {
		for _, asked := range askedSeries(t, file) {
			if !slices.ContainsFunc(served[asked.metric], asked.selects) {
				t.Errorf("%s asks for %s%s, which is not on /metrics", file, asked.metric, asked.labels)
			}
		}
	}
}

// servedMetrics are our metrics that have a sample, without their prefix, each with the labels of its samples.
func servedMetrics(page string) map[string][]string {
	samples := map[string][]string{}
	for _, match := range regexp.MustCompile(`(?m)^threema_dirsync_(\w+)(\S*) \S+$`).FindAllStringSubmatch(page, -1) {
		samples[match[1]] = append(samples[match[1]], match[2])
	}
	return samples
}

// promisedMetrics are the names in the section of the design, in order.
func promisedMetrics(t *testing.T) []string {
	t.Helper()
	_, section, found := strings.Cut(readText(t, "../../docs/design.md"), "\n### Metrics (prefix `threema_dirsync_`)\n")
	section, _, ended := strings.Cut(section, "\n## ")
	if !found || !ended {
		t.Fatal("design.md has no section of metrics")
	}
	var names []string
	for _, match := range regexp.MustCompile("`([a-z_]+)(?:\\{[a-z,]+\\})?`").FindAllStringSubmatch(section, -1) {
		names = append(names, match[1])
	}
	slices.Sort(names)
	return names
}

// series is what a rule asks for: a metric, and labels as {kind="free"}.
type series struct{ metric, labels string }

// selects tells whether the rule means the sample with such labels. Its matchers are those of Prometheus.
func (s series) selects(labels string) bool {
	has := map[string]string{}
	for _, label := range regexp.MustCompile(`(\w+)="([^"]*)"`).FindAllStringSubmatch(labels, -1) {
		has[label[1]] = label[2]
	}
	for _, matcher := range regexp.MustCompile(`(\w+)(=~|!~|!=|=)"([^"]*)"`).FindAllStringSubmatch(s.labels, -1) {
		value, named := has[matcher[1]]
		pattern := regexp.QuoteMeta(matcher[3])
		if strings.HasSuffix(matcher[2], "~") {
			pattern = matcher[3]
		}
		if !named || regexp.MustCompile("^(?:"+pattern+")$").MatchString(value) == strings.HasPrefix(matcher[2], "!") {
			return false
		}
	}
	return true
}

func askedSeries(t *testing.T, file string) []series {
	t.Helper()
	var all []series
	for _, match := range regexp.MustCompile(`threema_dirsync_(\w+)(\{[^}]*\})?`).FindAllStringSubmatch(readText(t, "../../systemd/"+file), -1) {
		all = append(all, series{match[1], match[2]})
	}
	if len(all) == 0 {
		t.Fatalf("%s asks for nothing", file)
	}
	return all
}

func readText(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
