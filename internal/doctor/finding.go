package doctor

import (
	"errors"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Area is the part of an installation that a finding is about.
type Area string

// The areas. Each source has one of its own beside them, see [SourceArea].
const (
	Configuration  Area = "configuration"
	Files          Area = "files"
	LicencePackage Area = "licence package"
)

// SourceArea is the area of one source.
func SourceArea(name string) Area { return Area("source " + name) }

// Finding is what one check found: what was tried, what came, and what to do about it. Area and Name
// tell which check it was.
type Finding struct {
	Area    Area
	Name    string
	Verdict ldapsource.Verdict
	Tried   string
	Came    model.Reason
	Advice  model.Reason // none if there is nothing to do
}

// ReadConfiguration is the finding about the file itself. err is what is wrong with it, or with what it
// names; nil if nothing is.
func ReadConfiguration(file string, err error) Finding {
	f := Finding{Configuration, "file", ldapsource.Pass, "read " + file + ", its templates and its secret files", model.Because("configuration-sound"), model.Reason{}}
	if err != nil {
		f.Verdict, f.Came, f.Advice = ldapsource.Failure, model.Because("configuration-refused", err), model.Because("mend-configuration")
	}
	return f
}

// told is what came where an error did, in its words: of a mistake of the configuration with the code of that.
func told(err error) model.Reason {
	mistake, _ := errors.AsType[config.Mistake](err)
	return model.Told(mistake.Kind(), err.Error())
}
