package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
)

// checkHandover tries where new passwords go, as the first joiner of a pass would. configFile is
// where the configuration was read.
func (a *assembly) checkHandover(configFile string) []finding {
	sink, ok := handoverOf(a.config).(interface{ Check() error })
	if !ok {
		return nil
	}
	path := a.config.Handover.File
	f := finding{"files", "handover.file", ldapsource.Pass, "make a file of mode 600 beside " + path + ", write, sync and remove it", "passwords can be handed over", ""}
	if what := a.ownFile(configFile, path); what != "" {
		f.verdict, f.came = ldapsource.Failure, path+" is "+what+", and the first new password would be added to it"
		f.advice = "name another file under handover.file"
	} else if err := sink.Check(); err != nil {
		f.verdict, f.came = ldapsource.Failure, err.Error()
		f.advice = "without it nobody learns a new password, so no joiner gets a credential: mend it, or name a file elsewhere under handover.file"
	}
	return []finding{f}
}

// ownFile says which file of this program a path names, "" if none.
func (a *assembly) ownFile(configFile, path string) string {
	if sameFolder(filepath.Dir(path), a.config.StateDir) {
		switch name := filepath.Base(path); {
		case strings.HasPrefix(name, filepath.Base(ledgerPath(a.config))):
			return "a file of the ledger"
		case name == filepath.Base(stopFile(a.config.StateDir)):
			return "the stop file"
		case name == lockName:
			return "the lock of the passes"
		}
	}
	named := []struct{ key, path string }{
		{"the configuration", configFile}, {"threema.api_key_file", a.config.Threema.APIKeyFile}, {"threema.ca_file", a.config.Threema.CAFile},
		{"a file of the ledger", ledgerPath(a.config)},
	}
	for _, s := range a.config.Sources {
		key := "sources." + s.Name + "."
		named = append(named, []struct{ key, path string }{
			{key + "ca_file", s.CAFile}, {key + "bind_password_file", s.BindPasswordFile},
			{key + "client_cert_file", s.ClientCertFile}, {key + "client_key_file", s.ClientKeyFile},
		}...)
	}
	for _, n := range named {
		if n.path != "" && samePlace(path, n.path) {
			return fmt.Sprintf("also %s", n.key)
		}
	}
	return ""
}

// samePlace tells whether two paths lead to one file, be it there or not.
func samePlace(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return os.SameFile(infoA, infoB)
	}
	return filepath.Base(a) == filepath.Base(b) && sameFolder(filepath.Dir(a), filepath.Dir(b))
}

func sameFolder(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}
