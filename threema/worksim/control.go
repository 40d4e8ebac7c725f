package worksim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// serveControl answers what stands below /_sim, for callers on this machine only.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request, path string) {
	if !peer(r).IsLoopback() {
		errorAnswer(&apiError{http.StatusForbidden, "the simulator is controlled from this machine only"}).write(w, false)
		return
	}
	a, err := s.control(r.Method+" "+path, r.Body)
	if err != nil {
		a = errorAnswer(err)
	}
	a.write(w, false)
}

func (s *Server) control(operation string, body io.Reader) (answer, error) {
	switch operation {
	case "POST /activations":
		return s.controlActivate(body)
	case "POST /clock":
		return s.controlClock(body)
	case "POST /faults":
		return s.controlFault(body)
	case "GET /faults":
		return ok(s.Faults()), nil
	case "DELETE /faults":
		s.ClearFaults()
		return done(), nil
	case "GET /state":
		return ok(s.State()), nil
	case "PUT /state":
		if err := s.Load(body); err != nil {
			return answer{}, badRequest("%v", err)
		}
		return done(), nil
	case "GET /requests":
		return ok(s.Requests()), nil
	case "DELETE /requests":
		s.ClearRequests()
		return done(), nil
	default:
		return answer{}, notFound("control operation " + operation)
	}
}

func (s *Server) controlActivate(body io.Reader) (answer, error) {
	var order struct {
		Username  string `json:"username"`
		Password  string `json:"password"`
		ThreemaID string `json:"threemaId"`
	}
	if err := decodeControl(body, &order); err != nil {
		return answer{}, err
	}
	id, err := s.Activate(order.Username, order.Password, order.ThreemaID)
	switch {
	case err == nil:
		return answer{status: http.StatusCreated, body: map[string]string{"threemaId": id}}, nil
	case errors.Is(err, ErrLocked):
		return answer{}, &apiError{http.StatusConflict, err.Error()}
	case errors.Is(err, ErrBadThreemaID):
		return answer{}, badRequest("%v", err)
	default:
		return answer{}, &apiError{http.StatusForbidden, err.Error()}
	}
}

func (s *Server) controlClock(body io.Reader) (answer, error) {
	var order struct {
		Advance string `json:"advance"`
	}
	if err := decodeControl(body, &order); err != nil {
		return answer{}, err
	}
	by, err := time.ParseDuration(order.Advance)
	if err != nil {
		return answer{}, badRequest("advance: %v", err)
	}
	now, err := s.Advance(by)
	if err != nil {
		return answer{}, badRequest("%v", err)
	}
	return ok(map[string]Time{"now": {now}}), nil
}

func (s *Server) controlFault(body io.Reader) (answer, error) {
	var f Fault
	if err := decodeControl(body, &f); err != nil {
		return answer{}, err
	}
	if err := s.AddFault(f); err != nil {
		return answer{}, badRequest("%v", err)
	}
	return answer{status: http.StatusCreated, body: f}, nil
}

// decodeControl reads one JSON value and nothing else. A misspelt member would make a test prove nothing: it is refused.
func decodeControl(body io.Reader, into any) error {
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return badRequest("read the request: %v", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return badRequest("read the request: it goes on after its JSON value")
	}
	return nil
}

// Load replaces the state by a JSON document of the shape of [State], of any size. Members that are missing have their
// default (an empty package); unknown ones are ignored. On an error nothing has changed.
func (s *Server) Load(document io.Reader) error {
	raw, err := io.ReadAll(document)
	if err != nil {
		return fmt.Errorf("read a state: %w", err)
	}
	if !bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{")) {
		return errors.New("read a state: it must be a JSON object")
	}
	state := State{Subscription: defaultSubscription(s.Now()), AutoContacts: true}
	if err := json.Unmarshal(raw, &state); err != nil {
		return fmt.Errorf("read a state: %w", err)
	}
	return s.SetState(state)
}
