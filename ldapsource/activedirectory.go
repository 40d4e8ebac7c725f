package ldapsource

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const (
	accountDisable = 0x2 // the one bit of userAccountControl that means disabled (MS-ADTS 2.2.16)
	ridGuest       = 501
	ridKrbtgt      = 502

	// The container of deleted objects, by its well-known GUID (MS-ADTS 6.1.1.4).
	deletedObjects = "<WKGUID=18E2EA80684F11D2B9AA00C04F79F805,%s>"
)

// activeDirectory is the profile of Active Directory and of Samba as its domain controller.
type activeDirectory struct{}

func (activeDirectory) people() filter      { return "(&(objectCategory=person)(objectClass=user))" }
func (activeDirectory) idAttribute() string { return "objectGUID" }

func (activeDirectory) required() []string {
	return []string{"userAccountControl", "sAMAccountName", "accountExpires", "objectSid", "isCriticalSystemObject"}
}

func (activeDirectory) optional() []string { return nil }

func (activeDirectory) mandatory() []string { return []string{"userAccountControl", "sAMAccountName"} }

func (activeDirectory) lifecycle() []string { return []string{"userAccountControl", "accountExpires"} }

func (activeDirectory) limitsAdvice(string) model.Reason {
	return model.Because("lift-limits-of-domain")
}

// contexts is the domain alone: the configuration and the schema hold no people.
func (activeDirectory) contexts(root rootDSE) []string { return root.values["defaultnamingcontext"] }

// controls keeps references to other partitions out of the answers (pitfall A17). A server that does not
// know the control gets none; a reference in its answer then ends the read.
func (activeDirectory) controls(root rootDSE) []ldap.Control {
	if !root.supports(ldap.ControlTypeMicrosoftDomainScope) {
		return nil
	}
	return []ldap.Control{ldap.NewControlString(ldap.ControlTypeMicrosoftDomainScope, true, "")}
}

