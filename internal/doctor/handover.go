package doctor

import (
	"strings"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
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
	return []Finding{f}
}
