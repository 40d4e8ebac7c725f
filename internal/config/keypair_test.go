package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

func TestReadKeyPair(t *testing.T) {
	t.Parallel()
	files, err := testdir.WriteTLS(t.TempDir(), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(files.ClientKey)
	if err != nil {
		t.Fatal(err)
	}
	write := func(content string, mode os.FileMode) string {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, tt := range map[string]struct{ cert, key, says string }{
		"a pair":                   {files.ClientCert, files.ClientKey, ""},
		"the certificate is none":  {files.ClientKey, files.ClientKey, "only certificates belong there"},
		"the certificate is away":  {files.ClientCert + "x", files.ClientKey, "read the certificate file"},
		"the key is away":          {files.ClientCert, files.ClientKey + "x", "read the secret file"},
		"the key is another's":     {files.ClientCert, files.KeyFile, "does not go with the certificate"},
		"the key is a certificate": {files.ClientCert, files.ClientCert, "does not go with the certificate"},
		"the key is empty":         {files.ClientCert, write("", 0o600), "does not go with the certificate"},
		"the key is a novel":       {files.ClientCert, write(strings.Repeat("x", 70_000), 0o600), "larger than"},
		"the key is for all":       {files.ClientCert, write(string(key), 0o640), "chmod 600"},
		"the key is encrypted": {files.ClientCert, write("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIH0MF8G\n-----END ENCRYPTED PRIVATE KEY-----\n", 0o600),
			"type: openssl pkey"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pair, err := config.Files{}.ReadKeyPair(tt.cert, tt.key)
			switch {
			case tt.says == "" && (err != nil || pair.Leaf == nil || pair.Leaf.Subject.CommonName != testdir.ClientName || !time.Now().Before(pair.Leaf.NotAfter)):
				t.Errorf("%v, %v", pair, err)
			case tt.says != "" && (err == nil || pair != nil || !strings.Contains(err.Error(), tt.says)):
				t.Errorf("%v lacks %q", err, tt.says)
			case err != nil && strings.Contains(err.Error(), strings.Split(string(key), "\n")[1]):
				t.Error("the error shows the key")
			}
		})
	}
	if pair, err := (config.Files{}).ReadKeyPair("", ""); pair != nil || err != nil {
		t.Errorf("%v, %v", pair, err)
	}
}

// TestExternalNeedsNoPassword: the smallest configuration of a login with a client certificate;
// its files lie beside the configuration.
func TestExternalNeedsNoPassword(t *testing.T) {
	t.Parallel()
	cfg, err := config.Parse([]byte(`policy: observe
sources:
  - name: corp
    profile: openldap
    urls: [ldaps://ldap1.corp.example]
    bind: external
    client_cert_file: client.pem
    client_key_file: client.key
    base_dn: dc=corp,dc=example
handover: {file: /h}
`), "/etc/dirsync")
	if err != nil {
		t.Fatal(err)
	}
	if s := cfg.Sources[0]; s.Bind != config.BindExternal || s.ClientCertFile != "/etc/dirsync/client.pem" || s.ClientKeyFile != "/etc/dirsync/client.key" {
		t.Errorf("%+v", s)
	}
}