// account finds the entry of the bind account by any of the names that a simple bind takes:
// a DN, user@domain, DOMAIN\user (MS-ADTS 5.1.1.1.1).
func (activeDirectory) account(ctx context.Context, v *session) (*entry, error) {
	name := v.self
	if _, err := parseDN(name); err == nil {
		return v.lookup(name, append(v.idAttributes(), "sAMAccountName")...)
	}
	if _, login, ok := strings.Cut(name, `\`); ok {
		return v.find(ctx, equal("sAMAccountName", login))
	}
	own, err := v.find(ctx, equal("userPrincipalName", name))
	if own != nil || err != nil {
		return own, err
	}
	login, _, _ := strings.Cut(name, "@")
	return v.find(ctx, equal("sAMAccountName", login))
}

func (activeDirectory) contextAttributes(schema) []string { return []string{"objectSid"} }

// contextID is the SID of the domain, which survives a rename and is not born twice.
func (activeDirectory) contextID(v *session) (string, error) {
	e, err := v.lookup(v.root.context, "objectSid")
	if err != nil {
		return "", err
	}
	id, err := parseSID(e.first("objectsid"))
	if err != nil {
		return "", nil //nolint:nilerr // hidden or not, an identity that is not readable is none
	}
	return id.String(), nil
}

// replica: the invocationId is new after a restore, and an update sequence number means something
// with it only (MS-ADTS 3.1.1.1.9, pitfall B10). Any account may read it.
func (activeDirectory) replica(v *session) (string, model.Version, error) {
	settings, err := v.lookup(v.root.first("dsservicename"), "invocationId")
	if err != nil {
		return "", "", err
	}
	id, err := guidToText(settings.first("invocationid"))
	if err != nil {
		id = "" // hidden or not, an identity that is not readable is none
	}
	usn := v.root.first("highestcommittedusn")
	if _, err := strconv.ParseUint(usn, 10, 64); err != nil {
		return id, "", nil //nolint:nilerr // the same
	}
	return id, model.Version("usn@" + cmp.Or(id, strings.ToLower(v.server)) + "=" + usn), nil
}

func (activeDirectory) window(v *session, since model.Version) (window, error) {
	return usnWindow(since, v.replica.Version)
}

func (activeDirectory) marker(v *session) (string, error) {
	e, err := v.lookup("", "highestCommittedUSN")
	if err != nil || e.first("highestcommittedusn") == "" {
		return "", err
	}
	return "highestCommittedUSN " + e.first("highestcommittedusn"), nil
}

func (activeDirectory) memberAttributes() []string { return []string{"member"} }
func (activeDirectory) nameAttribute() string      { return "distinguishedName" }
func (activeDirectory) linksFollow() bool          { return true } // linked attributes, MS-ADTS 3.1.1.1.6
func (activeDirectory) traits() []string           { return []string{"primaryGroupID"} }

func (activeDirectory) hiddenOf(group entry) string {
	if group.first("objectsid") == "" && group.isA("group") {
		return "objectSid"
	}
	return ""
}

// primaryAttribute is not gidNumber: what that means to Unix machines, the domain does not know.
func (activeDirectory) primaryAttribute() string { return "objectSid" }

// primaryGroups: the SID of the one is that of the person's domain with primaryGroupID as the last
// part (MS-ADTS 3.1.1.4.5.9, pitfall B3).
func (activeDirectory) primaryGroups(person entry) ([]string, error) {
	own := person.first("objectsid")
	id, err := parseSID(own)
	if err != nil {
		return nil, fmt.Errorf("objectSid: %w", err)
	}
	rid, err := strconv.ParseUint(person.first("primarygroupid"), 10, 32)
	if err != nil || len(id.subAuthorities) == 0 {
		return nil, fmt.Errorf("primaryGroupID %q is not readable", person.first("primarygroupid"))
	}
	return []string{own[:len(own)-4] + string(binary.LittleEndian.AppendUint32(nil, uint32(rid)))}, nil
}

func (activeDirectory) primaryKeys(group entry) []string { return group.all("objectsid") }

func (activeDirectory) primaryMembers(group entry) filter {
	id, err := parseSID(group.first("objectsid"))
	if err != nil {
		return ""
	}
	return equal("primaryGroupID", strconv.FormatUint(uint64(id.rid()), 10))
}

// childless: MS-ADTS 3.1.1.4.5.15, an estimate that is exact for none. Samba lacks it.
func (activeDirectory) childless() (attribute, value string) {
	return "msDS-Approx-Immed-Subordinates", "0"
}

// clock: MS-ADTS 3.1.1.3.2.2.
func (activeDirectory) clock(rootDSE) (dn, attribute string) { return "", "currentTime" }

// deletedObjects: only administrators may read the container, until its owner lets others. dsacls
// wants a login, which a bind DN does not tell, so the operator fills that in.
func (activeDirectory) deletedObjects(root rootDSE) (container, grant string) {
	name := "CN=Deleted Objects," + root.context
	return fmt.Sprintf(deletedObjects, root.context),
		fmt.Sprintf(`dsacls %q /takeownership, then dsacls %q /g "DOMAIN\bind-account:LCRP"`, name, name)
}

// tombstones looks among the deleted objects. Most accounts may not, and learn nothing.
func (activeDirectory) tombstones(ctx context.Context, v *session, ids filter) (map[string]string, error) {
	container, _ := v.profile.deletedObjects(v.root)
	found := map[string]string{}
	_, err := v.pages(ctx, query{
		base: container, filter: ids,
		attributes: []string{v.cfg.IDAttribute, "isDeleted", "lastKnownParent"},
		controls:   append(v.profile.controls(v.root), showDeleted()),
	}, v.sinkByID(func(id string, e entry) {
		if strings.EqualFold(e.first("isdeleted"), "TRUE") {
			found[id] = "deleted; it was in " + e.first("lastknownparent")
		}
	}, ignoreNameless))
	if _, refused := serverCode(err); refused {
		return nil, nil
	}
	return found, err
}

// showDeleted makes deleted entries visible.
func showDeleted() ldap.Control {
	return ldap.NewControlString(ldap.ControlTypeMicrosoftShowDeleted, true, "")
}

// skip leaves out what a wide filter brings: machines and managed service accounts, whose
// names end in a dollar sign, and the accounts of the system (pitfall B5).
func (activeDirectory) skip(e entry) bool {
	if strings.EqualFold(e.first("iscriticalsystemobject"), "TRUE") || strings.HasSuffix(e.first("samaccountname"), "$") {
		return true
	}
	id, err := parseSID(e.first("objectsid"))
	return err == nil && (id.rid() == ridGuest || id.rid() == ridKrbtgt)
}

// conflict knows the names that replication gives to the loser of a collision, and the one of
// a deleted object (pitfall B18, MS-ADTS 3.1.1.5.1.1).
func (activeDirectory) conflict(e entry) model.Reason {
	dn := strings.ToUpper(e.dn)
	switch {
	case strings.Contains(dn, `\0ACNF:`), strings.HasPrefix(strings.ToUpper(e.first("samaccountname")), "$DUPLICATE-"):
		return model.Because("entry-of-conflict")
	case deletedName(e.dn):
		return model.Because("entry-deleted")
	}
	return model.Reason{}
}

// deletedName knows the name that a deletion gives to an entry (MS-ADTS 3.1.1.5.5.1.1).
func deletedName(dn string) bool { return strings.Contains(strings.ToUpper(dn), `\0ADEL:`) }

// state reads two attributes; the product knows no begin of an account. A lock-out and an expired password are no departures; they
// stand elsewhere and are not even read (pitfall B6).
func (activeDirectory) state(e entry, now time.Time) (model.AccountState, model.Evidence) {
	text := e.first("useraccountcontrol")
	if text == "" {
		return unknown("userAccountControl is not readable")
	}
	flags, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return unknown(fmt.Sprintf("userAccountControl %q is no number", text))
	}
	if flags&accountDisable != 0 {
		return departed(model.Disabled, "switched off: userAccountControl "+text+" has the bit ACCOUNTDISABLE")
	}
	return term{ends: []moment{{"accountExpires", FormatFileTime}}}.state(e, now)
}

// lockoutRules: a policy object of the account's own (PSO) comes before that of the domain (MS-ADTS 3.1.1.4.5.36).
func (activeDirectory) lockoutRules(context string) []lockoutRule {
	return []lockoutRule{
		{pointer: "msDS-ResultantPSO", tries: "msDS-LockoutThreshold"},
		{at: context, tries: "lockoutThreshold"},
	}
}
