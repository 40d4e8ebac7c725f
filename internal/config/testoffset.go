package config

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// testOffset is the variable that shifts the program's clock in tests (design §6).
const testOffset = "THREEMA_DIRSYNC_TEST_OFFSET"

// TestOffset returns how far to shift the clock; 0 outside tests. A shifted clock would cut
// every grace short, so it is refused ([Errors]) unless the Work API is on this machine.
func TestOffset(cfg *Config, getenv func(string) string) (time.Duration, error) {
	text := getenv(testOffset)
	if text == "" {
		return 0, nil
	}
	if !isLoopback(cfg.Threema.BaseURL.Hostname()) {
		return 0, Errors{{Path: testOffset, Mistake: Mistake{model.Because("clock-shifted")}}}
	}
	offset, err := ParseDuration(text)
	if err != nil {
		return 0, Errors{{Path: testOffset, Mistake: mistakeOf(err)}}
	}
	return offset, nil
}
