package ldapsource

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// wantLabels asks for all groups of a chart in one read, in another spelling, and wants of everybody
// and each of them a yes or a no, and no word of doubt.
func wantLabels(t *testing.T, cfg Config, attribute string, chart charts, at func(string) string) {
	t.Helper()
	for name := range chart {
		cfg.LabelGroups = append(cfg.LabelGroups, strings.ToUpper(at(name)))
	}
	var log bytes.Buffer
	s := mustNew(t, cfg, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	snapshot := mustRead(t, s)
	for _, p := range snapshot.People {
		want := map[string]model.Membership{}
		for name := range chart {
			want[strings.ToUpper(at(name))] = model.NoMember
			if chart.everybody(name)[strings.Join(p.Attributes[attribute], "")] {
				want[strings.ToUpper(at(name))] = model.Member
			}
		}
		if diff := cmp.Diff(want, p.Groups); diff != "" {
			t.Errorf("%s (-want +got):\n%s", p.DN, diff)
		}
		if p.State == model.Departed && p.Evidence.Kind == model.OutOfScope || p.Protected {
			t.Errorf("a label does more than it should: %+v", p)
		}
	}
	if c := condition(t, snapshot.Conditions, labelGroups); !c.OK || !snapshot.Departures() || strings.Contains(english.Say(c.Detail)+log.String(), "keeps the labels") {
		t.Errorf("%+v, log %s", c, &log)
	}
	if f := findingsOf(s.Check(t.Context(), nil), "mapping.category", Pass); len(f) != len(chart) {
		t.Errorf("check has %d lines for %d groups: %+v", len(f), len(chart), f)
	}
	wantReadOnce(t, s)
}

// wantReadOnce: a group that was read is not read again, whatever asks for it.
func wantReadOnce(t *testing.T, s *Source) {
	t.Helper()
	_, err := withSession(t.Context(), s, func(ctx context.Context, v *session) (struct{}, error) {
		r := &groupReader{session: v, known: map[string]member{}, sets: map[string]*memberSet{}}
		for range 2 {
			for _, dn := range append(s.cfg.LabelGroups, strings.ToLower(s.cfg.LabelGroups[0])) {
				if _, err := r.membersOf(ctx, dn); err != nil {
					return struct{}{}, err
				}
			}
			_ = v.conn.Close() // what is asked for from here on is known, or an error
		}
		return struct{}{}, nil
	})
	if err != nil {
		t.Error(err)
	}
}

// wantLabelsStay reads the groups of a configuration as those of labels. What is wrong with them
// takes nobody's label, says so, and stops nothing else. A group of which only strangers are seen
// is no fault here: that it has nobody of the scope is known.
func wantLabelsStay(t *testing.T, cfg Config, fault string) {
	t.Helper()
	cfg.LabelGroups, cfg.Groups = cfg.Groups, nil
	faulty := cfg.LabelGroups[len(cfg.LabelGroups)-1]
	want, warnings := model.MembershipUnknown, 1
	if fault == "emptied" || fault == "the group that shows" {
		want, warnings = model.NoMember, 0
	}
	var log bytes.Buffer
	s := mustNew(t, cfg, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	snapshot := mustRead(t, s)
	for _, p := range snapshot.People {
		if got := p.Groups[faulty]; got != want && got != model.Member {
			t.Errorf("%s: %v, want %v", p.DN, got, want)
		}
		if len(cfg.LabelGroups) > 1 && p.Groups[cfg.LabelGroups[0]] == model.MembershipUnknown {
			t.Errorf("%s: the fault of one group spoils another", p.DN)
		}
	}
	c := condition(t, snapshot.Conditions, labelGroups)
	if !c.OK || !snapshot.Departures() || strings.Count(english.Say(c.Detail), "who is not seen in it keeps the labels as they are") != warnings {
		t.Errorf("%+v", c)
	}
	if got := strings.Count(log.String(), "a group of mapping.category was not read wholly"); got != warnings {
		t.Errorf("%d warnings, want %d: %s", got, warnings, &log)
	}
	f := findingsOf(s.Check(t.Context(), nil), "mapping.category", Warning)
	if len(f) != warnings || warnings > 0 && f[0].Advice.Code == "" {
		t.Errorf("check warns %d times, want %d: %+v", len(f), warnings, f)
	}
}

// TestMembership: only what is certain is a yes or a no.
func TestMembership(t *testing.T) {
	t.Parallel()
	anna := traits{id: "anna", uids: []string{"a"}, primaries: []string{"s"}}
	doubtful := traits{id: "anna", doubt: "the primary group is not known"}
	for _, row := range []struct {
		name   string
		set    memberSet
		traits traits
		want   model.Membership
	}{
		{"listed", memberSet{ids: map[string]bool{"anna": true}}, anna, model.Member},
		{"listed by name", memberSet{uids: map[string]bool{"a": true}}, anna, model.Member},
		{"primary group", memberSet{keys: map[string]bool{"s": true}}, anna, model.Member},
		{"not listed", memberSet{ids: map[string]bool{"bert": true}}, anna, model.NoMember},
		{"listed, and not all was read", memberSet{ids: map[string]bool{"anna": true}, faults: model.Because("no-group").Some()}, anna, model.Member},
		{"not listed, and not all was read", memberSet{faults: model.Because("no-group").Some()}, anna, model.MembershipUnknown},
		{"listed, and doubtful", memberSet{ids: map[string]bool{"anna": true}}, doubtful, model.Member},
		{"not listed, and doubtful", memberSet{}, doubtful, model.MembershipUnknown},
		{"the former DN is listed", memberSet{stale: map[string]bool{"was": true}}, anna, model.MembershipUnknown},
		{"a former DN of somebody else is listed", memberSet{stale: map[string]bool{"bert": true}}, anna, model.NoMember},
	} {
		if got := row.set.membership(row.traits, "was"); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

// TestGroupsOfOtherSources: nobody is in them, and they are not asked for.
func TestGroupsOfOtherSources(t *testing.T) {
	t.Parallel()
	v := &session{Source: &Source{cfg: Config{OtherGroups: []string{"CN=Sales,DC=other"}}}}
	people := []model.Person{{ID: model.PersonID{Source: "corp", ID: "anna"}}}
	if err := v.readGroups(t.Context(), people, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]model.Membership{"CN=Sales,DC=other": model.NoMember}, people[0].Groups); diff != "" || len(v.certificate) > 0 {
		t.Errorf("%s\n%+v", diff, v.certificate)
	}
}
