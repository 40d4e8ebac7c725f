package main

import (
	"strings"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
)

// checkHandover tries where new passwords go, as the first joiner of a pass would.
func (a *assembly) checkHandover() []finding {
	sink, ok := handoverOf(a.config, a.files).(*handover.File)
	if !ok {
		return nil
	}
	path := a.config.Handover.File
	f := finding{"files", "handover.file", ldapsource.Pass, "make a file of mode 600 beside " + path + ", write, sync and remove it", "passwords can be handed over", ""}
	if err := sink.Check(); err != nil {
		f.verdict, f.came = ldapsource.Failure, err.Error()
		f.advice = "without it nobody learns a new password, so no joiner gets a credential: fix it, or name a file elsewhere under handover.file"
	} else if target, err := sink.Target(); err == nil && len(target.PassedOver) > 0 {
		f.verdict, f.came = ldapsource.Warning, strings.Join(target.PassedOver, ", ")+" has other columns or another separator than handover.csv and handover.columns say: "+
			"it stays as it is, and new lines go to "+target.File
		f.advice = "fetch and delete it, so that new lines are where they are expected"
	}
	return []finding{f}
}
