package config

import (
	"bytes"
	"crypto/tls"
	"fmt"
)

// ReadKeyPair reads a client certificate, with the chain behind it if there is one, and its key,
// which is guarded like any secret. It returns nil for two empty names. The certificate has its
// Leaf.
func (f Files) ReadKeyPair(certFile, keyFile string) (*tls.Certificate, error) {
	if certFile == "" && keyFile == "" {
		return nil, nil
	}
	cert, err := f.certificates("certificate file", certFile)
	if err != nil {
		return nil, err
	}
	if _, err := parsePool(cert); err != nil {
		return nil, fmt.Errorf("the certificate file %s is refused: %w", certFile, err)
	}
	key, err := f.secret(keyFile)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(key, []byte("ENCRYPTED")) { // PKCS #8 in the type of the block, the older form in a header
		return nil, fmt.Errorf("the secret file %s is refused: the key is encrypted, and nobody is there to type its password; type: openssl pkey -in %s -out NEW", keyFile, keyFile)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("the key %s does not go with the certificate %s: %w", keyFile, certFile, err)
	}
	return &pair, nil
}
