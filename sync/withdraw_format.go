package sync

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// whoAsks says what asks for an approval: a question, or the name of a rule.
func (w *Withdrawal) whoAsks() string {
	switch {
	case len(w.Withdrawal().Questions) > 0:
		return english.Join(w.Withdrawal().Questions) + ". That"
	case w.Withdrawal().Protected:
		return "protect"
	}
	return "leavers.approval: " + string(w.policy.Approval)
}

func (w *Withdrawal) describeGuard() string {
	var words []string
	for _, g := range w.Guards {
		words = append(words, g.Name+": "+english.Join(g.Reasons))
	}
	return strings.Join(words, "; ")
}

// describeDone tells what was done, and which of the steps beside it was not.
func (w *Withdrawal) describeDone(r *Report) string {
	words := []string{"credential " + w.Username + " is withdrawn (Zugang entzogen); the app stops within 24 hours, or when it is next opened"}
	for _, x := range r.Results {
		if x.Change.Op.GoesAlong() && x.Result != model.Done {
			words = append(words, fmt.Sprintf("the contact %s is still enabled (%s), the next pass tries again", x.Change.ThreemaID, x.Message))
		}
	}
	if s := w.Suspended; s != nil {
		words = append(words, "the leave of absence goes on until "+s.LastDay+", for what is left of a departure")
	}
	return strings.Join(words, "; ")
}

// Meaning says in sentences what the withdrawal reaches and what it does not, and what to do next.
func (w Withdrawal) Meaning() []string {
	fate := fmt.Sprintf("leavers.id: %s", w.policy.ID)
	leave := w.leaveMeaning()
	if w.Departed {
		return append(leave,
			"The departure begins with this, ahead of its confirmation and of grace.withdraw.",
			"The Threema ID follows by "+fate+", as ever: once the departure is confirmed, grace.id is over and whoever must has said yes.",
		)
	}
	again := "For the new phone, or to give access again later: threema-dirsync withdraw --undo " + w.Typed + " --reason TEXT. A pass then makes a new credential, with a new password " +
		"(credentials.recreate: true does so for everybody)."
	if w.policy.Recreate {
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
func (w Withdrawal) leaveMeaning() []string {
	if w.Suspended == nil {
		return nil
	}
	return []string{fmt.Sprintf("They are on leave of absence until %s (said by %s), which suspends a departure. This order is stronger: the access ends. "+
		"The leave goes on for the rest of it, the Threema ID; to end it: threema-dirsync hold --end %s", w.Suspended.LastDay, w.Suspended.By, w.Typed)}
}

// Announcement says before the withdrawal whom it concerns and what it means.
func (w Withdrawal) Announcement() []string {
	used := "used by no Threema ID"
	if len(w.ThreemaIDs) > 0 {
		used = "used by the Threema ID " + strings.Join(w.ThreemaIDs, ", ")
	}
	return append([]string{
		fmt.Sprintf("Withdrawing (Zugang entziehen) credential %s, %s, of %s", w.Username, used, w.name()),
		"The directory says: " + english.Say(w.Directory),
	}, w.Meaning()...)
}

func (w Withdrawal) name() string { return personName(w.CSI, w.DN, w.Person) }

func personName(csi, dn string, person model.PersonID) string {
	return strings.Join(strings.Fields(csi+" "+dn), " ") + " (" + person.String() + ")"
}

// Format writes the outcome for people.
func (w Withdrawal) Format(out io.Writer) error {
	head := strings.ToUpper(strings.ReplaceAll(w.Outcome, "-", " "))
	_, err := fmt.Fprintln(out, model.Harmless(head+": "+w.Message))
	if err == nil && w.Outcome != OrderWithdrawn && w.Outcome != OrderAlready && w.Outcome != OrderUnknown {
		_, err = fmt.Fprintln(out, "Nothing was withdrawn.")
	}
	if err == nil && w.Stands {
		_, err = fmt.Fprintln(out, model.Harmless("The order stands: the next pass that may do so carries it out (at once: order it again). To take it back: threema-dirsync withdraw --undo "+
			w.Typed+" --reason TEXT"))
	}
	return err
}

// MarshalJSON writes the outcome for programs: members are added, never renamed.
func (w Withdrawal) MarshalJSON() ([]byte, error) {
	list := func(words []string) []string { return append([]string{}, words...) }
	doc := map[string]any{
		"outcome": w.Outcome, "exitCode": w.ExitCode, "message": w.Message, "code": cmp.Or(w.Already.Code, w.Refused.Code),
		"person":   map[string]string{"source": w.Person.Source, "id": w.Person.ID, "csi": w.CSI, "dn": w.DN},
		"username": w.Username, "credentialId": w.CredentialID, "threemaIds": list(w.ThreemaIDs),
		"departed": w.Departed, "directory": english.Say(w.Directory), "directoryCode": w.Directory.Code, "meaning": []string{}, "hash": w.Hash,
		"changes": view.NewChangesJSON(w.Changes), "suspended": nil, "stands": w.Stands,
	}
	if s := w.Suspended; s != nil {
		doc["suspended"] = map[string]any{"lastDay": s.LastDay, "until": s.Until.UTC(), "by": s.By}
	}
	if len(w.Changes) > 0 {
		doc["meaning"] = w.Meaning()
	}
	return json.Marshal(doc)
}
