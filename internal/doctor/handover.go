package doctor

import (
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/status"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// checkHandover tries where new passwords go, as the first joiner of a pass would.
func (d Doctor) checkHandover() []Finding {
	if d.Handover == nil {
		return nil
	}
	path := d.Config.Handover.File
	f := Finding{Files, "handover.file", ldapsource.Pass, "make a file of mode 600 beside " + path + ", write, sync and remove it", model.Because("handover-works"), model.Reason{}}
	if err := d.Handover.Check(); err != nil {
		f.Verdict, f.Came = ldapsource.Failure, told(err)
		f.Advice = model.Because("mend-handover")
	} else if target, err := d.Handover.Target(); err == nil && len(target.PassedOver) > 0 {
		f.Verdict, f.Came = ldapsource.Warning, model.Because("handover-passed-over", target.PassedOver, target.File)
		f.Advice = model.Because("fetch-passed-over")
	}
	return append([]Finding{f}, d.checkWaiting()...)
}

// checkWaiting has a line for each file with passwords that nobody has fetched yet.
func (d Doctor) checkWaiting() []Finding {
	const name, tried = "handover.file: waiting", "look for lines that nobody has fetched"
	waiting, err := d.Handover.Waiting()
	if err != nil {
		return []Finding{{Files, name, ldapsource.Warning, tried, told(err), model.Because("let-handover-be-read")}}
	}
	var findings []Finding
	for _, w := range waiting {
		findings = append(findings, Finding{Files, name, ldapsource.Pass, tried, model.Because("lines-unfetched", view.UnfetchedWords(status.Unfetched(w))), model.Reason{}})
	}
	return findings
}
