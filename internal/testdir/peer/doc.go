// Package peer is a scripted LDAP server, for the faults that no real server shows on demand:
// a link cut between two pages, a cookie that never ends, a missing control, silence in the
// middle of an entry, packets that are no LDAP.
//
// A test starts a peer with a [Script] and points the client at one of its two addresses:
//
//	p := peer.Start(t, peer.Script{
//		Pages: []peer.Step{
//			peer.Page("cookie-1", people[:2]...),
//			peer.Do(peer.Entries(people[2]), peer.Hangup()),
//		},
//	})
//	client.Connect(p.LDAPS, p.CAFile) // or p.LDAP, for StartTLS
//
// # What the peer answers
//
// What the script leaves out behaves: the peer accepts any bind, says "dn:" and the bound DN
// to WhoAmI, and knows its root DSE, a schema and the suffix entry (an entryUUID and no more).
// Every other search counts as a page of the people: the n-th of a connection is answered by
// Pages[n], and those after the last by the last again. Whether the client asked for paging
// plays no part; Pages: []Step{Honest(500, people...)} is a well-behaved server.
//
// # Steps
//
// A [Step] is a function that answers (or does not answer) one request. They are put together
// with [Do]; a test writes one of its own where none fits, with [Session.Send]:
//
//	Entries(…)           send entries                        Page(cookie, …)   entries, success with control
//	Done(code)           end it, without paging control      DonePaged(code, cookie)
//	Reference(urls…)     send a SearchResultReference        Honest(size, …)   page as RFC 2696 says
//	PartOfEntry(e, n)    send the first n bytes              Raw(bytes)        send what is no LDAP
//	WithID(id, step)     answer under a wrong message ID     BindResult(code, text), AcceptTLS()
//	Hangup()             close the connection                Stall()           say nothing, for ever
//
// The usual faults, by pitfall:
//
//	A1   link cut between pages       Pages: {Page("c", e1), Hangup()}
//	A5   the same page for ever       Pages: {Page("c", e1)}
//	A6   paging ignored               Pages: {Do(Entries(e1), Done(0))}
//	A7   capped at the size limit     Pages: {Do(Entries(e...), Done(4))}
//	A8   silence after accept         OnAccept: Stall()
//	A8   silence after StartTLS       StartTLS: Do(StartTLSResult(0), Stall())
//	A8   silence within an entry      Pages: {Do(PartOfEntry(e1, 40), Stall())}
//	A10  garbage, wrong message ID    Pages: {Raw("GET / HTTP/1.0")}, {Do(WithID(99, Entries(e1)), Done(0))}
//	A15  wrong password               Bind: BindResult(49, "… data 52e …")
//	A17  referral                     Pages: {Do(Reference("ldap://other/"), Done(0))}, {Done(10)}
//	D1   a cut at any packet          CutAfter: n
//	G4   expired or foreign name      Leaf: loopca.Leaf{NotAfter: …}, {Hosts: {"other.example"}}
//
// [Peer.Requests] tells what the client sent, over all connections, in order: how often it
// tried a password, which attributes it named, whether it used paging.
package peer
