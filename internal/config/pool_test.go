package config_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
)

// newCA returns a CA certificate and its PEM form.
func newCA(t *testing.T, name string) (*x509.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestReadPoolTrustsTheFileAlone(t *testing.T) {
	t.Parallel()
	ours, oursPEM := newCA(t, "ours")
	second, secondPEM := newCA(t, "second")
	foreign, _ := newCA(t, "foreign")
	pool, err := (config.Files{}).ReadPool(write(t, t.TempDir(), "ca.pem", "\ufeff"+oursPEM+"\n"+secondPEM))
	if err != nil {
		t.Fatal(err)
	}
	for cert, trusted := range map[*x509.Certificate]bool{ours: true, second: true, foreign: false} {
		if _, err := cert.Verify(x509.VerifyOptions{Roots: pool}); (err == nil) != trusted {
			t.Errorf("%s: %v", cert.Subject.CommonName, err)
		}
	}
	if pool, err := (config.Files{}).ReadPool(""); pool != nil || err != nil {
		t.Errorf("no file: %v, %v; want the system's CAs", pool, err)
	}
}

func TestReadPoolRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	_, good := newCA(t, "ours")
	for name, c := range map[string]struct{ content, refuse string }{
		"empty":       {"", "no PEM certificate"},
		"utf-16":      {"\xff\xfe-\x00", "iconv -f UTF-16"},
		"der":         {"\x30\x82\x01\x0a", "openssl x509 -inform der"},
		"private key": {good + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", `PEM block 2 is a "PRIVATE KEY"`},
		"damaged":     {good + strings.Replace(good, "END", "ENDE", 1), "PEM block 2 is damaged"},
		"no x509":     {good + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 2 cannot be read"},
	} {
		_, err := config.Files{}.ReadPool(write(t, t.TempDir(), "ca.pem", c.content))
		if err == nil || !strings.Contains(err.Error(), c.refuse) {
			t.Errorf("%s: %v, want %q", name, err, c.refuse)
		}
	}
	if _, err := (config.Files{}).ReadPool(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a missing file passes")
	}
}
