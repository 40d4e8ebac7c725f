package worksim

import (
	"fmt"
	"slices"
	"strings"
)

// Names of the quirks, see [Quirks].
const (
	LinksRef                 = "links-ref"
	ContactThreemaID         = "contact-threemaid"
	GlobalSettingID          = "global-setting-id"
	NestedBulk               = "nested-bulk"
	PagesOneBased            = "pages-one-based"
	QuotaSliding             = "quota-sliding"
	RetryAfter               = "retry-after"
	Address403               = "address-403"
	LicencesByUsers          = "licences-by-users"
	KeepDanglingLink         = "keep-dangling-link"
	KeepContacts             = "keep-contacts"
	BulkReplaces             = "bulk-replaces"
	BulkPartial              = "bulk-partial"
	BulkHidesEmpty           = "bulk-hides-empty"
	DirectoryEnabledOptional = "directory-enabled-optional"
	PlanMixedCase            = "plan-mixed-case"
	NullMembers              = "null-members"
	OmitMembers              = "omit-members"
)

// Quirk is one reading of the contract that can be turned on.
type Quirk struct{ Name, Text string }

// Quirks lists all quirks with what each one changes, for the help of the command.
func Quirks() []Quirk {
	return []Quirk{
		{LinksRef, "links name their relation ref, not rel"},
		{ContactThreemaID, "contacts name their identifier threemaId, not id"},
		{GlobalSettingID, "global settings name themselves id, not name"},
		{NestedBulk, "GET /mdm-bulk wraps its list in one more array"},
		{PagesOneBased, "page 1 is the first page; page 0 is taken for it"},
		{QuotaSliding, "the quota counts the last 24 hours, not the UTC day"},
		{RetryAfter, "429 carries Retry-After"},
		{Address403, "a call from an address that is not allowed gets 403, not 401"},
		{LicencesByUsers, "licences are used by active users, not by credentials"},
		{KeepDanglingLink, "a user keeps its link to a credential that is gone"},
		{KeepContacts, "an automatic contact survives detach and revocation"},
		{BulkReplaces, "POST /mdm-bulk replaces all settings of the credentials it names"},
		{BulkPartial, "POST /mdm-bulk applies what is good although it answers 422"},
		{BulkHidesEmpty, "GET /mdm-bulk leaves out credentials without settings"},
		{DirectoryEnabledOptional, "PUT of a contact goes without directory_enabled"},
		{PlanMixedCase, "the subscription's type has a capital letter"},
		{NullMembers, "empty texts of users and contacts are null"},
		{OmitMembers, "empty texts of users and contacts are left out"},
	}
}

type quirkSet map[string]bool

func parseQuirks(names []string) (quirkSet, error) {
	var valid []string
	for _, q := range Quirks() {
		valid = append(valid, q.Name)
	}
	set := quirkSet{}
	for _, name := range names {
		if !slices.Contains(valid, name) {
			return nil, fmt.Errorf("unknown quirk %q; the quirks are %s", name, strings.Join(valid, ", "))
		}
		set[name] = true
	}
	if set[NullMembers] && set[OmitMembers] {
		return nil, fmt.Errorf("quirks %s and %s exclude each other", NullMembers, OmitMembers)
	}
	return set, nil
}
