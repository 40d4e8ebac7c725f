package doctor

import (
	"strings"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/status"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// checkHandover tries where new passwords go, as the first joiner of a pass would.
func (d Doctor) checkHandover() []Finding {
	if d.Handover == nil {
		return nil
	}
	path := d.Config.Handover.File
	f := Finding{Files, "handover.file", ldapsource.Pass, "make a file of mode 600 beside " + path + ", write, sync and remove it", "passwords can be handed over", ""}
	if err := d.Handover.Check(); err != nil {
		f.Verdict, f.Came = ldapsource.Failure, err.Error()
		f.Advice = "without it nobody learns a new password, so no joiner gets a credential: fix it, or name a file elsewhere under handover.file"
	} else if target, err := d.Handover.Target(); err == nil && len(target.PassedOver) > 0 {
		f.Verdict, f.Came = ldapsource.Warning, strings.Join(target.PassedOver, ", ")+" has other columns or another separator than handover.csv and handover.columns say: "+
			"it stays as it is, and new lines go to "+target.File
		f.Advice = "fetch and delete it, so that new lines are where they are expected"
	}
	return append([]Finding{f}, d.checkWaiting()...)
}

// checkWaiting has a line for each file with passwords that nobody has fetched yet.
func (d Doctor) checkWaiting() []Finding {
	const name, tried = "handover.file: waiting", "look for lines that nobody has fetched"
	waiting, err := d.Handover.Waiting()
	if err != nil {
		return []Finding{{Files, name, ldapsource.Warning, tried, err.Error(), "let this user read it, or look yourself whether passwords lie there"}}
	}
	var findings []Finding
	for _, w := range waiting {
		findings = append(findings, Finding{Files, name, ldapsource.Pass, tried, view.UnfetchedWords(status.Unfetched(w)), ""})
	}
	return findings
}
