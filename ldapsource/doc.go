// Package ldapsource reads a user directory (Active Directory, OpenLDAP) over LDAP and makes a
// [plan.Snapshot] of it: every person in scope, with a certificate of completeness. What is
// not complete is no snapshot but a *[plan.ReadError]; a shorter list of people than the
// directory holds would look like people who left (pitfall D1, design §5.1).
//
//	source, err := ldapsource.New(ldapsource.Config{…}, ldapsource.Options{})
//	snapshot, err := source.Read(ctx, tracked)
//
// A [Source] keeps no connection, but stays with a server for as long as it answers. Each of its three methods opens a [session] of its own,
// which goes the same way every time, and stops at the first doubt:
//
//	which server (servers.go, discover.go) → connect (dial.go) → bind (bind.go) → root DSE (rootdse.go) → who am I (identity.go)
//	→ schema (schema.go) → naming context → which copy (servers.go) → people, page by page (people.go, pages.go)
//	→ groups, downwards to everybody in them (groups.go, ranges.go, circle.go, labels.go)
//	→ tracked people that were not seen, by immutable ID (sighting.go), and the groups of one
//	person, upwards (climb.go)
//
// [Source.Read] goes the whole way, [Source.Recheck] leaves out the people, and
// [Source.Check] tells the operator about every step.
//
// What differs between products stands behind the profile interface (profile.go), with one
// file for each: activedirectory.go and openldap.go. What decides about a person is pure and
// has tests and fuzz targets of its own: their method state, entry.go, id.go, guid.go,
// times.go, ranges.go, dnkey.go.
//
// # For the program that uses it
//
// asn1-ber accepts packets of up to 2 GiB. Set ber.MaxPacketLengthBytes to 16 MiB in main,
// before the first connection (pitfall A10); a library must not set a global.
package ldapsource
