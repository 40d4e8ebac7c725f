package sync

import (
	"context"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// deliver hands over and only then closes the rows.
func (a *creating) deliver(ctx context.Context, created []*joiner) error {
	if len(created) == 0 {
		return nil
	}
	var entries []handover.Entry
	var settlements []model.Settlement
	for _, j := range created {
		entry := entryOf(j.change)
		entry.Password, entry.Earlier = j.password, a.earlier(j.change)
		entries = append(entries, entry)
		settlements = append(settlements, model.Settlement{Operation: j.operation.ID, Result: model.Done})
	}
	receipt, err := a.Handover.Deliver(shielded(ctx), entries)
	if err != nil {
		for _, j := range created {
			a.note(ctx, j.change, model.Uncertain, fmt.Errorf("created, but not handed over: %w", err))
		}
		return &toldError{err}
	}
	for _, j := range created {
		a.note(ctx, j.change, model.Done, nil)
	}
	a.done.handOver(receipt, len(entries))
	a.Logger.InfoContext(ctx, "passwords of new credentials handed over", "file", receipt.File, "lines", len(entries))
	if len(receipt.PassedOver) > 0 {
		a.Logger.WarnContext(ctx, "a hand-over file has another layout than handover.csv and handover.columns say, and was left as it is: fetch and delete it",
			"left", receipt.PassedOver, "file", receipt.File)
	}
	return a.settle(ctx, settlements...)
}

// handOver counts lines. Who fetches the file in the middle of a pass finds the rest in another.
func (d *applied) handOver(receipt handover.Receipt, lines int) {
	n := slices.IndexFunc(d.handedOver, func(h outcomes.HandedOver) bool { return h.File == receipt.File })
	if n < 0 {
		n = len(d.handedOver)
		d.handedOver = append(d.handedOver, outcomes.HandedOver{File: receipt.File, Left: receipt.PassedOver})
	}
	d.handedOver[n].Lines += lines
}

// entryOf is the hand-over line of a create, without the password.
func entryOf(c model.Change) handover.Entry {
	e := handover.Entry{
		Username: c.Username, CSI: c.CSI, FirstName: model.ValueOf(c.Settings, model.SettingFirstName), LastName: model.ValueOf(c.Settings, model.SettingLastName),
	}
	for _, cell := range c.Cells {
		e.Cells = append(e.Cells, cell.Value)
	}
	return e
}

// earlier are the usernames that were handed over to somebody before, under this directory ID or with this
// csi, and are worth nothing any more: their credentials are gone.
func (a *creating) earlier(c model.Change) []string {
	var usernames []string
	for _, username := range append(slices.Clone(a.past.byPerson[c.Person]), a.past.byCSI[c.CSI]...) {
		if !a.listed(username, c.CredentialID) && !slices.Contains(usernames, username) {
			usernames = append(usernames, username)
		}
	}
	return usernames
}

// pastCreates are the usernames that were handed over before this pass, the oldest first.
type pastCreates struct {
	byPerson map[model.PersonID][]string
	byCSI    map[string][]string
}

func newPastCreates(creates []model.PastCreate) pastCreates {
	past := pastCreates{map[model.PersonID][]string{}, map[string][]string{}}
	for _, c := range creates {
		past.byPerson[c.Person] = append(past.byPerson[c.Person], c.Username)
		past.byCSI[c.CSI] = append(past.byCSI[c.CSI], c.Username)
	}
	return past
}

// listed tells whether a credential of this name was in the package when the pass read it, beside the one that an
// interrupted create made: its name is that of a new line.
func (a *creating) listed(username, made string) bool {
	return slices.ContainsFunc(a.inventory.Credentials, func(c model.Credential) bool { return c.Username == username && c.ID != made })
}
