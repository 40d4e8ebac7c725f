package main

import (
	"errors"
	"fmt"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
)

// What a command that failed did not do. Whoever typed it must not have to guess whether their word stands, as
// that of `withdraw` does even where the package is down.
const (
	noLeave    = "NOT RECORDED: nobody is on leave of absence by this, and nothing holds the departure. Type it again once that is out of the way"
	noEnd      = "NOT RECORDED: the leave of absence goes on as before. Type it again once that is out of the way"
	noUndo     = "NOT RECORDED: no withdrawal was taken back, and an order that was given stands. Type it again once that is out of the way"
	noOrder    = "NOT RECORDED: nobody's access was withdrawn by this, and no pass will do so. Type it again once that is out of the way"
	noApproval = "NOT RECORDED: nothing was approved"
	noBaseline = "NOT RECORDED: nothing was accepted. Type it again once that is out of the way"
	noTakeBack = "NOT RECORDED: no yes was taken back, and each that was given stands. Type it again once that is out of the way"
	noSource   = "NOT RECORDED: the ledger knows the source as before"
)

// notKept adds to the error of a command what it did not do. A set that has changed says so itself.
func notKept(err error, what string) error {
	_, told := errors.AsType[*dirsync.ChangedSetError](err)
	if err == nil || told || errors.Is(err, dirsync.ErrNothingWaits) {
		return err
	}
	return fmt.Errorf("%w\n%s", err, what)
}
