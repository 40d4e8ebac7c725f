package threema

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// decodings has one row per reading of the contract (work-api §12); they are the
// seeds of the fuzz target too.
func decodings() []struct {
	name, text string
	decode     func([]byte, *tolerance) (any, error)
	want       any // nil: refused
} {
	march := time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC)
	return []struct {
		name, text string
		decode     func([]byte, *tolerance) (any, error)
		want       any
	}{
		{"subscription", `{"_links":[],"id":"A1B2C3D4E5","name":"Example","validUntil":"2026-03-01T09:30:00+0100","type":"Professional","licenseAmount":250,"new":[{}]}`,
			anyOf(decodeSubscription), model.Subscription{ID: "A1B2C3D4E5", Name: "Example", Type: "professional", ValidUntil: march, Licences: 250}},
		{"subscription, little", `{"id":"A1B2C3D4E5","name":null,"validUntil":"","type":null}`,
			anyOf(decodeSubscription), model.Subscription{ID: "A1B2C3D4E5"}},
		{"subscription, plan of tomorrow", `{"id":"A1B2C3D4E5","type":"Ultimate","validUntil":null}`,
			anyOf(decodeSubscription), model.Subscription{ID: "A1B2C3D4E5", Type: "ultimate"}},
		{"subscription, RFC 3339", `{"id":"A1B2C3D4E5","validUntil":"2026-03-01T09:30:00+01:00"}`,
			anyOf(decodeSubscription), model.Subscription{ID: "A1B2C3D4E5", ValidUntil: march}},
		{"subscription, UTC", `{"id":"A1B2C3D4E5","validUntil":"2026-03-01T08:30:00.000Z"}`,
			anyOf(decodeSubscription), model.Subscription{ID: "A1B2C3D4E5", ValidUntil: march}},
		{"subscription, no date", `{"id":"A1B2C3D4E5","validUntil":"tomorrow"}`, anyOf(decodeSubscription), model.Subscription{ID: "A1B2C3D4E5"}},
		{"subscription, number for a date", `{"id":"A1B2C3D4E5","validUntil":1}`, anyOf(decodeSubscription), model.Subscription{ID: "A1B2C3D4E5"}},
		{"subscription without id", `{"name":"Example"}`, anyOf(decodeSubscription), model.Subscription{ID: "name:Example", Name: "Example"}},
		{"subscription without id and name", `{"type":"professional"}`, anyOf(decodeSubscription), nil},
		{"subscription, list", `[]`, anyOf(decodeSubscription), nil},
		{"subscription, null", `null`, anyOf(decodeSubscription), nil},

		{"credentials, live", `{"credentials":[{"id":"a/b=","username":"jo","password":"canary","usage":1,"hashed":true,"locked":true}],"paging":{"count":20,"total":1,"page":0}}`,
			anyOf(decodeCredentials), page[model.Credential]{[]model.Credential{{ID: "a/b=", Username: "jo", Usage: 1, Hashed: true, Locked: true}}, 1, false}},
		{"credentials, as documented before 1.7", `{"credentials":[{"id":"1","username":null,"usage":0,"hash":true,"lock":true,"licenseAmount":2}],"paging":{"total":7}}`,
			anyOf(decodeCredentials), page[model.Credential]{[]model.Credential{{ID: "1", Hashed: true, Locked: true}}, 7, false}},
		{"credentials, new name wins", `{"credentials":[{"id":"1","usage":3,"hash":true,"hashed":false,"lock":true,"locked":false}],"paging":{"total":1}}`,
			anyOf(decodeCredentials), page[model.Credential]{[]model.Credential{{ID: "1", Usage: 3}}, 1, false}},
		{"credentials, none", `{"credentials":null,"paging":{"total":0}}`,
			anyOf(decodeCredentials), page[model.Credential]{[]model.Credential{}, 0, false}},
		{"credentials, usage missing", `{"credentials":[{"id":"1"}],"paging":{"total":1}}`, anyOf(decodeCredentials), nil},
		{"credentials, usage null", `{"credentials":[{"id":"1","usage":null}],"paging":{"total":1}}`, anyOf(decodeCredentials), nil},
		{"credentials, no id", `{"credentials":[{"username":"jo","usage":0}],"paging":{"total":1}}`, anyOf(decodeCredentials), nil},
		{"credentials, null entry", `{"credentials":[null],"paging":{"total":1}}`, anyOf(decodeCredentials), nil},
		{"credentials, no paging", `{"credentials":[]}`, anyOf(decodeCredentials), page[model.Credential]{[]model.Credential{}, 0, true}},
		{"credentials, no total", `{"credentials":[],"paging":{"count":0}}`, anyOf(decodeCredentials), page[model.Credential]{[]model.Credential{}, 0, true}},
		{"credentials, total as text", `{"credentials":[],"paging":{"total":"7"}}`, anyOf(decodeCredentials), page[model.Credential]{[]model.Credential{}, 7, false}},
		{"credentials, total in words", `{"credentials":[],"paging":{"total":"many"}}`, anyOf(decodeCredentials), nil},
		{"credentials, broken total", `{"credentials":[],"paging":{"total":7.5}}`, anyOf(decodeCredentials), nil},
		{"credentials, neither list nor total", `{}`, anyOf(decodeCredentials), nil},
		{"credentials, null and no total", `{"credentials":null}`, anyOf(decodeCredentials), nil},
		{"credentials, an error with 200", `{"error":"out of order"}`, anyOf(decodeCredentials), nil},
		{"credential, number as username", `{"id":"1","usage":0,"username":4711}`, anyOf(decodeCredential), model.Credential{ID: "1", Username: "4711"}},
		{"credentials, no list", `{"credentials":{"id":"1"},"paging":{"total":1}}`, anyOf(decodeCredentials), nil},
		{"credentials, cut", `{"credentials":[{"id":"1"`, anyOf(decodeCredentials), nil},
		{"new credential, little", `{"id":"1"}`, anyOf(decodeNewCredential), model.Credential{ID: "1"}},
		{"new credential, null", `{"id":"1","usage":null,"username":"jo"}`, anyOf(decodeNewCredential), model.Credential{ID: "1", Username: "jo"}},
		{"credential", `{"id":"1","usage":2}`, anyOf(decodeCredential), model.Credential{ID: "1", Usage: 2}},

		{"users, live", `{"users":[{"id":"ABCDEFGH","csi":"1","firstName":"Jo","lastName":null,"lastCheck":"2026-03-01T09:30:00+0100","createdAt":"","_links":[{"rel":"credential","link":"https://x.example/api/v1/credentials/a%2Fb%3D?x=/1#y/2"}]}],"paging":{"total":1}}`,
			anyOf(decodeUsers), page[model.User]{[]model.User{{ID: "ABCDEFGH", CSI: "1", FirstName: "Jo", LastCheck: march, CredentialID: "a/b="}}, 1, false}},
		{"user, ref", `{"id":"ABCDEFGH","_links":[null,{"ref":"self","link":"/users/ABCDEFGH"},{"ref":"credential","link":"a%252Fb+"}]}`,
			anyOf(decodeUser), model.User{ID: "ABCDEFGH", CredentialID: "a%2Fb+"}},
		{"user, link without address", `{"id":"ABCDEFGH","_links":[{"rel":"credential","link":null}]}`, anyOf(decodeUser), model.User{ID: "ABCDEFGH"}},
		{"user, no links", `{"id":"ABCDEFGH","_links":null}`, anyOf(decodeUser), model.User{ID: "ABCDEFGH"}},
		{"user, link to nothing", `{"id":"ABCDEFGH","_links":[{"rel":"credential","link":"/credentials/"}]}`, anyOf(decodeUser), nil},
		{"user, link badly encoded", `{"id":"ABCDEFGH","_links":[{"rel":"credential","link":"/credentials/%zz"}]}`, anyOf(decodeUser), nil},
		{"user, numbers", `{"id":"ABCDEFGH","csi":4711,"firstName":7,"lastName":-1.50}`, anyOf(decodeUser), model.User{ID: "ABCDEFGH", CSI: "4711", FirstName: "7", LastName: "-1.50"}},
		{"user, switch as csi", `{"id":"ABCDEFGH","csi":true}`, anyOf(decodeUser), nil},
		{"user, odd dates", `{"id":"ABCDEFGH","lastCheck":"2026-03-01","createdAt":{"year":2026}}`, anyOf(decodeUser), model.User{ID: "ABCDEFGH"}},
		{"user, number as id", `{"id":12345678}`, anyOf(decodeUser), nil},

		{"contacts, live", `{"contacts":[{"id":"ABCDEFGH","type":"auto","firstName":"","enabled":true,"directory_enabled":false}],"paging":{"total":1}}`,
			anyOf(decodeContacts), page[model.Contact]{[]model.Contact{{ID: "ABCDEFGH", Auto: true, Enabled: true, Directory: new(false)}}, 1, false}},
		{"contacts, as documented", `{"contacts":[{"threemaId":"ABCDEFGH","type":"custom","firstName":"Jo","lastName":"Doe"},{"threemaId":"*GATEWAY","type":"robot"}],"paging":{"total":2}}`,
			anyOf(decodeContacts), page[model.Contact]{[]model.Contact{{ID: "ABCDEFGH", FirstName: "Jo", LastName: "Doe"}, {ID: "*GATEWAY"}}, 2, false}},
		{"contacts, no id", `{"contacts":[{"type":"auto"}],"paging":{"total":1}}`, anyOf(decodeContacts), nil},

		{"settings, flat", `{"credentials":[{"id":"1","parameters":[{"name":"th_csi","value":"1"},{"name":"th_web_hosts","value":""},{"name":"th_nickname","value":null},{"name":"th_category"}]},{"id":"2","parameters":null}],"paging":{"total":2}}`,
			anyOf(decodeSettings), page[credentialSettings]{[]credentialSettings{{"1", map[string]string{"th_csi": "1"}, nil}, {"2", map[string]string{}, nil}}, 2, false}},
		{"settings, nested", `{"credentials":[ [{"id":"1","parameters":[{"name":"th_csi","value":"1"}]}, {"id":"2"}], {"id":"3"} ],"paging":{"total":3}}`,
			anyOf(decodeSettings), page[credentialSettings]{[]credentialSettings{{"1", map[string]string{"th_csi": "1"}, nil}, {"2", map[string]string{}, nil}, {"3", map[string]string{}, nil}}, 3, false}},
		{"settings, other names and types", `{"credentials":[{"id":"1","parameters":[{"id":"th_a","value":true},{"property":"th_b","value": 30 },{"name":"th_c","id":"th_x","value":{ "a": [1] }}]}],"paging":{"total":1}}`,
			anyOf(decodeSettings), page[credentialSettings]{[]credentialSettings{{"1", map[string]string{"th_a": "true", "th_b": "30", "th_c": `{"a":[1]}`}, map[string]bool{"th_a": true, "th_b": true, "th_c": true}}}, 1, false}},
		{"settings, none as an object", `{"credentials":[{"id":"1","parameters":{}}],"paging":{"total":1}}`,
			anyOf(decodeSettings), page[credentialSettings]{[]credentialSettings{{"1", map[string]string{}, nil}}, 1, false}},
		{"settings, some as an object", `{"credentials":[{"id":"1","parameters":{"th_csi":"1"}}],"paging":{"total":1}}`, anyOf(decodeSettings), nil},
		{"settings, neither list nor total", `{"credentials":null}`, anyOf(decodeSettings), nil},
		{"settings, none", `{"credentials":null,"paging":{"total":0}}`, anyOf(decodeSettings), page[credentialSettings]{[]credentialSettings{}, 0, false}},
		{"settings, no id", `{"credentials":[{"parameters":[]}],"paging":{"total":1}}`, anyOf(decodeSettings), nil},
		{"settings, no name", `{"credentials":[{"id":"1","parameters":[{"value":"x"}]}],"paging":{"total":1}}`, anyOf(decodeSettings), nil},
		{"settings, nested twice", `{"credentials":[[[{"id":"1"}]]],"paging":{"total":1}}`, anyOf(decodeSettings), nil},
	}
}

