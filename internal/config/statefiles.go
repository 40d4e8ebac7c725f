package config

import "path/filepath"

// The files that the program keeps in state_dir. Whatever begins like the ledger belongs to it.
const (
	ledgerName = "ledger.db"
	stopName   = "stop"
	lockName   = "lock"
)

// LedgerFile is the memory of the program.
func (c *Config) LedgerFile() string { return filepath.Join(c.StateDir, ledgerName) }

// StopFile halts, while it exists, whatever takes something from a person.
func (c *Config) StopFile() string { return filepath.Join(c.StateDir, stopName) }

// LockFile is locked by a pass. It is a file of its own, never the database.
func (c *Config) LockFile() string { return filepath.Join(c.StateDir, lockName) }
