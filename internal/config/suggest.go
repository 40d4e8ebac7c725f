package config

import (
	"github.com/threema-dirsync/threema-dirsync/internal/typo"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// suggest says which of the known names was probably meant.
func suggest(name string, known []string) model.Reason {
	if meant := typo.Closest(name, known); meant != "" {
		return model.Because("did-you-mean", meant)
	}
	return model.Because("known-keys", known)
}
