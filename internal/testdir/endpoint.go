package testdir

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
)

const dialTimeout = 10 * time.Second

// Endpoint says where a directory is and how to log in.
type Endpoint struct {
	LDAPS       string // ldaps://…, for TLS from the start
	LDAP        string // ldap://…, for StartTLS
	CAFile      string // the authority of its certificate
	OtherCAFile string // an authority that has nothing to do with it
	ClientCert  string // file with a certificate that its authority issued to ClientName
	ClientKey   string // file with the key of that certificate
	BaseDN      string // the suffix

	AdminDN  string // may do everything; makes the changes of the tests
	ReaderDN string // may read everything that a sync needs
	BlindDN  string // sees nothing of HiddenOU, and is not told so (pitfalls B14, C3)
	HiddenOU string
	Password string // of all accounts
}

// TLS are the files that a server's TLS needs.
type TLS struct{ CAFile, OtherCAFile, CertFile, KeyFile, ClientCert, ClientKey string }

// ClientName is the common name of the client certificate that an authority issues.
const ClientName = "reader"

// WriteTLS makes an authority, a certificate for the address and one for a client, and a second
// authority that signed nothing, and writes them into dir.
func WriteTLS(dir, ip string) (TLS, error) {
	files := TLS{
		CAFile:      filepath.Join(dir, "ca.pem"),
		OtherCAFile: filepath.Join(dir, "other-ca.pem"),
		CertFile:    filepath.Join(dir, "server.pem"),
		KeyFile:     filepath.Join(dir, "server.key"),
		ClientCert:  filepath.Join(dir, "client.pem"),
		ClientKey:   filepath.Join(dir, "client.key"),
	}
	ca, err := loopca.New("test directory")
	if err != nil {
		return files, err
	}
	other, err := loopca.New("somebody else")
	if err != nil {
		return files, err
	}
	return files, errors.Join(
		write(files.CAFile, ca.PEM()),
		write(files.OtherCAFile, other.PEM()),
		WriteLeaf(ca, loopca.Leaf{Hosts: []string{ip, "localhost"}}, files.CertFile, files.KeyFile),
		WriteLeaf(ca, loopca.Leaf{Client: ClientName}, files.ClientCert, files.ClientKey),
	)
}

// WriteLeaf lets an authority issue a certificate, and writes it and its key into two files.
func WriteLeaf(ca *loopca.Authority, leaf loopca.Leaf, certFile, keyFile string) error {
	issued, err := ca.Issue(leaf)
	if err != nil {
		return err
	}
	cert, key, err := loopca.EncodePEM(issued)
	if err != nil {
		return err
	}
	return errors.Join(write(certFile, cert), write(keyFile, key))
}

func write(path string, content []byte) error {
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return fmt.Errorf("write TLS files: %w", err)
	}
	return nil
}

// NewPassword returns a random password that satisfies the rules of a domain.
func NewPassword() string { return "Aa1-" + rand.Text() }

// TLSConfig trusts the directory's authority alone, and has the client certificate, if there is
// one, for a server that asks.
func (e *Endpoint) TLSConfig() (*tls.Config, error) {
	pem, err := os.ReadFile(e.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	if e.ClientCert == "" {
		return config, nil
	}
	client, err := tls.LoadX509KeyPair(e.ClientCert, e.ClientKey)
	if err != nil {
		return nil, fmt.Errorf("read client certificate: %w", err)
	}
	config.Certificates = []tls.Certificate{client}
	return config, nil
}

// Dial connects over LDAPS and logs in as one of the accounts.
func (e *Endpoint) Dial(bindDN string) (*ldap.Conn, error) {
	config, err := e.TLSConfig()
	if err != nil {
		return nil, err
	}
	conn, err := ldap.DialURL(e.LDAPS, ldap.DialWithTLSConfig(config), ldap.DialWithDialer(&net.Dialer{Timeout: dialTimeout}))
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", e.LDAPS, err)
	}
	conn.SetTimeout(time.Minute)
	if err := conn.Bind(bindDN, e.Password); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("bind as %s: %w", bindDN, err)
	}
	return conn, nil
}

// Connect is [Endpoint.Dial] for tests: the connection is closed when the test ends.
func (e *Endpoint) Connect(t testing.TB, bindDN string) *ldap.Conn {
	t.Helper()
	conn, err := e.Dial(bindDN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// PasswordFile writes the password of the accounts into a file, as the configuration of the
// product wants it, and returns its path.
func (e *Endpoint) PasswordFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bind-password")
	if err := os.WriteFile(path, []byte(e.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
