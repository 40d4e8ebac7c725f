package peer

import (
	"bufio"
	"crypto/tls"
	"strconv"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
)

// Step answers one request, or a part of it. An error closes the connection.
type Step func(s *Session) error

// Do takes the steps one after the other, until one fails.
func Do(steps ...Step) Step {
	return func(s *Session) error {
		for _, step := range steps {
			if err := step(s); err != nil {
				return err
			}
		}
		return nil
	}
}

// Entries sends each entry, with all its attributes, whatever the client asked for.
func Entries(entries ...*ldap.Entry) Step {
	return func(s *Session) error {
		for _, entry := range entries {
			if err := s.Send(ldapwire.Entry(s.Request.ID, entry.DN, entry.Attributes)); err != nil {
				return err
			}
		}
		return nil
	}
}

// Reference sends a SearchResultReference.
func Reference(urls ...string) Step {
	return func(s *Session) error { return s.Send(ldapwire.Reference(s.Request.ID, urls...)) }
}

// Done ends the answer with a result code and without a paging control. It fits every kind
// of request.
func Done(code uint16) Step {
	return func(s *Session) error {
		return s.Send(ldapwire.Respond(s.Request, ldapwire.Result{Code: code}))
	}
}

// DonePaged ends the answer with a result code and a paging control. An empty cookie means
// that this was the last page.
func DonePaged(code uint16, cookie string) Step {
	return func(s *Session) error {
		control := &ldap.ControlPaging{Cookie: []byte(cookie)}
		return s.Send(ldapwire.Respond(s.Request, ldapwire.Result{Code: code}, control))
	}
}

// Page sends entries, success and a paging control.
func Page(cookie string, entries ...*ldap.Entry) Step {
	return Do(Entries(entries...), DonePaged(ldap.LDAPResultSuccess, cookie))
}

// Honest is a correct server: it sends as many entries as the client's paging control asks
// for, at most size, and a cookie as long as there are more.
func Honest(size int, entries ...*ldap.Entry) Step {
	return func(s *Session) error {
		paging := s.Request.Paging()
		if paging == nil {
			return Do(Entries(entries...), Done(ldap.LDAPResultSuccess))(s)
		}
		from, _ := strconv.Atoi(string(paging.Cookie)) // 0 for the first page
		to := min(from+min(size, int(paging.PagingSize)), len(entries))
		cookie := ""
		if to < len(entries) {
			cookie = strconv.Itoa(to)
		}
		return Page(cookie, entries[from:to]...)(s)
	}
}

// BindResult answers a bind with a code and a diagnostic text.
func BindResult(code uint16, text string) Step {
	return func(s *Session) error {
		return s.Send(ldapwire.Respond(s.Request, ldapwire.Result{Code: code, Diagnosis: text}))
	}
}

// StartTLSResult answers a StartTLS request, and does nothing more.
func StartTLSResult(code uint16) Step {
	return func(s *Session) error {
		return s.Send(ldapwire.RespondExtended(s.Request.ID, ldapwire.Result{Code: code}, oidStartTLS, ""))
	}
}

// AcceptTLS accepts a StartTLS request and goes on in TLS.
func AcceptTLS() Step {
	return Do(StartTLSResult(ldap.LDAPResultSuccess), func(s *Session) error {
		s.conn = tls.Server(s.conn, s.peer.tls)
		s.reader = bufio.NewReader(s.conn)
		return nil
	})
}

// WithID lets step answer under another message ID than that of the request.
func WithID(id int64, step Step) Step {
	return func(s *Session) error {
		honest := s.Request.ID
		defer func() { s.Request.ID = honest }()
		s.Request.ID = id
		return step(s)
	}
}

// PartOfEntry sends the first n bytes of an entry.
func PartOfEntry(entry *ldap.Entry, n int) Step {
	return func(s *Session) error {
		data := ldapwire.Entry(s.Request.ID, entry.DN, entry.Attributes).Bytes()
		return s.write(data[:min(n, len(data))])
	}
}

// Raw sends bytes as they are.
func Raw(data string) Step {
	return func(s *Session) error { return s.write([]byte(data)) }
}

// Hangup closes the connection.
func Hangup() Step {
	return func(*Session) error { return errHangup }
}

// Stall says nothing more, reads nothing and keeps the connection open until the test ends.
func Stall() Step {
	return func(s *Session) error {
		<-s.peer.ctx.Done()
		return s.peer.ctx.Err()
	}
}
