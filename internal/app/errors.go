package app

import "errors"

// ErrBusy is that another pass has the lock.
var ErrBusy = errors.New("another pass is running; nothing was done")

// ConfigError is a mistake of the configuration, or of what it names: to try again does not help.
type ConfigError struct{ Err error }

func (e *ConfigError) Error() string { return e.Err.Error() }
func (e *ConfigError) Unwrap() error { return e.Err }
