package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// result is one scene of one company: the medians of its rounds.
type result struct {
	scene    string
	people   int
	settings string // size of the pages of settings
	rounds   int
	pass     usage
	requests int
	search   time.Duration // ldapsearch
	curl     time.Duration
	python   time.Duration // 0: no such reader
	ledger   int64
}

func (r result) floor() time.Duration { return r.search + r.curl }

func median[T int | int64 | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// page is docs/benchmarks.md.
func page(results []result, now time.Time, machine string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "# Benchmarks\n\nWritten by `make bench-pass` on %s (UTC): %s, %d cores, %s.\n\n", now.UTC().Format(time.DateOnly), machine, runtime.NumCPU(), runtime.Version())
	text.WriteString(`Whole passes (` + "`run --once`" + `) of the built program against a real OpenLDAP over LDAPS and the simulator of the Work API, each a process of its own. In each company everybody
who is entitled has a credential with settings, and four of five a phone and a contact. Medians of the rounds; in each round the pass and its floor came one after the other. The floor is what
` + "`ldapsearch`" + ` takes for the same entries and attributes, plus what ` + "`curl`" + ` takes for the very lists that the pass fetched, over one connection. CPU and memory (peak of RSS) are those of our process alone.

| people | scene | settings by | rounds | pass | floor (ldapsearch + curl) | pass ÷ floor | CPU | memory | requests | ledger | python ldap3 |
|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
`)
	for _, r := range results {
		fmt.Fprintf(&text, "| %d | %s | %s | %d | %s | %s (%s + %s) | %.1f | %s | %d MB | %d | %.1f MB | %s |\n", r.people, r.scene, r.settings, r.rounds,
			seconds(r.pass.Wall), seconds(r.floor()), seconds(r.search), seconds(r.curl), float64(r.pass.Wall)/float64(r.floor()),
			seconds(r.pass.CPU), r.pass.RSS>>20, r.requests, float64(r.ledger)/(1<<20), orDash(r.python))
	}
	return text.String()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func orDash(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return seconds(d)
}

// machineName is the processor, as the kernel calls it.
func machineName() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(text)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}
