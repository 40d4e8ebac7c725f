package doctor

import (
	"context"
	"errors"
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
	"github.com/threema-dirsync/threema-dirsync/sync/model"
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
		return []Finding{{Files, "service", ldapsource.Skipped, "look at the files as the service will", model.Because("service-reads-another", s.unit.configFile(), configFile), model.Because("check-the-other", s.unit.configFile())}}
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
	return []Finding{{Files, "service", s.verdict, "look for the user of the service", told(err), model.Because("make-service-user", name)}}
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
	findings := s.reading("configuration", s.configFile, model.Because("chgrp-and-read", s.who.group, s.configFile))
	for _, f := range s.config.ReadFiles() {
		if f.Secret {
			findings = append(findings, s.secret(f)...)
		} else {
			findings = append(findings, s.reading(f.Key, f.Path, model.Because("chmod-for-all", f.Path))...)
		}
	}
	findings = slices.Concat(findings, s.loading(), s.stateDir(), s.handover())
	if len(findings) == 0 {
		return []Finding{{Files, "service", ldapsource.Pass, "look at each file and folder as the service will, user " + s.who.name, model.Because("service-may-all"), model.Reason{}}}
	}
	return findings
}

func (s serviceView) finding(key, path string, came, advice model.Reason) Finding {
	return Finding{Files, "service", s.verdict, "look at " + path + " (" + key + ") as the service will, user " + s.who.name, came, advice}
}

// reading looks at a file that the service opens itself. todo is what lets it. Of one that is not there the rest of check
// tells.
func (s serviceView) reading(key, path string, todo model.Reason) []Finding {
	if by := s.unit.hides(whereTo(path)); by != "" {
		return []Finding{s.finding(key, path, model.Because("unit-hides-file", by), model.Because("install-where-seen", s.who.group, path))}
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return s.kept(key, path, s.sees.barrier("-r", path), model.Because("only-root-reads"), todo)
}

// kept tells of what keeps the service from a file or folder: itself, or a folder on the way; "" for nothing.
func (s serviceView) kept(key, path, barrier string, came, todo model.Reason) []Finding {
	switch barrier {
	case "":
		return nil
	case path, whereTo(path):
		return []Finding{s.finding(key, path, came, model.Because("type-this", todo))}
	}
	return []Finding{s.finding(key, path, model.Because("service-kept-out", barrier), model.Because("let-service-enter", s.who.group, barrier))}
}

// secret looks whether the service gets a secret. By a bare name systemd hands it over: then the file
// counts that the unit loads, and not what the service may read.
func (s serviceView) secret(f config.ReadFile) []Finding {
	loads := s.unit.credentials()
	name, bare := strings.CutPrefix(f.Path, handedOver+"/")
	if !bare {
		return s.kept(f.Key, f.Path, s.sees.barrier("-r", f.Path), model.Because("only-root-reads"), s.byName(f))
	}
	file, loaded := loads[name]
	byHand := filepath.Join(filepath.Dir(s.configFile), name)
	switch {
	case s.unit == nil:
		return nil
	case !loaded:
		return []Finding{s.finding(f.Key, byHand, model.Because("secret-not-loaded", name), addToUnit("LoadCredential="+name+":"+byHand))}
	case file != "" && !sameFile(file, byHand):
		warning := s.finding(f.Key, byHand, model.Because("another-secret-loaded", file), model.Because("compare-secrets", byHand, file))
		warning.Verdict = ldapsource.Warning
		return []Finding{warning}
	}
	return nil
}

// byName is what to type for a secret that the configuration names by its full path.
func (s serviceView) byName(f config.ReadFile) model.Reason {
	name := filepath.Base(f.Path)
	advice := model.Because("name-it-bare", f.Path, name, s.configFile)
	switch file, loaded := s.unit.credentials()[name]; {
	case s.unit == nil:
		return model.Because("chown-and-close", s.who.name, f.Path, 600)
	case !loaded:
		return model.Because("name-it-bare-and-load", advice, addToUnit("LoadCredential="+name+":"+f.Path))
	case file != "" && !sameFile(file, f.Path):
		return model.Because("name-it-bare-and-install", advice, f.Path, file)
	}
	return advice
}

// loading looks for each file that systemd hands over: without it the service does not start.
func (s serviceView) loading() []Finding {
	var findings []Finding
	loads := s.unit.credentials()
	for _, name := range slices.Sorted(maps.Keys(loads)) {
		if _, err := os.Stat(loads[name]); loads[name] != "" && errors.Is(err, fs.ErrNotExist) {
			findings = append(findings, s.finding("LoadCredential="+name, loads[name], model.Because("nothing-to-load"), config.MakeSecret(loads[name])))
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
		return []Finding{s.finding("state_dir", folder, model.Because("folder-of-somebody-else"), model.Because("type-this", plainfile.HandOver(folder, s.who.name)))}
	}
	return s.kept("state_dir", folder, s.sees.barrier("-w", folder), model.Because("only-root-writes"), model.Because("chmod-for-owner", folder))
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
	return s.kept("handover.file", folder, s.sees.barrier("-w", folder), model.Because("only-root-writes"), model.Because("chown-and-close", s.who.name, folder, 700))
}

// writing looks whether the unit lets the service write to a folder.
func (s serviceView) writing(key, path, folder string) []Finding {
	if by := s.unit.hides(whereTo(folder)); by != "" {
		return []Finding{s.finding(key, path, model.Because("unit-hides-folder", by), model.Because("name-another-place"))}
	}
	if s.unit.readOnly(whereTo(folder)) {
		return []Finding{s.finding(key, path, model.Because("read-only-for-service"), addToUnit("ReadWritePaths="+folder))}
	}
	return nil
}

// addToUnit is what to type so that the unit has one more line.
func addToUnit(line string) model.Reason { return model.Because("add-to-unit", plainfile.DropIn(line)) }

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
