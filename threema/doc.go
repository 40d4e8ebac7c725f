// Package threema is the client of the Threema Work API: one method per thing that a pass
// needs, in the values of sync/model. It satisfies the interface WorkAPI of sync without
// importing it.
//
// Begin with [New] and [Client.Inventory]. A method that belongs to one resource of the API
// stands in the file of that name; they all send through client.go:
//
//	client.go       what a Client needs; sending, and repeating reads
//	request.go      one call becomes an HTTP request
//	transport.go    connections: TLS, proxy, time-outs
//	answer.go       what an answer means
//	text.go         what the service says, without secrets
//	errors.go       the one error type; what a missing answer means
//	way.go          what lies between us and the service
//	clock.go        the time of the service
//	paging.go       a list is read wholly or not at all
//	pagesize.go     how large its pages may be
//	trial.go        the first page of each list, for check
//	decode.go       answers are read leniently
//	tolerance.go    what of an answer is not as the contract has it
//	subscription.go the licence package
//	credentials.go  credentials
//	users.go        users: detach and revoke
//	contacts.go     contacts
//	settings.go     settings
//
// # What a caller may rely on
//
// A list is complete or an error, and costs one request per 5,000 entries.
//
// Every error of a method is an [*Error] or wraps one: its kind says what it means for the rest of
// the pass, its text what the operator can do. No error repeats the API key or a password.
//
// Every attempt asks [Quota] first, also a repeated one. Reads (GET) are attempted up to
// three times when the service is out of order; never after 401, 403 or 429, and never when it asks
// for a pause. A write is attempted once. What became of one whose answer got lost is
// [model.FailureUnknown], and finding out is the caller's part (pitfall D9).
//
// Beneath us, Go's transport sends a request again only in two cases: not one byte of it was written
// to a connection that turned out to be dead, or it is a GET. No header is ever set that would
// extend this to writes, and HTTP/2, which has rules of its own, is off.
//
// Nothing follows a redirect, and no address found in an answer is ever called (pitfall G2, D-58).
package threema
