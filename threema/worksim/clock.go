package worksim

import (
	"errors"
	"fmt"
	"time"
)

// The clock's range keeps differences of times within a time.Duration.
const (
	firstYear = 1970
	lastYear  = 2199
)

// checkClock refuses a time that the clock cannot show.
func checkClock(now time.Time) error {
	if year := now.Year(); year < firstYear || year > lastYear {
		return fmt.Errorf("the clock goes from %d to %d", firstYear, lastYear)
	}
	return nil
}

// now is the simulator's time, to be asked under the lock.
func (s *Server) now() time.Time {
	return s.clock().Add(s.offset).UTC().Truncate(time.Second)
}

// Now is the time of the simulator's clock.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// Advance moves the clock ahead: phones check in and delayed effects happen. It returns the new time.
func (s *Server) Advance(by time.Duration) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if by < 0 {
		return time.Time{}, errors.New("advance the clock: it cannot go backwards")
	}
	if err := checkClock(s.now().Add(by)); err != nil {
		return time.Time{}, fmt.Errorf("advance the clock: %w", err)
	}
	s.offset += by
	now := s.now()
	s.world.runUntil(now)
	return now, nil
}

// Activate lets a phone activate with username and password: the phone that holds threemaID, or a new one
// with a new ID if that is empty. It returns the ID, or ErrWrongCredentials, ErrLocked, ErrRevoked, ErrBadThreemaID.
func (s *Server) Activate(username, password, threemaID string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.world.runUntil(now)
	id, err := s.world.activate(username, password, threemaID, now)
	if err != nil {
		return "", fmt.Errorf("activate a phone: %w", err)
	}
	return id, nil
}
