package ldapsource

import (
	"context"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// profile is what differs between directory products. Its methods are asked in the order of
// the steps of a session; those that take the session may search.
type profile interface {
	people() filter      // who is a person, unless the configuration says
	idAttribute() string // where the immutable ID is, unless the configuration says
	required() []string  // attributes that every server of the product knows
	optional() []string  // attributes that are asked for where the schema has them
	mandatory() []string // of the required: those that every person has, so a lack means that they are hidden
	lifecycle() []string // attributes that tell whether an account is still in use
	limitsAdvice(bindDN string) model.Reason

	contexts(rootDSE) []string                                               // the naming contexts that hold people
	controls(rootDSE) []ldap.Control                                         // sent with every search of a subtree
	account(context.Context, *session) (*entry, error)                       // the bind account's own entry; nil if not readable
	contextID(*session) (string, error)                                      // the identity of the directory; "" if not readable
	contextAttributes(schema) []string                                       // of the entry at its top: each of them would do for that
	replica(*session) (id string, version model.Version, err error)          // which copy this is, and how far it has come
	window(v *session, since model.Version) (window, error)                  // where to look for what changed since
	marker(*session) (string, error)                                         // moves with every change in the directory; "" if there is none
	tombstones(context.Context, *session, filter) (map[string]string, error) // of deleted people: what is known, by ID
	deletedObjects(rootDSE) (container, grant string)                        // where deleted entries stay, and how to let an account read them; "" if nowhere

	memberAttributes() []string // where groups list their members
	nameAttribute() string      // finds an entry by its DN in a search of a subtree
	linksFollow() bool          // a member that is renamed or deleted is so in its groups too
	// traits are attributes of people by which groups name them beside their DN.
	traits() []string
	// hiddenOf names an attribute that every group of the kind shows, and this one does not.
	hiddenOf(group entry) string
	// lists are those in which a group of its kind may have members, and listless tells that the server
	// states, of one that is not shown, that it is not there.
	lists(group entry) []string
	listless(v *session, dn, attribute string) (bool, error)
	// A person may name a group, which then lists the person nowhere: primaryAttribute is what groups
	// are named by, primaryGroups how the person does, primaryKeys what the group answers to.
	// primaryMembers finds the people of one, "" if it can have none.
	primaryAttribute() string
	primaryGroups(person entry) (keys []string, err error)
	primaryKeys(group entry) []string
	primaryMembers(group entry) filter

	// lockoutRules are the places that say how many wrong passwords lock an account of a naming context;
	// the first that answers counts.
	lockoutRules(context string) []lockoutRule
	// childless names an attribute, and the value with which the server states that an entry has
	// nothing below it. It counts what is there, not what the reader may see.
	childless() (attribute, value string)
	// clock names where the server tells the time: an entry, "" for the root DSE, and its attribute.
	clock(rootDSE) (dn, attribute string)
	// skip leaves out entries that the filter matches but that are no people.
	skip(entry) bool
	// conflict says why an entry is an accident of replication, "" if it is none.
	conflict(entry) model.Reason
	// state is the account state with its evidence (design §5.2). What it cannot read or
	// understand is Unknown, with the reason in the detail.
	state(entry, time.Time) (model.AccountState, model.Evidence)
}

func unknown(detail string) (model.AccountState, model.Evidence) {
	return model.Unknown, model.Evidence{Detail: detail}
}

func departed(kind model.EvidenceKind, detail string) (model.AccountState, model.Evidence) {
	return model.Departed, model.Evidence{Kind: kind, Detail: detail}
}

func entitled() (model.AccountState, model.Evidence) { return model.Entitled, model.Evidence{} }
