package app

import (
	"crypto/tls"
	"crypto/x509"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/secret"
)

// login is what a source shows to its servers to be let in, and by what it knows them.
type login struct {
	roots       *x509.CertPool   // nil: those of the system
	password    secret.Value     // empty with bind: external
	certificate *tls.Certificate // nil if none is configured; behind a pointer, so that nothing prints its key
}

// draftLogin reads the secrets of the source at a path, and adds what is wrong with them.
func draftLogin(draft *config.Draft, at string, files config.Files, source config.Source) login {
	var l login
	var err error
	if key := at + ".bind_password_file"; source.Bind == config.BindSimple && source.BindPasswordFile != "" && draft.Sound(key) {
		l.password, err = files.ReadSecret(source.BindPasswordFile)
		draft.Add(key, err)
	}
	if key := at + ".client_cert_file"; draft.Sound(key) && draft.Sound(at+".client_key_file") {
		l.certificate, err = files.ReadKeyPair(source.ClientCertFile, source.ClientKeyFile)
		draft.Add(key, err)
	}
	return l
}
