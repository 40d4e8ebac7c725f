package english_test

import (
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestSay: what a sentence can do with its arguments, and that text from outside stays as it is.
func TestSay(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 8, 5, 9, 0, time.FixedZone("", 3600))
	for _, row := range []struct {
		want   string
		reason model.Reason
	}{
		{"", model.Reason{}},
		{"as it is {1}", model.Told("", "as it is {1}")},
		{"no-such-code", model.Because("no-such-code", "x")},
		{"the leave of absence is over since 2026-03-02 07:05:09 UTC, and the grace counts from then", model.Because("leave-over", at)},
		{"credential {2} was withdrawn on 2026-03-02", model.Because("withdrawn-already", "{2}", at)},
		{"absent; not seen as entitled since 2026-03-02 07:05:09 UTC, in 1 complete read", model.Because("departed", "absent", at, 1)},
		{"absent; not seen as entitled since 2026-03-02 07:05:09 UTC, in 2 complete reads", model.Because("departed", "absent", at, 2)},
		{"not seen as entitled any more, and not confirmed yet: so far by 1 of 3 complete reads, which must span 6h",
			model.Because("departure-unconfirmed", model.Because("reads-so-far", 1, 3), 6*time.Hour)},
		{`the first name is "Zo\"e", and was ""`, model.Because("other-first-name", `Zo"e`, "")},
		{"they are held (ordered: a; ordered: b). What ends that: correct it", model.Because("held-until-corrected", []model.Reason{model.Because("ordered", "a"), model.Because("ordered", "b")})},
		{"ordered: a, ordered: b", model.Because("others-ids-on-credential", []model.Reason{model.Because("ordered", "a"), model.Because("ordered", "b")})},
		{"Threema ID AAAAAAAA, BBBBBBBB was not taken. The person types the new password x.", model.Because("id-not-taken", []string{"AAAAAAAA", "BBBBBBBB"}, "x")},
		{"ordered: {1}", model.Because("ordered")},
		{"1 is gone: its place is readable and does not show it", model.Because("members-gone", 1)},
		{"2 are gone: their places are readable and do not show them", model.Because("members-gone", 2)},
		{"none configured. 3 of us", model.Because("scope-in-part-elsewhere", []string{"none configured", "3 of us"})},
		{"a\nb", model.Because("attributes-unknown", []string{"a", "b"})},
		{"6 without a usable uid (x): a; b; c; d; e and 1 more. They get nothing, and as each may be anybody, nobody counts as absent; all else goes on. " +
			"Write the attribute, let the bind account read it, or hold them by exclude_dns", model.Because("ids-unusable", 6, "uid", "x", []string{"a", "b", "c", "d", "e", "f"})},
	} {
		if got := english.Say(row.reason); got != row.want {
			t.Errorf("%s:\n%s\nwant\n%s", row.reason.Code, got, row.want)
		}
	}
}
