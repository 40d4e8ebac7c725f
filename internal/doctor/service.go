package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
)

// handedOver stands for $CREDENTIALS_DIRECTORY of the service: what the configuration names by a bare
// name lies there.
const handedOver = "/run/credentials/" + unitName + ".service"

// serviceView is what check, typed by root, knows of the service: root sees more than its user does.
type serviceView struct {
	who        servant
	unit       unit // nil: none is installed
	sees       sight
	verdict    ldapsource.Verdict // of what it may not do
	config     *config.Config     // as the service reads it
	configFile string
}

// AsTheService looks with the eyes of the service at each file and folder that the configuration names.
// Root asks, before it gives that up; nobody else is told anything.
func AsTheService(ctx context.Context, configFile string, getenv func(string) string) []Finding {
	if os.Geteuid() != 0 {
		return nil
	}
	return seenBy(ctx, configFile, getenv, installedUnit(ctx), plainfile.ServiceAccount)
}

// seenBy looks as the user of a unit. Where there is none, name is whom the service may run as.
func seenBy(ctx context.Context, configFile string, getenv func(string) string, u unit, name string) []Finding {
	s := serviceView{unit: u, verdict: ldapsource.Failure, configFile: configFile}
	switch {
	case s.unit == nil:
		s.verdict = ldapsource.Warning // it may begin as root, and read everything before it gives that up
	case s.unit.on("DynamicUser") || s.unit.last("User") == "":
		return nil
	case !sameFile(s.unit.configFile(), configFile):
		return []Finding{{Files, "service", ldapsource.Skipped, "look at the files as the service will", "the service reads " + s.unit.configFile() + ", and this is " + configFile,
			"type threema-dirsync check --config " + s.unit.configFile()}}
	default:
		name = s.unit.last("User")
	}
	var err error
	if s.who, err = servantOf(name, s.unit.last("Group"), s.unit.words("SupplementaryGroups")); err != nil {
		return s.nobody(name, err)
	}
	if s.config, err = config.Load(configFile, s.environment(getenv)); err != nil {
		return nil // the rest of check tells it
	}
	if s.unit == nil && !s.owns(s.config.StateDir) {
		return nil
	}
	s.sees = sightOf(ctx, s.who)
	return s.judge()
}

// nobody is a unit whose user does not exist.
func (s serviceView) nobody(name string, err error) []Finding {
	if s.unit == nil {
		return nil
	}
	return []Finding{{Files, "service", s.verdict, "look for the user of the service", err.Error(),
		"the service does not start (217/USER) before there is a user " + name + "; type: systemd-sysusers"}}
}

// environment is that of the service, as far as the configuration asks for it.
func (s serviceView) environment(ours func(string) string) func(string) string {
	return func(name string) string {
		switch {
		case name != "CREDENTIALS_DIRECTORY":
			return ours(name)
		case s.unit != nil && len(s.unit.credentials()) == 0:
			return ""
		}
		return handedOver
	}
}

// judge has a line for each thing that the service may not do, or one that says it may do all.
func (s serviceView) judge() []Finding {
	findings := s.reading("configuration", s.configFile, fmt.Sprintf("chgrp %[1]s %[2]s; chmod 640 %[2]s", s.who.group, s.configFile))
	for _, f := range s.config.ReadFiles() {
		if f.Secret {
			findings = append(findings, s.secret(f)...)
		} else {
			findings = append(findings, s.reading(f.Key, f.Path, "chmod 644 "+f.Path)...)
		}
	}
	findings = slices.Concat(findings, s.loading(), s.stateDir(), s.handover())
	if len(findings) == 0 {
		return []Finding{{Files, "service", ldapsource.Pass, "look at each file and folder as the service will, user " + s.who.name, "it may read and write what the configuration names", ""}}
	}
	return findings
}

func (s serviceView) finding(key, path, came, advice string) Finding {
	return Finding{Files, "service", s.verdict, "look at " + path + " (" + key + ") as the service will, user " + s.who.name, came, advice}
}

// reading looks at a file that the service opens itself. todo is what lets it.
func (s serviceView) reading(key, path, todo string) []Finding {
	if by := s.unit.hides(whereTo(path)); by != "" {
		return []Finding{s.finding(key, path, "its unit keeps that out of its sight ("+by+"=)",
			fmt.Sprintf("type: install -m 640 -g %s %s /etc/threema-dirsync/, and name that file", s.who.group, path))}
	}
	return s.kept(key, path, s.sees.barrier("-r", path), "read", todo)
}

// kept tells of what keeps the service from a file or folder: itself, or a folder on the way; "" for nothing.
func (s serviceView) kept(key, path, barrier, from, todo string) []Finding {
	switch barrier {
	case "":
		return nil
	case path, whereTo(path):
		return []Finding{s.finding(key, path, "root may "+from+" it, and the service may not", "type: "+todo)}
	}
	return []Finding{s.finding(key, path, "the service may not enter "+barrier+", and so does not get there",
		fmt.Sprintf("type: chgrp %[1]s %[2]s; chmod g+x %[2]s; or keep it in a folder that the service may enter, as /etc/threema-dirsync", s.who.group, barrier))}
}

