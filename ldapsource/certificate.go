package ldapsource

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// The conditions of the certificate. Their names are a part of the JSON of the program. One
// that fails with a model.ReadError means that there is no snapshot (design §5.1 row a); one
// that fails in a snapshot means that nobody departs (row b). One more, by which the plan itself
// judges, is [model.ConditionIDs].
const (
	bindIdentity        = "bind-identity"        // we are who the configuration says
	serverSynchronized  = "server-synchronized"  // the server does not say that it lags behind
	serverIdentity      = "server-identity"      // which copy it holds, and how far that has come
	clock               = model.ConditionClock   // its clock and ours agree
	schemaKnown         = "schema"               // it knows every attribute that we name
	namingContext       = "naming-context"       // we know which directory this is
	paging              = "paging"               // it serves pages, and says so on each of them
	resultCodes         = "result-codes"         // success, every time
	references          = "references"           // no part of the scope lies elsewhere
	lastCookieEmpty     = "last-cookie-empty"    // the last page was the last
	duplicateIDs        = "duplicate-ids"        // every immutable ID once
	notEmpty            = "not-empty"            // there is somebody
	mandatoryAttributes = "mandatory-attributes" // what decides about people is readable
	groups              = "groups"               // every group that entitles was read wholly, and has people
	protectGroups       = "protect-groups"       // who is protected is known, or everybody is
	labelGroups         = "label-groups"         // whom the groups of labels have is known, or these labels stay as they are
	sentinels           = "sentinels"            // every configured one is seen
)

type certificate []model.Condition

// set records a condition, or corrects it.
func (c *certificate) set(name string, ok bool, found model.Reason) {
	condition := model.Condition{Name: name, OK: ok, Detail: found}
	i := slices.IndexFunc(*c, func(had model.Condition) bool { return had.Name == name })
	if i < 0 {
		*c = append(*c, condition)
		return
	}
	(*c)[i] = condition
}

// holds tells whether a condition was checked and held.
func (c *certificate) holds(name string) bool {
	return slices.ContainsFunc(*c, func(had model.Condition) bool { return had.Name == name && had.OK })
}

// detail is what was found about a condition, nothing if it was not checked.
func (c *certificate) detail(name string) model.Reason {
	for _, had := range *c {
		if had.Name == name {
			return had.Detail
		}
	}
	return model.Reason{}
}

// last is what was found about the condition that was checked last.
func (c *certificate) last() model.Reason { return (*c)[len(*c)-1].Detail }

func (c *certificate) satisfy(name string, found model.Reason) { c.set(name, true, found) }

func (c *certificate) doubt(name string, found model.Reason) { c.set(name, false, found) }
