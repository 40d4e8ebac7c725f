package model

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// Stamp, StampOr and Counted are those of package wording.
func Stamp(t time.Time) string                { return wording.Stamp(t) }
func StampOr(t time.Time, none string) string { return wording.StampOr(t, none) }
func Counted(n int, one, many string) string  { return wording.Counted(n, one, many) }
