package sync_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain runs the tests, or, in a process that TestCrash started, one pass that gets killed.
func TestMain(m *testing.M) {
	if order := os.Getenv(childOrder); order != "" {
		os.Exit(child(order))
	}
	goleak.VerifyTestMain(m)
}
