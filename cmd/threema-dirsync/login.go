package main

import (
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// login is what a source shows to its servers to be let in.
type login struct {
	password    secret.Value     // empty with bind: external
	certificate *tls.Certificate // nil if none is configured; behind a pointer, so that nothing prints its key
}

// readLogin reads the secrets of a source.
func readLogin(files config.Files, source config.Source) (login, error) {
	var l login
	var errs [2]error
	if source.Bind == config.BindSimple {
		l.password, errs[0] = files.ReadSecret(source.BindPasswordFile)
	}
	l.certificate, errs[1] = files.ReadKeyPair(source.ClientCertFile, source.ClientKeyFile)
	if errs[1] != nil {
		errs[1] = fmt.Errorf("source %s: client certificate: %w", source.Name, errs[1])
	}
	return l, errors.Join(errs[:]...)
}

// meter is the part of the memory that every command has, also one that only looks: it counts
// what is sent to the service, remembers how large its pages are, and a password that a directory
// refused.
type meter interface {
	threema.Quota
	threema.PageSizes
	ldapsource.Lockout
}

var _ meter = (*ledger.Meter)(nil)
