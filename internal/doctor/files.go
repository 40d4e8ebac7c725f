package doctor

import (
	"os"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// checkFiles looks at the folder that a pass writes to, and for the stop file in it.
func (d Doctor) checkFiles() []Finding {
	f := Finding{Files, "state_dir", ldapsource.Pass, "look at " + d.Config.StateDir, model.Because("state-folder-ours"), model.Reason{}}
	if d.Lost != nil {
		f.Verdict = ldapsource.Failure
		f.Came, f.Advice = told(d.Lost), model.Because("mend-memory-first")
	} else if info, err := os.Stat(d.Config.StateDir); err == nil && info.Mode().Perm()&0o077 != 0 {
		f.Verdict = ldapsource.Warning
		f.Came, f.Advice = model.Because("state-folder-entered"), model.Because("close-state-folder", d.Config.StateDir)
	}
	if d.Stop == "" {
		return []Finding{f}
	}
	return []Finding{f, {Files, "stop file", ldapsource.Warning, "look for " + d.Config.StopFile(), model.Because("stop-file", d.Stop), model.Because("while-stopped")}}
}

// checkDoubts has a line for each file that says what the program does and that others can write to.
func (d Doctor) checkDoubts() []Finding {
	var findings []Finding
	for _, f := range d.Files.Doubts(d.Config, d.ConfigFile) {
		findings = append(findings, Finding{Files, f.Name, ldapsource.Warning, "look who can write to " + f.Path,
			model.Because("file-in-doubt", f.Why), model.Because("settle-doubt", f.Type)})
	}
	return findings
}
