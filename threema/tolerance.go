package threema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// tolerance collects what of an answer is not as the contract has it, and is understood all the same
// (work-api §14). It is told once per answer, without the values, which are personal.
type tolerance struct{ words []string }

func (t *tolerance) note(words string) {
	if !slices.Contains(t.words, words) {
		t.words = append(t.words, words)
	}
}

// wireNumber is a whole number that may come as a text, or be missing.
type wireNumber struct {
	value       int
	there, text bool
}

func (n *wireNumber) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	var text string
	n.text = json.Unmarshal(data, &text) == nil
	if !n.text {
		text = string(data)
	}
	var err error
	n.value, err = strconv.Atoi(text)
	n.there = err == nil
	if err != nil {
		return fmt.Errorf("%q is no whole number", printable(text))
	}
	return nil
}

// wireText is a text that may come as a number: some services turn every text of digits into one.
type wireText struct {
	value  string
	number bool
}

func (t *wireText) UnmarshalJSON(data []byte) error {
	var number json.Number
	if len(data) > 0 && data[0] != '"' && json.Unmarshal(data, &number) == nil {
		t.value, t.number = number.String(), number != ""
		return nil
	}
	return json.Unmarshal(data, &t.value)
}

// text is the value; what names the member for the note that it is a number.
func (t wireText) text(odd *tolerance, what string) string {
	if t.number {
		odd.note(what + " is a number, not a text; leading zeros of it are lost")
	}
	return t.value
}

// dateLayout is how the service writes a time: no colon in the offset, so it is not RFC 3339.
const dateLayout = "2006-01-02T15:04:05-0700"

// wireDate is a time of the service, in UTC. Null and "" are the zero time, and so is what cannot be
// read: nothing is concluded from a time that is not known.
type wireDate struct {
	value time.Time
	odd   bool
}

func (d *wireDate) UnmarshalJSON(data []byte) error {
	var text string
	*d = wireDate{}
	if json.Unmarshal(data, &text) == nil && text == "" {
		return nil
	}
	for _, layout := range []string{dateLayout, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			d.value = t.UTC()
			return nil
		}
	}
	d.odd = true
	return nil
}

// time is the value; what names the member for the note that it cannot be read.
func (d wireDate) time(odd *tolerance, what string) time.Time {
	if d.odd {
		odd.note(what + " is no time that can be read, so it counts as unknown")
	}
	return d.value
}

// orNone is a list that may come as an empty object where it has nothing.
type orNone[T any] struct {
	items  []T
	object bool
}

func (l *orNone[T]) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("{")) {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(data, &members); err != nil {
			return err
		}
		if len(members) > 0 {
			return fmt.Errorf("an object with %d members stands where a list belongs", len(members))
		}
		l.object = true
		return nil
	}
	return json.Unmarshal(data, &l.items)
}

// list is the items; what names the member for the note that it came as an object.
func (l orNone[T]) list(odd *tolerance, what string) []T {
	if l.object {
		odd.note(what + " is {} where it has nothing, not []")
	}
	return l.items
}