func anyOf[T any](decode func([]byte, *tolerance) (T, error)) func([]byte, *tolerance) (any, error) {
	return func(data []byte, odd *tolerance) (any, error) { return decode(data, odd) }
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range decodings() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.decode([]byte(tt.text), &tolerance{})
			switch {
			case tt.want == nil && err == nil:
				t.Fatalf("taken as %v", got)
			case tt.want != nil && err != nil:
				t.Fatal(err)
			case tt.want == nil:
				return
			}
			types := cmp.AllowUnexported(page[model.Credential]{}, page[model.User]{}, page[model.Contact]{}, page[credentialSettings]{}, credentialSettings{})
			if diff := cmp.Diff(tt.want, got, types); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzDecode gives every answer to every decoder: none may panic, and what is taken has ids.
func FuzzDecode(f *testing.F) {
	for _, d := range decodings() {
		f.Add([]byte(d.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := decodeSubscription(data, &tolerance{}); err == nil && s.ID == "" {
			t.Error("subscription without id")
		}
		for _, decode := range []func([]byte, *tolerance) (model.Credential, error){decodeCredential, decodeNewCredential} {
			if c, err := decode(data, &tolerance{}); err == nil && c.ID == "" {
				t.Error("credential without id")
			}
		}
		if u, err := decodeUser(data, &tolerance{}); err == nil && u.ID == "" {
			t.Error("user without id")
		}
		checkIDs(t, data, decodeCredentials, func(c model.Credential) string { return c.ID })
		checkIDs(t, data, decodeUsers, func(u model.User) string { return u.ID })
		checkIDs(t, data, decodeContacts, func(c model.Contact) string { return c.ID })
		checkIDs(t, data, decodeSettings, func(s credentialSettings) string { return s.id })
		if text := printable(serviceText(data)); utf8.RuneCountInString(text) > maxMessage || strings.ContainsAny(text, "\n\r\x1b") {
			t.Errorf("not fit to show: %q", text)
		}
	})
}

func checkIDs[T any](t *testing.T, data []byte, decode func([]byte, *tolerance) (page[T], error), id func(T) string) {
	t.Helper()
	p, err := decode(data, &tolerance{})
	if err != nil {
		return
	}
	for _, entry := range p.entries {
		if id(entry) == "" {
			t.Errorf("entry without id: %v", entry)
		}
	}
}

// FuzzID sends an id through a path and back through a link: it stays one segment and itself.
func FuzzID(f *testing.F) {
	for _, id := range []string{"abc", "a/b", "a%2Fb", "a+b==", "ä ?#;,&", "\x00\xff", "...", "*GATEWAY"} {
		f.Add(id)
	}
	client := &Client{base: &url.URL{Scheme: "https", Host: "work.example", Path: "/on prem/v1/"}}
	f.Fuzz(func(t *testing.T, id string) {
		address, err := client.address(request{path: []string{"credentials", id}})
		if err != nil {
			if id != "" && id != "." && id != ".." {
				t.Errorf("refused: %v", err)
			}
			return
		}
		parsed, err := url.Parse(address.String())
		if err != nil {
			t.Fatal(err)
		}
		last, ok := strings.CutPrefix(parsed.EscapedPath(), "/on%20prem/v1/credentials/")
		if !ok || strings.ContainsAny(last, "/+") {
			t.Errorf("path = %q", parsed.EscapedPath())
		}
		links := wireLinks{{Rel: "credential", Link: address.String()}}
		if got, err := links.id("credential"); err != nil || got != id {
			t.Errorf("id = %q, %v; want %q", got, err, id)
		}
	})
}

// TestToleratedIsTold: what is odd and understood is told once per answer, and without the value.
func TestToleratedIsTold(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text   string
		decode func([]byte, *tolerance) (any, error)
		says   string // of the only note; "": none
	}{
		"nothing odd":      {`{"users":[{"id":"A","csi":"1","lastCheck":null,"createdAt":""}],"paging":{"total":1}}`, anyOf(decodeUsers), ""},
		"no id":            {`{"name":"canary"}`, anyOf(decodeSubscription), "no id"},
		"validUntil":       {`{"id":"1","validUntil":"canary"}`, anyOf(decodeSubscription), "validUntil"},
		"total as text":    {`{"users":[],"paging":{"total":"0"}}`, anyOf(decodeUsers), "paging.total is a text"},
		"no total":         {`{"users":[]}`, anyOf(decodeUsers), "does not say how long"},
		"numeric csi":      {`{"users":[{"id":"A","csi":4711},{"id":"B","csi":4711}],"paging":{"total":2}}`, anyOf(decodeUsers), "a csi is a number"},
		"odd dates":        {`{"users":[{"id":"A","lastCheck":"canary"},{"id":"B","lastCheck":4711}],"paging":{"total":2}}`, anyOf(decodeUsers), "lastCheck"},
		"numeric username": {`{"id":"A","usage":0,"username":4711}`, anyOf(decodeCredential), "a username is a number"},
		"empty object":     {`{"credentials":[{"id":"1","parameters":{}},{"id":"2","parameters":{}}],"paging":{"total":2}}`, anyOf(decodeSettings), "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var odd tolerance
			if _, err := tt.decode([]byte(tt.text), &odd); err != nil {
				t.Fatal(err)
			}
			text := strings.Join(odd.words, "|")
			switch {
			case tt.says == "" && text != "", len(odd.words) > 1, !strings.Contains(text, tt.says):
				t.Errorf("told %q, want %q", text, tt.says)
			case strings.Contains(text, "canary"), strings.Contains(text, "4711"):
				t.Errorf("told a value: %q", text)
			}
		})
	}
}
