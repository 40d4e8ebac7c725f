package doctor

import (
	"os"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
)

// checkFiles looks at the folder that a pass writes to, and for the stop file in it.
func (d Doctor) checkFiles() []Finding {
	f := Finding{Files, "state_dir", ldapsource.Pass, "look at " + d.Config.StateDir, "it is there and ours", ""}
	if d.Lost != nil {
		f.Verdict = ldapsource.Failure
		f.Came, f.Advice = d.Lost.Error(), "fix this first: no pass can be without its memory, and a password is not tried as long as nobody could remember that it was refused"
	} else if info, err := os.Stat(d.Config.StateDir); err == nil && info.Mode().Perm()&0o077 != 0 {
		f.Verdict = ldapsource.Warning
		f.Came, f.Advice = "others may enter it, and it holds personal data", "chmod 0700 "+d.Config.StateDir
	}
	if d.Stop == "" {
		return []Finding{f}
	}
	return []Finding{f, {Files, "stop file", ldapsource.Warning, "look for " + d.Config.StopFile(), d.Stop,
		"while it is there nobody's access is withdrawn and no Threema ID is detached or revoked"}}
}

// checkDoubts has a line for each file that says what the program does and that others can write to.
func (d Doctor) checkDoubts() []Finding {
	var findings []Finding
	for _, f := range d.Files.Doubts(d.Config, d.ConfigFile) {
		findings = append(findings, Finding{Files, f.Name, ldapsource.Warning, "look who can write to " + f.Path,
			f.Why + ", and so others could say where the secrets are sent", "unless that is meant so, type: " + f.Type})
	}
	return findings
}
