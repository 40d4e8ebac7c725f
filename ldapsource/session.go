package ldapsource

import (
	"context"
	"net"
	"net/url"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const (
	// requestTimeout is the client's limit for one request, timeLimit the one that the server
	// is told: a little less, so that its own answer comes first. Active Directory stops
	// after 120 s anyway (pitfalls A8, B1).
	requestTimeout = 2 * time.Minute
	timeLimit      = 110 // seconds
)

// session is one connection and what was learned over it. Cookies, identity and proof belong
// to one connection, so nothing of it outlives a read (pitfall A4).
type session struct {
	*Source
	at    *url.URL // the server, one of so many
	among int
	last  bool // nobody is asked after it

	opened   bool   // the server has let us in
	paged    bool   // it has shown a page since
	judged   bool   // the error that ended the session is our own judgement
	reached  int    // how far we came, see take
	patience func() // ends the hurry until the first page

	conn        *ldap.Conn
	network     net.Conn
	unwatch     func() bool
	address     string
	certificate certificate

	insist           bool   // try a password that was refused: somebody asked us to
	shut             bool   // the password was refused, now or before
	noted            bool   // a refusal is noted, of this password or of another
	certificateAsked bool   // the server wanted to see our certificate
	self             string // the bind account: bind_dn, or, without one, what the server calls it

	root      rootDSE
	schema    schema
	server    string // that answered
	replica   model.Replica
	contextID string // identity of the directory behind it
	account   string // DN of the bind account's own entry, "" if it is not readable
	reader    model.Reader
	witnesses map[string]bool
	nameless  nameless

	references []reference // parts of the directory that lie elsewhere, and need not be read here

	tally   tally
	people  []model.Person  // of a check
	tracked []model.Tracked // of a check

	// Of a read with groups: who was read, by DN key and by ID, and whom the groups have.
	census                          map[string]string
	traits                          map[string]traits
	entitling, protected, labelling groupSet

	withoutFilter []*unlistedGroup // once they were asked for, see unlisted
}

// step is one part of the way to a session that can be trusted. run returns what came.
type step struct {
	name, tried string
	run         func(context.Context) (came model.Reason, err error)
}

func (v *session) steps() []step {
	return []step{
		{"connect", "connect to " + v.target() + " and verify the certificate", v.connect},
		{"bind", english.Say(v.loginAs()), v.bind},
		{"server", "read the root DSE: paging, synchronization, clock, naming contexts", v.readRootDSE},
		{"identity", "ask who we are", v.proveIdentity},
		{"schema", "look up every attribute of mapping, filter and profile in the schema", v.readSchema},
		{"naming-context", "read the identity of the directory", v.identifyContext},
		{"server-identity", "read which copy of the directory the server holds, and how far it has come", v.identifyReplica},
	}
}

// open takes the steps, until one fails.
func (v *session) open(ctx context.Context) error {
	for _, step := range v.steps() {
		if _, err := v.take(ctx, step); err != nil {
			return err
		}
	}
	v.entered()
	return nil
}

// wholeStep is how far a step leads. One that got halfway led less far, see connect.
const wholeStep = 2

// take runs one step.
func (v *session) take(ctx context.Context, step step) (came model.Reason, err error) {
	if came, err = step.run(ctx); err == nil {
		v.reached += wholeStep
	}
	return came, err
}

// target is where the session goes, for the operator.
func (v *session) target() string {
	if v.at == nil {
		return v.whereTo()
	}
	return v.at.String()
}

// use starts the LDAP protocol on a connection. From here on the end of ctx closes the socket,
// which makes a waiting request return at once; the library knows no context (pitfall A8).
func (v *session) use(ctx context.Context, raw, secured net.Conn, address *url.URL) {
	v.network, v.address, v.replica.Address = secured, address.Host, hostPort(address)
	v.unwatch = context.AfterFunc(ctx, func() { _ = raw.Close() })
	v.conn = ldap.NewConn(secured, true)
	v.conn.SetTimeout(requestTimeout)
	v.conn.Start()
}

func (v *session) close() {
	if v.conn == nil {
		return
	}
	v.unwatch()
	_ = v.conn.Close() // a failure to say goodbye changes nothing
}

// lookup reads one entry; nil if it is not there or not readable, which a server does not
// tell apart (pitfall B13).
func (v *session) lookup(dn string, attributes ...string) (*entry, error) {
	result, err := v.conn.Search(&ldap.SearchRequest{
		BaseDN: dn, Scope: ldap.ScopeBaseObject, DerefAliases: ldap.NeverDerefAliases, TimeLimit: timeLimit,
		Filter: string(anything), Attributes: attributes,
	})
	switch {
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultInvalidDNSyntax):
		return nil, nil
	case err != nil:
		return nil, answer(err)
	case len(result.Entries) == 0:
		return nil, nil
	}
	e := v.schema.decode(result.Entries[0])
	return &e, nil
}
