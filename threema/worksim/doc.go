// Package worksim simulates the Threema Work API: the licence package itself, the phones
// that activate with its credentials, and the ways in which such a service fails. The tests,
// the demo and `threema-dirsync simulate` run against it; it shares no code with the client.
//
// Begin with [New] and [Start] (or httptest.NewServer, a [Server] is an http.Handler). The
// Work API answers below /api/v1 as openapi.yaml in this folder describes it; package
// apicontract holds a test's traffic to that file.
//
// # What lives here
//
// A phone activates with username and password. At that moment it fetches its settings
// (individual over global) and reports them, so a user appears that carries names and csi; with
// automatic contacts on, a contact appears too. From then on the phone checks in every 24 hours
// of the simulator's clock: while its credential is valid it reports again, lastCheck moves, names
// on the automatic contact follow a reported change, and a detached ID comes back. After its
// credential was withdrawn it may go on for 24 hours, then it is locked and stays silent; a changed
// username or password locks it at the next check. A revoked ID is dead for ever.
// A user outlives its credential and merely loses the link. A setting that is no longer there leaves the
// reported names, csi and category as they were (the apps omit them) and empties job title and
// department (the apps send those empty).
//
// The clock runs with Options.Now and is moved ahead by [Server.Advance]. What falls due in between
// happens in the order of time. Times have whole seconds.
//
// # Control
//
// Control endpoints stand at /_sim/ (and at /api/v1/_sim/). They need no key, answer loopback peers only and
// speak JSON; an error is {"error": text}. Each has a method of [Server] for tests in the same process.
//
//	POST   /_sim/activations  {"username","password"[,"threemaId"]} → 201 {"threemaId"}
//	                          400 malformed; 403 unknown username, wrong password or revoked ID; 409 locked to another ID
//	POST   /_sim/clock        {"advance":"24h"} → 200 {"now"}; never backwards
//	POST   /_sim/faults       a [Fault] → 201; GET lists those that are left; DELETE clears them → 204
//	GET    /_sim/state        the whole [State]; PUT replaces it → 204, or 400 and nothing has changed
//	GET    /_sim/requests     [{"method","path","query","status"}] in order of arrival; DELETE clears → 204
//
// A request's path is the escaped one below the base ("/credentials/a%2Fb"); its status is 0 while
// it is under way and for ever if the connection was dropped.
//
// The state holds all passwords in plain text, those of hashed credentials too: it is the memory of a
// test tool, and a phone's activation must be checked against something.
//
// # Quirks
//
// Where the public sources contradict each other or are silent, the simulator takes the likeliest
// reading, and a quirk turns the other one on, see [Quirks]. An answer that leaves the contract on purpose
// (an injected fault, some quirks) carries the header [DeviationHeader] with the reason.
//
// # Where to look
//
//	server.go       a simulator, and how to make one
//	listen.go       it listens on an address
//	world.go        the package and its phones, without HTTP
//	phones.go       what phones do
//	clock.go        the clock that can be moved
//	table.go        records by id, in their order
//	ids.go          ids as the service makes them
//	routes.go       the operations of the Work API
//	call.go         one request
//	errors.go       what is refused, and how
//	paging.go       pages of a list
//	quota.go        the requests of the day
//	requests.go     the record of requests
//	subscription.go the package itself
//	credentials.go  credentials
//	users.go        users
//	contacts.go     contacts
//	categories.go   their categories
//	settings.go     settings of one credential, and global ones
//	settingnames.go the names that apps know
//	bulk.go         settings of all credentials
//	logos.go        logos
//	quirks.go       other readings of the contract
//	faults.go       requests that go wrong
//	control.go      the control endpoints
//	state.go        the whole state, as JSON
//	snapshot.go     it is read and replaced
//	contract.go     the OpenAPI document
package worksim
