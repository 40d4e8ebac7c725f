// Package testdir is what the tests need to run against real directory servers. Only tests
// import it and the packages below it:
//
//   - openldap starts an OpenLDAP server (slapd) of its own,
//   - ds389 starts a 389 Directory Server (ns-slapd) of its own,
//   - sambaad starts an Active Directory domain controller (Samba) of its own; it needs root,
//   - peer is a scripted server for the faults that real servers do not show,
//   - bench is the command that measures whole passes (make bench),
//   - install is the command that puts the servers, and the other programs that tests start,
//     onto a Debian or Ubuntu machine.
//
// # Starting a server
//
// A test that changes much, or wants other options, starts its own server:
//
//	srv := openldap.Start(t, openldap.Options{People: 1000})
//
// A domain controller takes several seconds to make, so the tests of a package better share
// one, and each works on people of its own:
//
//	var dc = sambaad.NewShared(sambaad.Options{People: 200})
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(dc.Main(m)) }
//
//	func TestMover(t *testing.T) { srv := dc.Get(t); … }
//
// The servers embed an [Endpoint], which says where they are and how to log in and offers the
// changes that a test makes: Add, Modify, Delete, Move. The server's own type adds those that
// need to know the product: AddPerson, Disable, and so on.
//
// # People
//
// The servers are filled with the same people, made by [NewPerson] from a number: German names
// with umlauts, every 50th with a comma in the name, some without mail, some disabled. The
// server's People are the truth that a test compares with: see [Person.Entitled].
//
// # Where it runs
//
// On Linux. Every server has an address of 127.77.0.0/16 of its own, claimed through an
// abstract socket, so test processes do not meet each other, and a temporary folder that goes with the
// test. A server is ended by its process id, and dies with a test process that is killed.
// Where a server is not installed the test is skipped with a message, but fails where the
// environment says CI=true, see [Require].
//
// # Where to look
//
//	endpoint.go where a server is, and how to log in
//	change.go   changes that a test makes
//	entry.go    entries, and LDIF
//	person.go   the people
//	address.go  an address for each server
//	process.go  a server's process
//	shared.go   one server for a package
//	require.go  what must be installed
package testdir
