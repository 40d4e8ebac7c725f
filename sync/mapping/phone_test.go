package mapping

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestNationalPhoneNumbers: each country has prefixes of its own, and a number that nobody can dial there
// is none.
func TestNationalPhoneNumbers(t *testing.T) {
	t.Parallel()
	for country, numbers := range map[string]map[string]string{
		"CH": {
			"079 123 45 67": "+41791234567", "(079) 123 45 67": "+41791234567", "079/123.45.67": "+41791234567", "0 79 123 45 67": "+41791234567",
			"(0)79 123 45 67": "+41791234567", "0041 79 123 45 67": "+41791234567", "0041 (0)79 123 45 67": "+41791234567",
			"+41 (0)79 123 45 67": "+41791234567", "+49 89 1234567": "+49891234567", "0049 89 1234567": "+49891234567",
			"4711": "", "079 123 45": "", "079 123 45 67 89 0": "", "079 123 45 67 ext. 3": "", "079-CALLME1": "", "tel:079;phone-context=+41": "",
			"0791234567+": "", "٠٧٩١٢٣٤٥٦٧": "", " ": "",
		},
		"DE": {"0170 1234567": "+491701234567", "0041 79 123 45 67": "+41791234567"},
		"IT": {"06 1234 5678": "+390612345678", "(0)6 1234 5678": "+390612345678", "347 123 4567": "+393471234567"}, // where the zero stays
		"US": {"(415) 555-2671": "+14155552671", "1-415-555-2671": "+14155552671", "011 41 79 123 45 67": "+41791234567", "0041 79 123 45 67": ""},
		"":   {"079 123 45 67": "", "0041 79 123 45 67": "", "+41 79 123 45 67": "+41791234567"},
	} {
		for in, want := range numbers {
			got, wrong := phoneRule(country)(in)
			if got != want || (wrong.Code == "") != (want != "" || strings.TrimSpace(in) == "") {
				t.Errorf("%q in %q: %q, %v; want %q", in, country, got, wrong, want)
			}
		}
	}
}

// TestPhoneRuleNeverFails: whatever stands in the directory, and what comes out stays as it is.
func TestPhoneRuleNeverFails(t *testing.T) {
	t.Parallel()
	numbers := rapid.OneOf(rapid.String(), rapid.StringMatching(`[+(]?[0-9 ()/.-]{0,20}`))
	rapid.Check(t, func(t *rapid.T) {
		rule := phoneRule(rapid.SampledFrom([]string{"CH", "DE", "US", "IT", ""}).Draw(t, "country"))
		number, wrong := rule(numbers.Draw(t, "number"))
		if again, stillWrong := rule(number); again != number || number != "" && (wrong.Code != "" || stillWrong.Code != "") {
			t.Errorf("%q became %q (%v, %v)", number, again, wrong, stillWrong)
		}
	})
}

func TestPhoneCountryIsOne(t *testing.T) {
	t.Parallel()
	for country, want := range map[string]string{"CH": "", "ch": "mapping.phone_country: \"ch\" is no country", "Schweiz": "is no country", "+41": "is no country"} {
		_, err := New(Templates{CSI: "{{ .a }}", FirstName: "{{ .a }}", LastName: "{{ .a }}", Username: "{{ .a }}", LinkedPhone: "{{ .m }}", PhoneCountry: country})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", country, err, want)
		}
	}
	_, err := New(Templates{CSI: "{{ .a }}", FirstName: "{{ .a }}", LastName: "{{ .a }}", Username: "{{ .a }}", PhoneCountry: "CH"})
	if err == nil || !strings.Contains(err.Error(), "mapping.linked_phone") {
		t.Errorf("without a number: %v", err)
	}
}
