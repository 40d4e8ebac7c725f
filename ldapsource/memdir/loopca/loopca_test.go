package loopca_test

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
)

func TestIssue(t *testing.T) {
	t.Parallel()
	ca, err := loopca.New("test")
	if err != nil {
		t.Fatal(err)
	}
	other, err := loopca.New("test") // the same name, another key
	if err != nil {
		t.Fatal(err)
	}
	good := loopca.Leaf{Hosts: []string{"127.0.0.1", "localhost"}}
	for name, tt := range map[string]struct {
		leaf loopca.Leaf
		pool *x509.CertPool
		host string
		ok   bool
	}{
		"address":    {good, ca.Pool(), "127.0.0.1", true},
		"name":       {good, ca.Pool(), "localhost", true},
		"other name": {good, ca.Pool(), "127.0.0.2", false},
		"other CA":   {good, other.Pool(), "127.0.0.1", false},
		"expired":    {loopca.Leaf{Hosts: good.Hosts, NotAfter: time.Now().Add(-time.Second)}, ca.Pool(), "localhost", false},
		"not yet":    {loopca.Leaf{Hosts: good.Hosts, NotBefore: time.Now().Add(time.Hour)}, ca.Pool(), "localhost", false},
	} {
		cert, err := ca.Issue(tt.leaf)
		if err != nil {
			t.Fatal(err)
		}
		_, err = cert.Leaf.Verify(x509.VerifyOptions{Roots: tt.pool, DNSName: tt.host})
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEncodePEM(t *testing.T) {
	t.Parallel()
	ca, err := loopca.New("test")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Issue(loopca.Leaf{Hosts: []string{"localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	certPEM, keyPEM, err := loopca.EncodePEM(cert)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tls.X509KeyPair(certPEM, keyPEM); err != nil {
		t.Error(err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(ca.PEM()) {
		t.Error("the authority does not parse")
	}
}
