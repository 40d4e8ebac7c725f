package config

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// ReadPool reads the certificates of a private CA, which are then the only ones trusted
// (pitfall G4). It returns nil, which TLS takes as the CAs of the system, for "".
func (f Files) ReadPool(caFile string) (*x509.CertPool, error) {
	if caFile == "" {
		return nil, nil
	}
	what := model.Because("ca-file")
	data, err := f.certificates(what, caFile)
	if err != nil {
		return nil, err
	}
	pool, err := parsePool(data)
	if err != nil {
		return nil, Mistake{model.Because("certificates-refused", what, caFile, err)}
	}
	return pool, nil
}

// parsePool is stricter than CertPool.AppendCertsFromPEM, which passes over what it cannot
// read: a broken certificate would show up much later as a server that nobody trusts.
func parsePool(data []byte) (*x509.CertPool, error) {
	data, err := utf8Text(data)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	for n := 1; ; n++ {
		block, rest := pem.Decode(data)
		switch {
		case block == nil && n == 1:
			return nil, Mistake{model.Because("no-pem")}
		case block == nil && bytes.Contains(rest, []byte("-----BEGIN")):
			return nil, Mistake{model.Because("pem-damaged", n)}
		case block == nil:
			return pool, nil
		case block.Type != "CERTIFICATE":
			return nil, Mistake{model.Because("pem-no-certificate", n, block.Type)}
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, Mistake{model.Because("no-certificate", n, err)}
		}
		pool.AddCert(cert)
		data = rest
	}
}
