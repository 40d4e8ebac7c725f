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
	SettingsPage500          = "settings-page-500"
	SettingsPage5000         = "settings-page-5000"
	Key403                   = "key-403"
	TotalUnfiltered          = "total-unfiltered"
	TotalText                = "total-text"
	NoPaging                 = "no-paging"
	NoSubscriptionID         = "no-subscription-id"
	NumberTexts              = "number-texts"
	EmptyObject              = "empty-object"
	OddDates                 = "odd-dates"
	DirectoryEnabledUnknown  = "directory-enabled-unknown"
	BulkShowsGlobal          = "bulk-shows-global"
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
		{SettingsPage500, "GET /mdm-bulk takes a pageSize up to 500: so it does anyway, the name stays for those who use it"},
		{SettingsPage5000, "GET /mdm-bulk takes a pageSize up to 5000, like the other lists"},
		{Key403, "a wrong API key gets 403, not 401; a missing one 401 as ever"},
		{TotalUnfiltered, "paging.total counts the whole list, also where a filter is on"},
		{TotalText, "paging.total is a text"},
		{NoPaging, "a page that holds the whole list has no paging"},
		{NoSubscriptionID, "the subscription has no id"},
		{NumberTexts, "a csi of digits is a number"},
		{EmptyObject, "the parameters of a credential without settings are {}"},
		{OddDates, "lastCheck is a day without a time"},
		{DirectoryEnabledUnknown, "contacts have no directory_enabled, and a PUT that sends it gets 400"},
		{BulkShowsGlobal, "GET /mdm-bulk shows the global settings with those of each credential"},
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
	for _, pair := range [][2]string{{NullMembers, OmitMembers}, {SettingsPage500, SettingsPage5000}} {
		if set[pair[0]] && set[pair[1]] {
			return nil, fmt.Errorf("quirks %s and %s exclude each other", pair[0], pair[1])
		}
	}
	return set, nil
}
