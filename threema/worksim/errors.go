package worksim

import (
	"errors"
	"fmt"
	"net/http"
)

// Reasons why a phone cannot activate.
var (
	ErrWrongCredentials = errors.New("username or password is wrong")
	ErrLocked           = errors.New("the credential is locked to another Threema ID")
	ErrRevoked          = errors.New("the Threema ID is revoked")
	ErrBadThreemaID     = errors.New("not a personal Threema ID: eight characters of 0-9 and A-Z")
)

// apiError is a refusal of the Work API or of the control endpoints.
type apiError struct {
	status int
	text   string
}

func (e *apiError) Error() string { return e.text }

func badRequest(format string, args ...any) error {
	return &apiError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

func unprocessable(format string, args ...any) error {
	return &apiError{http.StatusUnprocessableEntity, fmt.Sprintf(format, args...)}
}

func notFound(what string) error {
	return &apiError{http.StatusNotFound, what + " not found"}
}

// errorAnswer is the answer that reports err; an error of unknown kind would be the simulator's own fault.
func errorAnswer(err error) answer {
	status := http.StatusInternalServerError
	if refusal, ok := errors.AsType[*apiError](err); ok {
		status = refusal.status
	}
	return answer{status: status, body: map[string]string{"error": err.Error()}}
}
