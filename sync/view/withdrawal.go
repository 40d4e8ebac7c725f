package view

import (
	"fmt"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"io"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// WithdrawalMeaning says in sentences what the withdrawal reaches and what it does not, and what to do next.
func WithdrawalMeaning(w outcomes.Withdrawal) []string {
	fate := fmt.Sprintf("leavers.id: %s", w.Policy.ID)
	leave := leaveMeaning(w)
	if w.Departed {
		return append(leave,
			"The departure begins with this, ahead of its confirmation and of grace.withdraw.",
			"The Threema ID follows by "+fate+", as ever: once the departure is confirmed, grace.id is over and whoever must has said yes.",
		)
	}
	again := "For the new phone, or to give access again later: threema-dirsync withdraw --undo " + w.Typed + " --reason TEXT. A pass then makes a new credential, with a new password " +
		"(credentials.recreate: true does so for everybody)."
	if w.Policy.Recreate {
		again = "CAUTION: credentials.recreate is true. Unless the account is disabled in the directory, the next passes make a new credential and hand it over."
	}
	return append(leave,
		"The directory does not prove that they left, so only what can be undone is done: the credential goes. The Threema ID stays, and nothing is detached (trennen) or revoked (widerrufen).",
		"IF THEY LEFT: disable the account in the directory. When that is confirmed, the departure goes on with the Threema ID ("+fate+").",
		"IF THEY STAY and a phone is lost or stolen: do NOT disable the account, for that begins their departure. Revoke the Threema ID of that phone by hand in the cockpit (widerrufen): "+
			"it is gone for ever, and the person gets a new one.",
		again,
	)
}

// leaveMeaning says what an order means for somebody on leave.
func leaveMeaning(w outcomes.Withdrawal) []string {
	if w.Suspended == nil {
		return nil
	}
	return []string{fmt.Sprintf("They are on leave of absence until %s (said by %s), which suspends a departure. This order is stronger: the access ends. "+
		"The leave goes on for the rest of it, the Threema ID; to end it: threema-dirsync hold --end %s", w.Suspended.LastDay, w.Suspended.By, w.Typed)}
}

// WriteAnnouncement says before a withdrawal whom it concerns and what it means.
func WriteAnnouncement(out io.Writer, w outcomes.Withdrawal) error {
	used := "used by no Threema ID"
	if len(w.ThreemaIDs) > 0 {
		used = "used by the Threema ID " + strings.Join(w.ThreemaIDs, ", ")
	}
	lines := []string{
		fmt.Sprintf("Withdrawing (Zugang entziehen) credential %s, %s, of %s", w.Username, used, PersonName(w.Subject)),
		"The directory says: " + english.Say(w.Directory),
	}
	return WriteLines(out, append(lines, WithdrawalMeaning(w)...)...)
}

// WriteWithdrawal writes what came of an order.
func WriteWithdrawal(out io.Writer, w outcomes.Withdrawal) error {
	lines := []string{strings.ToUpper(strings.ReplaceAll(w.Outcome, "-", " ")) + ": " + english.Say(w.Why)}
	if w.Outcome != outcomes.OrderWithdrawn && w.Outcome != outcomes.OrderAlready && w.Outcome != outcomes.OrderUnknown {
		lines = append(lines, "Nothing was withdrawn.")
	}
	if w.Stands {
		lines = append(lines, "The order stands: the next pass that may do so carries it out (at once: order it again). To take it back: threema-dirsync withdraw --undo "+w.Typed+" --reason TEXT")
	}
	return WriteLines(out, lines...)
}
