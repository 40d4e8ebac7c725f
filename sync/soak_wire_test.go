package sync_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
)

// wire stands between the program and the directory, ends the TLS of both sides and reads what
// the directory says, message by message: so it can fail at any of them, or keep one back.
type wire struct {
	behind   string // address of the directory
	trust    *tls.Config
	own      *tls.Config
	roots    *x509.CertPool // what a client of the wire trusts
	listener net.Listener
	wg       sync.WaitGroup

	mu     sync.Mutex
	fault  *wireFault
	hidden string   // the children of this OU are not shown, "" for none
	people []string // nor the entries of these names
}

// wireFault strikes once, at a message counted over all connections from 1.
type wireFault struct {
	at   int
	cut  wireCut
	code uint16 // with cutCode: the result that ends the operation
}

type wireCut string

const (
	cutBefore wireCut = "before" // the connection ends instead of the message
	cutHalf   wireCut = "within" // half of the message arrives
	cutCode   wireCut = "code"   // a result code other than success instead of the message
)

// newWire listens until ctx ends. close waits for the end.
func newWire(ctx context.Context, directoryURL string, directoryCA []byte) (*wire, error) {
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(directoryCA)
	ca, err := loopca.New("wire")
	if err != nil {
		return nil, err
	}
	cert, err := ca.Issue(loopca.Leaf{Hosts: []string{"127.0.0.1"}})
	if err != nil {
		return nil, err
	}
	w := &wire{
		behind: strings.TrimPrefix(directoryURL, "ldaps://"), roots: ca.Pool(),
		trust: &tls.Config{RootCAs: trusted, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12},
		own:   &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
	}
	if w.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	w.wg.Go(func() {
		<-ctx.Done()
		_ = w.listener.Close()
	})
	w.wg.Go(func() {
		for {
			conn, err := w.listener.Accept()
			if err != nil {
				return // closed
			}
			w.wg.Go(func() { w.carry(ctx, tls.Server(conn, w.own)) })
		}
	})
	return w, nil
}

func (w *wire) url() string { return "ldaps://" + w.listener.Addr().String() }

// wait returns when all connections have ended, after the context did.
func (w *wire) wait() { w.wg.Wait() }

// arm sets the next fault, nil for none.
func (w *wire) arm(f *wireFault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = f
}

func (w *wire) hide(ou string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hidden = strings.ToLower(ou)
}

// hidePeople shows no entry of these names, wherever it is.
func (w *wire) hidePeople(names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.people = names
}

// hides tells whether an entry is not shown.
func (w *wire) hides(dn string) bool {
	dn = strings.ToLower(dn)
	name, _, _ := strings.Cut(dn, ",")
	return w.hidden != "" && strings.HasSuffix(dn, ","+w.hidden) || slices.Contains(w.people, name)
}

// waiting counts the faults that have not struck yet.
func (w *wire) waiting() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fault == nil {
		return 0
	}
	return 1
}

// carry serves one connection.
func (w *wire) carry(ctx context.Context, client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := (&tls.Dialer{Config: w.trust}).DialContext(ctx, "tcp", w.behind)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	defer context.AfterFunc(ctx, func() { _, _ = client.Close(), server.Close() })()
	w.wg.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close() // the client has left
	})
	from := bufio.NewReader(server)
	for {
		message, err := ber.ReadPacket(from)
		if err != nil {
			return
		}
		out, end := w.pass(message)
		if _, err := client.Write(out); err != nil || end {
			return
		}
	}
}

// pass says what of a message goes on, and whether the connection ends with it.
func (w *wire) pass(message *ber.Packet) (out []byte, end bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	whole := message.Bytes()
	if f := w.fault; f != nil {
		if f.at--; f.at <= 0 {
			w.fault = nil
			return f.spoil(message, whole), true
		}
	}
	if w.hides(entryDN(message)) {
		return nil, false
	}
	return whole, false
}

func (f *wireFault) spoil(message *ber.Packet, whole []byte) []byte {
	switch f.cut {
	case cutHalf:
		return whole[:len(whole)/2]
	case cutCode:
		return refusal(message, f.code).Bytes()
	default:
		return nil
	}
}

func (f *wireFault) String() string {
	return fmt.Sprintf("%s message %d (code %d)", f.cut, f.at, f.code)
}

// refusal is the end of the operation that a message belongs to, with a result code.
func refusal(message *ber.Packet, code uint16) *ber.Packet {
	id, _ := message.Children[0].Value.(int64)
	var op any = ldapwire.Search{}
	switch message.Children[1].Tag {
	case ldap.ApplicationBindResponse:
		op = ldapwire.Bind{}
	case ldap.ApplicationExtendedResponse:
		op = ldapwire.Extended{}
	}
	return ldapwire.Respond(ldapwire.Message{ID: id, Op: op}, ldapwire.Result{Code: code, Diagnosis: "injected"})
}

// entryDN is the name in a SearchResultEntry, "" of any other message.
func entryDN(message *ber.Packet) string {
	if len(message.Children) < 2 || message.Children[1].Tag != ldap.ApplicationSearchResultEntry || len(message.Children[1].Children) == 0 {
		return ""
	}
	dn, _ := message.Children[1].Children[0].Value.(string)
	return dn
}
