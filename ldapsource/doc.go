// Package ldapsource reads a user directory (Active Directory, OpenLDAP) over LDAP and makes a
// [model.Snapshot] of it: every person in scope, with a certificate of completeness. What is
// not complete is no snapshot but a *[model.ReadError]; a shorter list of people than the
// directory holds would look like people who left (pitfall D1, design §5.1).
//
//	source, err := ldapsource.New(ldapsource.Config{…}, ldapsource.Options{})
//	snapshot, err := source.Read(ctx, tracked)
//
// A [Source] keeps no connection, but stays with a server for as long as it answers. Each of its methods opens a [session] of its own,
// which goes the same way every time and stops at the first doubt: connect, bind, who are we, schema, naming context, copy, people,
// groups, tracked people that were not seen.
//
// [Source.Read] goes the whole way, [Source.Recheck] leaves out the people, [Source.Changes] asks what is new since a version, and
// [Source.Check] tells the operator about every step; [Source.CheckAgain] does so with a password that was refused before.
//
// The way of a read:
//
//	source.go          a source, and what can be asked of it
//	config.go          what it needs; what is refused at once
//	session.go         one connection and what was learned over it
//	failover.go        one server after the other
//	servers.go         which server first, and which copy it holds
//	discover.go        servers through DNS
//	dial.go            connect: TLS, StartTLS, deadlines
//	bind.go            log in
//	lockout.go         a refused password is tried no second time
//	lockoutpolicy.go   how many wrong passwords lock the account
//	rootdse.go         what the server says about itself
//	product.go         which product it is
//	identity.go        who are we?
//	view.go            who reads, and from which copy
//	schema.go          which attributes the server knows
//	suffix.go          which directory this is
//	people.go          everybody in scope
//	pages.go           page by page
//	references.go      parts that lie on another server
//	entry.go           an entry, decoded
//	nameless.go        entries without their immutable ID
//	sentinel.go        entries that every read must see
//	sighting.go        tracked people who were not in the pages, by ID
//	certificate.go     the conditions, and what came of each
//
// Groups, downwards to everybody in them, and upwards from one person:
//
//	groupset.go        everybody in one of several groups
//	memberset.go       one configured group with everybody in it
//	groups.go          groups level by level
//	formername.go      members under the DN that somebody had before
//	group.go           one group, and why it was not read wholly
//	ranges.go          lists that come in parts
//	members.go         what a member is
//	membernames.go     members by login
//	posix.go           members by number
//	membersearch.go    members by a search: memberURL, roles
//	rules.go           rules that are not followed
//	hiddenlist.go      lists that may not be read
//	memberof.go        large groups from the members' side
//	unlisted.go        groups in which no filter finds everybody
//	traits.go          what a group may know a person by
//	labels.go          the groups of labels
//	climb.go           upwards from one person
//	goals.go           the groups where that ends
//
// What differs between products, and what decides about a person (pure, with fuzz targets):
//
//	profile.go         what a product must say
//	activedirectory.go Active Directory and Samba
//	openldap.go        OpenLDAP
//	ds389.go           389 Directory Server
//	freeipa.go         FreeIPA
//	custom.go          any other, by rules of the configuration
//	term.go            from when to when an account goes
//	times.go           the formats of such times
//	id.go              immutable IDs
//	guid.go            the text of an objectGUID
//	dnkey.go           the spellings of one DN
//	scope.go           does a DN lie in the scope? The fingerprint of the scope
//	filter.go          filters, escaped
//
// Changes between two passes, mistakes, and the doctor:
//
//	changes.go         who changed since a version
//	window.go          from where to look
//	errors.go          what an error of the server means
//	refusals.go        why a server did not let us in
//	connecthint.go     why it could not be reached
//	check.go           everything that a read needs, tried
//	check_walk.go      the way with one server
//	check_servers.go   each server
//	check_people.go    what a read of everybody shows
//	check_groups.go    each group
//	check_unused.go    entries of the configuration that fit nothing
//
// # For the program that uses it
//
// asn1-ber accepts packets of up to 2 GiB. Set ber.MaxPacketLengthBytes to 16 MiB in main,
// before the first connection (pitfall A10); a library must not set a global.
package ldapsource
