package mapping

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
)

func TestRules(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 255)
	tests := []struct {
		name      string
		rule      rule
		in        string
		want      string
		wantWrong string
	}{
		{"key: trimmed and composed", keyRule, " \tMu\u0308ller 1\n", "Müller 1", ""},
		{"key: 255 characters", keyRule, long, long, ""},
		{"key: 256 characters", keyRule, long + "x", "", "is longer than 255 characters"},
		{"key: control character", keyRule, "a\x00b", "", "holds characters that cannot be printed"},
		{"key: line end inside", keyRule, "a\nb", "", "holds characters that cannot be printed"},
		{"key: invisible character", keyRule, "a\u200bb", "", "holds characters that cannot be printed"},
		{"key: bidi control", keyRule, "a\u202eb", "", "holds characters that cannot be printed"},
		{"key: empty", keyRule, " ", "", ""},

		{"text: blanks", textRule, "  Anna\t Maria\u00a0\nvon  Arx ", "Anna Maria von Arx", ""},
		{"text: control and bidi", textRule, "A\x07n\u202en\u2066a\u200f", "Anna", ""},
		{"text: composed across a stripped control", textRule, "u\x00\u0308", "ü", ""},
		{"text: emoji stay", textRule, "Anna 👩\u200d🚀", "Anna 👩\u200d🚀", ""},
		{"text: 255 characters", textRule, long, long, ""},
		{"text: 256 characters", textRule, long + "x", "", "is longer than 255 characters"},

		{"nickname: short", nicknameRule, "Anna", "Anna", ""},
		{"nickname: 31 letters", nicknameRule, strings.Repeat("a", 31), strings.Repeat("a", 31), ""},
		{"nickname: 32 letters", nicknameRule, strings.Repeat("a", 32), strings.Repeat("a", 31), ""},
		{"nickname: 32 bytes", nicknameRule, strings.Repeat("ä", 17), strings.Repeat("ä", 16), ""},
		{"nickname: no half rune", nicknameRule, strings.Repeat("a", 30) + "€", strings.Repeat("a", 30), ""},
		{"nickname: no letter without its mark", nicknameRule, strings.Repeat("a", 30) + "q\u0308", strings.Repeat("a", 30), ""},
		{"nickname: no half picture", nicknameRule, strings.Repeat("a", 23) + " 👩\u200d🚀", strings.Repeat("a", 23), ""},
		{"nickname: no lost skin tone", nicknameRule, strings.Repeat("a", 25) + "👍🏽", strings.Repeat("a", 25), ""},
		{"nickname: no blank at the cut", nicknameRule, strings.Repeat("a", 30) + " bcd", strings.Repeat("a", 30), ""},

		{"category: sorted, once, trimmed", categoryRule, " Sales, , Bern ,Sales,\tA  B", "A B,Bern,Sales", ""},
		{"category: empty", categoryRule, ",, ,", "", ""},
		{"category: long label", categoryRule, "a," + long + "x", "", "is longer than 255 characters"},
		{"category: many labels", categoryRule, strings.Repeat("a,", 300) + long[:20] + "," + long[:500], "", "is longer than 255 characters"},
		{"category: often the same", categoryRule, strings.Repeat("a,", 300), "a", ""},

		{"email", emailRule, " anna@x.example ", "anna@x.example", ""},
		{"email: empty", emailRule, "", "", ""},
		{"email: no @", emailRule, "anna", "", "is no mail address"},
		{"email: two @", emailRule, "a@b@c", "", "is no mail address"},
		{"email: no domain", emailRule, "anna@", "", "is no mail address"},
		{"email: no name", emailRule, "@x", "", "is no mail address"},
		{"email: blank", emailRule, "an na@x", "", "is no mail address"},
		{"email: control", emailRule, "a\x00@x", "", "holds characters that cannot be printed"},

		{"phone", phoneRule(""), "+41441234567", "+41441234567", ""},
		{"phone: separators", phoneRule(""), " +41\u00a044 123-45\u201167 ", "+41441234567", ""},
		{"phone: DIN", phoneRule(""), "+49 (89) 123/45.67", "+49891234567", ""},
		{"phone: (0)", phoneRule(""), "+49 (0) 89 1234567", "+49891234567", ""},
		{"phone: empty", phoneRule(""), " ", "", ""},
		{"phone: national", phoneRule(""), "044 123 45 67", "", "is no international number such as +41441234567"},
		{"phone: 00", phoneRule(""), "0041441234567", "", "is no international number such as +41441234567"},
		{"phone: +0", phoneRule(""), "+0441234567", "", "is no international number such as +41441234567"},
		{"phone: extension", phoneRule(""), "+41441234567 ext. 3", "", "is no international number such as +41441234567"},
		{"phone: internal", phoneRule(""), "+4711", "", "is no international number such as +41441234567"},
		{"phone: too long", phoneRule(""), "+1234567890123456", "", "is no international number such as +41441234567"},
		{"phone: other digits", phoneRule(""), "+٤١٤٤١٢٣٤٥٦٧", "", "is no international number such as +41441234567"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, reason := tt.rule(tt.in)
			wrong := english.Say(reason)
			if got != tt.want || wrong != tt.wantWrong {
				t.Errorf("%+q gives %+q, %q; want %+q, %q", tt.in, got, wrong, tt.want, tt.wantWrong)
			}
		})
	}
}

// What a rule made is what the next pass makes of it; otherwise the plan would never settle.
func TestRulesAreIdempotent(t *testing.T) {
	t.Parallel()
	rules := map[string]rule{
		"key": keyRule, "text": textRule, "nickname": nicknameRule,
		"category": categoryRule, "email": emailRule, "phone": phoneRule(""), "phone in CH": phoneRule("CH"),
	}
	rapid.Check(t, func(t *rapid.T) {
		which := rapid.SampledFrom([]string{"key", "text", "nickname", "category", "email", "phone"}).Draw(t, "rule")
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ +(0)\-1-9@a-c,\x{308}\x{200d}👍🏽ä]{0,60}`)).Draw(t, "s")
		once, wrong := rules[which](s)
		if wrong.Code != "" {
			if once != "" {
				t.Errorf("%q is wrong (%v) and still gives %q", s, wrong, once)
			}
			return
		}
		twice, wrong := rules[which](once)
		if wrong.Code != "" || twice != once {
			t.Errorf("%s(%+q) = %+q, and again %+q %v", which, s, once, twice, wrong)
		}
		if utf8.RuneCountInString(once) > maxLength {
			t.Errorf("too long: %q", once)
		}
		if strings.ContainsFunc(once, unicode.IsControl) || !norm.NFC.IsNormalString(once) {
			t.Errorf("%s(%+q) = %+q has control characters or is not NFC", which, s, once)
		}
		switch which {
		case "nickname":
			if len(once) > 32 || len(utf16.Encode([]rune(once))) > 31 || !utf8.ValidString(once) {
				t.Errorf("nickname %+q has %d bytes", once, len(once))
			}
		case "category":
			if labels := strings.Split(once, ","); !slices.IsSorted(labels) {
				t.Errorf("labels %q are not sorted", labels)
			}
		}
	})
}