// secret looks whether the service gets a secret. By a bare name systemd hands it over: then the file
// counts that the unit loads, and not what the service may read.
func (s serviceView) secret(f config.ReadFile) []Finding {
	loads := s.unit.credentials()
	name, bare := strings.CutPrefix(f.Path, handedOver+"/")
	if !bare {
		return s.kept(f.Key, f.Path, s.sees.barrier("-r", f.Path), "read", s.byName(f))
	}
	file, loaded := loads[name]
	byHand := filepath.Join(filepath.Dir(s.configFile), name)
	switch {
	case s.unit == nil:
		return nil
	case !loaded:
		return []Finding{s.finding(f.Key, byHand, "the unit hands over no secret "+name, plainfile.DropIn("LoadCredential="+name+":"+byHand))}
	case file != "" && !sameFile(file, byHand):
		warning := s.finding(f.Key, byHand, "the service gets "+file+" instead, which the unit loads under that name, and which was not tried", "see that both hold the same: cmp "+byHand+" "+file)
		warning.Verdict = ldapsource.Warning
		return []Finding{warning}
	}
	return nil
}

// byName is what to type for a secret that the configuration names by its full path.
func (s serviceView) byName(f config.ReadFile) string {
	name := filepath.Base(f.Path)
	advice := fmt.Sprintf("sed -i 's#%s#%s#' %s (systemd hands secrets over by their bare names)", f.Path, name, s.configFile)
	switch file, loaded := s.unit.credentials()[name]; {
	case s.unit == nil:
		return fmt.Sprintf("chown %[1]s %[2]s; chmod 600 %[2]s", s.who.name, f.Path)
	case !loaded:
		return advice + "; then " + plainfile.DropIn("LoadCredential="+name+":"+f.Path)
	case file != "" && !sameFile(file, f.Path):
		return advice + fmt.Sprintf("; and install -m 600 %s %s, which the unit loads", f.Path, file)
	}
	return advice
}

// loading looks for each file that systemd hands over: without it the service does not start.
func (s serviceView) loading() []Finding {
	var findings []Finding
	loads := s.unit.credentials()
	for _, name := range slices.Sorted(maps.Keys(loads)) {
		if _, err := os.Stat(loads[name]); loads[name] != "" && errors.Is(err, fs.ErrNotExist) {
			findings = append(findings, s.finding("LoadCredential="+name, loads[name], "it is not there, and without it the service does not start (243/CREDENTIALS)", english.Say(config.MakeSecret(loads[name]))))
		}
	}
	return findings
}

// stateDir looks at the folder that the service works in. One that is missing is made for it.
func (s serviceView) stateDir() []Finding {
	folder := s.config.StateDir
	if findings := s.writing("state_dir", folder, folder); findings != nil {
		return findings
	}
	if _, err := os.Stat(folder); err != nil {
		return nil
	}
	if !s.owns(folder) {
		return []Finding{s.finding("state_dir", folder, "it belongs to somebody else, and the service works in its own only", "type: "+plainfile.HandOver(folder, s.who.name))}
	}
	return s.kept("state_dir", folder, s.sees.barrier("-w", folder), "write to", "chmod 700 "+folder)
}

// handover looks at the folder of the hand-over file. Whether its modes let the service write there is
// tried by the rest of check, which works as the owner of the state folder, once that is the service.
func (s serviceView) handover() []Finding {
	file := s.config.Handover.File
	folder := filepath.Dir(file)
	if file == "" || folder == filepath.Clean(s.config.StateDir) {
		return nil
	}
	if findings := s.writing("handover.file", file, folder); findings != nil || s.owns(s.config.StateDir) {
		return findings
	}
	return s.kept("handover.file", folder, s.sees.barrier("-w", folder), "write to", fmt.Sprintf("chown %[1]s %[2]s; chmod 700 %[2]s", s.who.name, folder))
}

// writing looks whether the unit lets the service write to a folder.
func (s serviceView) writing(key, path, folder string) []Finding {
	if by := s.unit.hides(whereTo(folder)); by != "" {
		return []Finding{s.finding(key, path, "the unit keeps that out of the service's sight ("+by+"=)", "name a place elsewhere, as below /var/lib/threema-dirsync")}
	}
	if s.unit.readOnly(whereTo(folder)) {
		return []Finding{s.finding(key, path, "for the service that is read-only: it lies outside of the folders that its unit lets it write to", plainfile.DropIn("ReadWritePaths="+folder))}
	}
	return nil
}

// owns tells whether a folder is the service's own.
func (s serviceView) owns(folder string) bool {
	info, err := os.Stat(folder)
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == s.who.Uid
}

// whereTo is where a path leads, the path itself where that cannot be told.
func whereTo(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return filepath.Clean(path)
}

// sameFile tells whether two paths lead to one file.
func sameFile(a, b string) bool { return whereTo(a) == whereTo(b) }
