package worksim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Where a fault closes the connection.
const (
	DropBefore = "before" // nothing has happened, nothing is counted
	DropAfter  = "after"  // the request took effect, its answer is lost
	DropMiddle = "middle" // half of the answer's body arrives
)

// Fault makes requests to the Work API go wrong. Of several faults that match a request the oldest strikes.
//
// With Status the request has no effect and gets that answer; with Effect it happens all the same. With Delay
// the server waits before the request takes effect (a client that leaves meanwhile has caused nothing), with
// DropAfter or Effect behind it: a time-out after the effect.
type Fault struct {
	Method   string        `json:"method,omitempty"` // empty: any
	Path     string        `json:"path,omitempty"`   // prefix of the escaped path below the base; empty: any
	Status   int           `json:"status,omitempty"`
	Drop     string        `json:"drop,omitempty"`
	Delay    time.Duration `json:"-"`               // in JSON "delay", as text: "200ms"
	Times    int           `json:"times,omitempty"` // how often it strikes; 0: until cleared
	Skip     int           `json:"skip,omitempty"`  // so many matching requests pass before
	Effect   bool          `json:"effect,omitempty"`
	Truncate *int          `json:"truncate,omitempty"` // lists hold at most so many records a page, paging.total stays

	Body        string `json:"body,omitempty"`         // of the answer with Status; empty: an error in JSON
	ContentType string `json:"content_type,omitempty"` // of Body
	Location    string `json:"location,omitempty"`     // header of the answer with Status
}

// plainFault is a Fault without methods.
type plainFault Fault

type wireFault struct {
	plainFault
	Delay string `json:"delay,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (f Fault) MarshalJSON() ([]byte, error) {
	wire := wireFault{plainFault: plainFault(f)}
	if f.Delay > 0 {
		wire.Delay = f.Delay.String()
	}
	return json.Marshal(wire)
}

// UnmarshalJSON implements json.Unmarshaler; it refuses unknown members.
func (f *Fault) UnmarshalJSON(data []byte) error {
	var wire wireFault
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wire); err != nil {
		return err
	}
	*f = Fault(wire.plainFault)
	if wire.Delay == "" {
		return nil
	}
	delay, err := time.ParseDuration(wire.Delay)
	if err != nil {
		return fmt.Errorf("delay: %w", err)
	}
	f.Delay = delay
	return nil
}

func (f Fault) check() error {
	switch {
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return errors.New("status must be from 200 to 599")
	case !slices.Contains([]string{"", DropBefore, DropAfter, DropMiddle}, f.Drop):
		return errors.New("drop must be before, after or middle")
	case f.Status != 0 && (f.Drop == DropBefore || f.Drop == DropAfter):
		return errors.New("a dropped request has no status")
	case f.Status == 0 && (f.Body != "" || f.ContentType != "" || f.Location != "" || f.Effect):
		return errors.New("body, content_type, location and effect need a status")
	case f.Delay < 0 || f.Times < 0 || f.Skip < 0 || (f.Truncate != nil && *f.Truncate < 0):
		return errors.New("delay, times, skip and truncate cannot be negative")
	case f.Status == 0 && f.Drop == "" && f.Delay == 0 && f.Truncate == nil:
		return errors.New("a fault needs status, drop, delay or truncate")
	case f.Path != "" && !strings.HasPrefix(f.Path, "/"):
		return errors.New("path must begin with a slash")
	}
	return nil
}

func (f Fault) matches(method, path string) bool {
	return (f.Method == "" || strings.EqualFold(f.Method, method)) && strings.HasPrefix(path, f.Path)
}

// delays tells how long to wait before and after the effect.
func (f Fault) delays() (before, after time.Duration) {
	if f.Drop == DropAfter || f.Effect {
		return 0, f.Delay
	}
	return f.Delay, 0
}

// answer is what a fault with a status says.
func (f Fault) answer() answer {
	a := errorAnswer(&apiError{f.Status, "injected fault"})
	if f.Body != "" || f.ContentType != "" {
		a = answer{status: f.Status, raw: []byte(f.Body), contentType: f.ContentType}
	}
	if f.Status == http.StatusNoContent || f.Status == http.StatusNotModified {
		a = answer{status: f.Status}
	}
	a.header = map[string]string{DeviationHeader: "fault"}
	if f.Location != "" {
		a.header["Location"] = f.Location
	}
	return a
}

// takeFault finds the fault that strikes a request, the zero Fault for none, and uses it up.
func (s *Server) takeFault(method, path string) Fault {
	for i := range s.faults {
		f := &s.faults[i]
		if !f.matches(method, path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		struck := *f
		switch f.Times {
		case 0:
		case 1:
			s.faults = slices.Delete(s.faults, i, i+1)
		default:
			f.Times--
		}
		return struck
	}
	return Fault{}
}

// AddFault injects a fault.
func (s *Server) AddFault(f Fault) error {
	if err := f.check(); err != nil {
		return fmt.Errorf("add a fault: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
	return nil
}

// Faults lists the faults that are left, with the number of times that each one still strikes.
func (s *Server) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Fault{}, s.faults...)
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}
