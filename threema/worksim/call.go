package worksim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// DeviationHeader marks an answer that leaves the contract on purpose; its value says why.
const DeviationHeader = "X-Sim-Deviation"

// handler carries out one operation of the Work API, under the lock of the server.
type handler func(*call) (answer, error)

// call is one request to the Work API.
type call struct {
	world     *world
	known     map[string]form
	now       time.Time
	base      string   // absolute address of the API, for links
	path      []string // segments below the base, decoded
	args      []string // those of them that the route leaves open
	query     url.Values
	header    http.Header
	body      []byte
	truncate  *int // fault: no page holds more
	deviation string
}

// answer is what goes back: body as JSON, or raw bytes of contentType.
type answer struct {
	status      int
	body        any
	raw         []byte
	contentType string
	header      map[string]string
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func done() answer { return answer{status: http.StatusNoContent} }

// deviates notes that the answer leaves the contract because of a quirk.
func (c *call) deviates(quirk string) { c.deviation = "quirk " + quirk }

// decode reads the JSON object of the request. Unknown members are taken, as the service does.
func (c *call) decode(into any) error {
	if kind, _, err := mime.ParseMediaType(c.header.Get("Content-Type")); err != nil || kind != "application/json" {
		return badRequest("the body must be application/json")
	}
	if !utf8.Valid(c.body) || !bytes.HasPrefix(bytes.TrimLeft(c.body, " \t\r\n"), []byte("{")) {
		return badRequest("the body must be a JSON object")
	}
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	if err := decoder.Decode(into); err != nil {
		return badRequest("the body is malformed: %v", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return badRequest("the body goes on after its JSON object")
	}
	return nil
}

// link points to a related resource.
type link struct {
	Ref  string `json:"ref,omitempty"`
	Rel  string `json:"rel,omitempty"`
	Link string `json:"link"`
}

// links makes the one link to the resource of these path segments.
func (c *call) links(relation string, segments ...string) []link {
	var address strings.Builder
	address.WriteString(c.base)
	for _, segment := range segments {
		address.WriteString("/" + url.PathEscape(segment))
	}
	if c.world.quirks[LinksRef] {
		return []link{{Ref: relation, Link: address.String()}}
	}
	return []link{{Rel: relation, Link: address.String()}}
}

// text is a text that a quirk may turn into null or leave out when it is empty, and one of digits into
// a number.
type text struct {
	value              string
	null, omit, number bool
}

func (c *call) text(value string) text {
	if value != "" {
		return text{value: value}
	}
	if c.world.quirks[NullMembers] {
		c.deviates(NullMembers)
	}
	return text{null: c.world.quirks[NullMembers], omit: c.world.quirks[OmitMembers]}
}

// IsZero tells encoding/json to leave the member out.
func (t text) IsZero() bool { return t.omit }

// MarshalJSON implements json.Marshaler.
func (t text) MarshalJSON() ([]byte, error) {
	switch {
	case t.null:
		return []byte("null"), nil
	case t.number:
		return json.Marshal(json.Number(cmp.Or(strings.TrimLeft(t.value, "0"), "0")))
	}
	return json.Marshal(t.value)
}

// encode returns the bytes of the answer's body and their type.
func (a answer) encode() ([]byte, string) {
	if a.body == nil {
		return a.raw, a.contentType
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(a.body); err != nil {
		panic(err) // only a mistake of this package can make an answer that JSON cannot hold
	}
	return buffer.Bytes(), "application/json"
}

// write sends the answer; cut stops in the middle of the body and closes the connection.
func (a answer) write(w http.ResponseWriter, cut bool) {
	body, contentType := a.encode()
	if contentType != "" {
		w.Header().Set("Content-Type", contentType)
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(a.status)
	if !cut {
		_, _ = w.Write(body) // a client that has gone away is no concern of ours
		return
	}
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
