package app

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// draftMapper compiles the templates, and adds what is wrong with them to the mistakes of a configuration.
func draftMapper(draft *config.Draft) *mapping.Mapper {
	mapper, err := mapping.New(mapping.Templates(draft.Mapping), columnsOf(draft.Handover)...)
	if problems, ok := err.(mapping.Errors); ok { //nolint:errorlint // never wrapped
		for _, p := range problems {
			if draft.Sound(p.Path) {
				draft.Add(p.Path, config.Mistake{Reason: model.Because("bad-template", p.Reason)})
			}
		}
	}
	return mapper
}

// draftLayout judges the names of the further columns of the hand-over file.
func draftLayout(draft *config.Draft) {
	for n, reason := range layoutOf(draft.Handover).BadColumns() {
		draft.Add("handover.columns["+strconv.Itoa(n)+"].name", config.Mistake{Reason: reason})
	}
}

// draftPool reads the CAs of one key, and adds what is wrong with them. As the secrets they are read before root is
// given up: what only root may read must not fail later, halfway.
func draftPool(draft *config.Draft, key string, files config.Files, file string) *x509.CertPool {
	if !draft.Sound(key) {
		return nil
	}
	pool, err := files.ReadPool(file)
	draft.Add(key, err)
	return pool
}

// whereMissing adds what to type where a folder cannot be made because the one above it is missing.
func whereMissing(err error, folder string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return config.Mistake{Reason: model.Because("state-folder-unreachable", err, filepath.Dir(folder))}
	}
	return err
}
