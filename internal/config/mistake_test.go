package config_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestMistakesHaveCodes: whoever finds one, its code says what is wrong, also inside a file that the configuration names,
// and the cause can be asked for. What is no mistake of the configuration has none.
func TestMistakesHaveCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := write(t, dir, "config.yaml", "policy: observe\nlog: {level: loud}\nleaver: {}\n")
	utf16 := write(t, dir, "utf16", "\xff\xfex")
	files := config.Files{}
	load := func(path string) error { _, err := config.Load(path, env(nil)); return err }
	secret := func(path string) error { _, err := files.ReadSecret(path); return err }
	pool := func(path string) error { _, err := files.ReadPool(path); return err }
	open := write(t, dir, "open", "word\n")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		err   error
		codes []model.Code
	}{
		"a file with several": {load(bad), []model.Code{"sources-required", "handover-file-required", "choice-unknown", "unknown-key"}},
		"no file":             {load(filepath.Join(dir, "none")), []model.Code{"configuration-missing"}},
		"a secret of Windows": {secret(utf16), []model.Code{"utf-16"}},
		"no secret":           {secret(filepath.Join(dir, "none")), []model.Code{"secret-missing"}},
		"an open secret":      {secret(open), []model.Code{"secret-open-to-others"}},
		"a CA of Windows":     {pool(utf16), []model.Code{"utf-16"}},
		"no PEM":              {pool(bad), []model.Code{"no-pem"}},
		"no CA":               {pool(filepath.Join(dir, "none")), []model.Code{"certificates-missing"}},
		"something else":      {errors.New("something else"), nil},
		"nothing":             {nil, nil},
	} {
		problems := config.Problems(row.err)
		if got := model.Convert(problems, func(p config.Problem) model.Code { return p.Kind() }); fmt.Sprint(got) != fmt.Sprint(row.codes) {
			t.Errorf("%s: %v, want %v (%v)", name, got, row.codes, row.err)
		}
	}
	for _, err := range []error{load(filepath.Join(dir, "none")), secret(filepath.Join(dir, "none"))} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the cause is lost: %v", err)
		}
	}
}

// TestTheDraftTakesWhatOthersFind: with the code that they give it, and with the place that they name.
func TestTheDraftTakesWhatOthersFind(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "config.yaml", required)
	draft, err := config.LoadDraft(path, env(nil))
	if err != nil {
		t.Fatal(err)
	}
	draft.Add("mapping.csi", config.Mistake{Reason: model.Because("bad-template", "it has no end")})
	draft.Add("", errors.New("of no kind"))
	draft.Add("", config.Errors{{Path: "ELSEWHERE", Mistake: config.Mistake{Reason: model.Because("clock-shifted")}}})
	var got []string
	for _, p := range config.Problems(draft.Err()) {
		got = append(got, string(p.Kind())+" "+p.Path)
	}
	if want := "[bad-template mapping.csi unforeseen-mistake  clock-shifted ELSEWHERE]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}
