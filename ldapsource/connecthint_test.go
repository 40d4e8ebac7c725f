package ldapsource

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// signer is a certificate with its key: of an authority or of a server.
type signer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// pki makes certificates as bad as a test wants them.
type pki struct {
	testing.TB
	serial int64
}

// make signs a certificate, valid for a day unless edit says otherwise. by is nil for a root.
func (p *pki) make(name string, by *signer, edit func(*x509.Certificate)) *signer {
	p.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.Fatal(err)
	}
	p.serial++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(p.serial), Subject: pkix.Name{CommonName: name}, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	edit(template)
	parent := &signer{template, key}
	if by != nil {
		parent = by
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent.cert, &key.PublicKey, parent.key)
	if err != nil {
		p.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		p.Fatal(err)
	}
	return &signer{cert, key}
}

func authority(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign }

// server is a good certificate for the address of the peers.
func server(c *x509.Certificate) {
	c.IPAddresses, c.ExtKeyUsage = []net.IP{net.IPv4(127, 0, 0, 1)}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
}

func ended(c *x509.Certificate) {
	c.NotBefore, c.NotAfter = time.Now().Add(-72*time.Hour), time.Now().Add(-24*time.Hour)
}

func trusting(signers ...*signer) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, s := range signers {
		pool.AddCert(s.cert)
	}
	return pool
}

// shown is a server's certificate with what it sends along.
func shown(leaf *signer, along ...*signer) *tls.Certificate {
	c := &tls.Certificate{Certificate: [][]byte{leaf.cert.Raw}, PrivateKey: leaf.key}
	for _, s := range along {
		c.Certificate = append(c.Certificate, s.cert.Raw)
	}
	return c
}

// setUp is what a server shows, and whom we trust.
type setUp struct {
	shows *tls.Certificate
	roots *x509.CertPool
}

// TestCertificateHints: each cause has its own advice, and whoever follows it can read. The words of the
// other causes would send somebody elsewhere.
func TestCertificateHints(t *testing.T) {
	t.Parallel()
	p := &pki{TB: t}
	root := p.make("root", nil, authority)
	other := p.make("other", nil, authority)
	with := func(edits ...func(*x509.Certificate)) *signer {
		return p.make("127.0.0.1", root, func(c *x509.Certificate) {
			for _, edit := range edits {
				edit(c)
			}
		})
	}
	good := with(server)
	endedBetween := p.make("between", root, func(c *x509.Certificate) { authority(c); ended(c) })
	between := p.make("between", root, authority)
	below := func(by *signer, edit func(*x509.Certificate)) *signer {
		return p.make("127.0.0.1", by, func(c *x509.Certificate) { server(c); edit(c) })
	}
	early := func(c *x509.Certificate) { c.NotBefore = time.Now().Add(-48 * time.Hour) }
	orphan, child := below(endedBetween, early), below(between, early)
	mailers := p.make("mailers", root, func(c *x509.Certificate) {
		authority(c)
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
	})
	renamed := with(server, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"dc1.other.example"} })
	for name, row := range map[string]struct {
		sick, cured setUp
		says        string
	}{
		"a common name alone": {
			setUp{shown(with(server, func(c *x509.Certificate) { c.IPAddresses = nil })), trusting(root)},
			setUp{shown(good), trusting(root)}, "issue a new one for the server, with subjectAltName=IP:127.0.0.1; urls may stay",
		},
		"another name": {setUp{shown(renamed), trusting(root)}, setUp{shown(good), trusting(root)}, "write the server's name into urls"},
		"not for servers": {
			setUp{shown(with(server, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })), trusting(root)},
			setUp{shown(good), trusting(root)}, "not meant for servers (its extended key usage lacks serverAuth)",
		},
		"an authority that is not for servers": {
			setUp{shown(below(mailers, early), mailers), trusting(root)},
			setUp{shown(child, between), trusting(root)}, "an authority of the certificate is not meant to sign for servers",
		},
		"the server's own, ended": {setUp{shown(with(server, ended)), trusting(root)}, setUp{shown(good), trusting(root)}, "renew the server's certificate, which ended on"},
		"the server's own, not begun": {
			setUp{shown(with(server, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) })), trusting(root)},
			setUp{shown(good), trusting(root)}, "fix the clock of this machine (timedatectl): by it, the server's certificate does not begin before",
		},
		"an authority of ca_file, ended": {
			setUp{shown(orphan), trusting(root, endedBetween)},
			setUp{shown(child), trusting(root, between)}, `renew the certificate of the authority "CN=between", which ended on ` +
				endedBetween.cert.NotAfter.UTC().Format(time.DateOnly) + " and put the new one into ca_file",
		},
		"an authority of ca_file alone, ended": {
			setUp{shown(orphan), trusting(endedBetween)}, setUp{shown(child), trusting(between)}, "put the new one into ca_file",
		},
		"an authority that the server sends, ended": {
			setUp{shown(orphan, endedBetween), trusting(root)}, setUp{shown(child, between), trusting(root)}, "let the server send the new one along",
		},
		"another authority": {setUp{shown(good), trusting(other)}, setUp{shown(good), trusting(root)}, "set ca_file to the certificate of the authority that signed"},
		"an authority in between that the server keeps to itself": {setUp{shown(child), trusting(root)}, setUp{shown(child), trusting(between)}, "set ca_file to the certificate of the authority that signed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := func(s setUp) *Source {
				script := peer.Script{Shows: s.shows, Pages: []peer.Step{peer.Page("", one(0))}}
				return mustNew(t, forPeer(t, peer.Start(t, script), func(c *Config) { c.Roots = s.roots }))
			}
			if e := refusedRead(t, at(row.sick), model.ReadTLS); !strings.Contains(e.Hint, row.says) {
				t.Errorf("the hint %q does not say %q", e.Hint, row.says)
			}
			wantFinding(t, at(row.sick), "tls", Failure, row.says)
			mustRead(t, at(row.cured))
		})
	}
}
