package main

import "github.com/threema-dirsync/threema-dirsync/ldapsource"

// checkHandover tries where new passwords go, as the first joiner of a pass would.
func (a *assembly) checkHandover() []finding {
	if a.config.Handover.File == "" {
		return nil
	}
	path := a.config.Handover.File
	f := finding{"files", "handover.file", ldapsource.Pass, "make a file of mode 600 beside " + path + ", write, sync and remove it", "passwords can be handed over", ""}
	if err := handoverOf(a.config, a.files).Check(); err != nil {
		f.verdict, f.came = ldapsource.Failure, err.Error()
		f.advice = "without it nobody learns a new password, so no joiner gets a credential: mend it, or name a file elsewhere under handover.file"
	}
	return []finding{f}
}
