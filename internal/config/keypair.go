package config

import (
	"bytes"
	"crypto/tls"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// ReadKeyPair reads a client certificate, with the chain behind it if there is one, and its key,
// which is guarded like any secret. It returns nil for two empty names. The certificate has its
// Leaf.
func (f Files) ReadKeyPair(certFile, keyFile string) (*tls.Certificate, error) {
	if certFile == "" && keyFile == "" {
		return nil, nil
	}
	what := model.Because("certificate-file")
	cert, err := f.certificates(what, certFile)
	if err != nil {
		return nil, err
	}
	if _, err := parsePool(cert); err != nil {
		return nil, Mistake{model.Because("certificates-refused", what, certFile, err)}
	}
	key, err := f.secret(keyFile)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(key, []byte("ENCRYPTED")) { // PKCS #8 in the type of the block, the older form in a header
		return nil, Mistake{model.Because("key-encrypted", keyFile)}
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, Mistake{model.Because("key-of-another-certificate", keyFile, certFile, err)}
	}
	return &pair, nil
}
