package ldapsource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// rootDSE is what a server says about itself (RFC 4512 §5.1, MS-ADTS 3.1.1.3.2).
type rootDSE struct {
	entry
	context string // the naming context that holds base_dn
}

func (r rootDSE) supports(control string) bool {
	return slices.Contains(r.values["supportedcontrol"], control)
}

func (v *session) readRootDSE(context.Context) (string, error) {
	e, err := v.lookup("", "namingContexts", "defaultNamingContext", "subschemaSubentry", "supportedControl",
		"vendorName", "vendorVersion", "supportedCapabilities", "objectClass",
		"dnsHostName", "isSynchronized", "currentTime", "monitorContext", "highestCommittedUSN", "dsServiceName")
	if err != nil {
		return "", fmt.Errorf("read the root DSE: %w", err)
	}
	if e == nil {
		return "", v.refuse(resultCodes, model.ReadResult, "let the bind account read the root DSE (the entry with the empty DN)", errors.New("the root DSE is not readable"))
	}
	v.root = rootDSE{entry: *e}
	v.server = cmp.Or(e.first("dnshostname"), serverName(v.address))
	if !v.root.supports(ldap.ControlTypePaging) {
		return "", v.refuse(paging, model.ReadPaging, "allow the paged results control on the server, or read from another one",
			errors.New("the server does not offer paged results (1.2.840.113556.1.4.319)"))
	}
	v.judgeSynchronization()
	if err := v.judgeClock(); err != nil {
		return "", fmt.Errorf("read the time of the server: %w", err)
	}
	if err := v.findContext(); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s (%s) holds %s and serves pages; %s", v.server, v.root.product(), v.root.context, v.certificate.detail(clock)), nil
}

// judgeSynchronization looks at a flag of Active Directory, which other servers lack.
func (v *session) judgeSynchronization() {
	if strings.EqualFold(v.root.first("issynchronized"), "FALSE") {
		v.certificate.doubt(serverSynchronized, "%s says that it has not yet caught up with the other servers", v.server)
		return
	}
	v.certificate.satisfy(serverSynchronized, "%s says nothing to the contrary", v.server)
}

// judgeClock holds the server's clock against ours, where it tells one. By another clock no grace
// and no end date is over (pitfall B7).
func (v *session) judgeClock() error {
	text, err := v.serverTime()
	if err != nil {
		return err
	}
	if text == "" {
		v.certificate.satisfy(clock, "the server does not tell its time")
		return nil
	}
	theirs, err := parseGeneralizedTime(text)
	if err != nil {
		v.certificate.doubt(clock, "the server's time is not readable: %v", err)
		return nil
	}
	skew := theirs.Sub(v.now()).Round(time.Second)
	if skew.Abs() > model.MaxSkew {
		v.certificate.doubt(clock, "the server's clock is %v from ours; set one of them right", skew)
		return nil
	}
	v.certificate.satisfy(clock, "the server's clock is %v from ours", skew)
	return nil
}

// serverTime is the time of the server in its words, "" if it tells none.
func (v *session) serverTime() (string, error) {
	dn, attribute := v.profile.clock(v.root)
	if dn == "" {
		return v.root.first("currenttime"), nil
	}
	e, err := v.lookup(dn, attribute)
	return e.first(strings.ToLower(attribute)), err
}

// findContext chooses the longest naming context around base_dn. People are looked for in the
// whole of it before they count as gone (pitfall B13).
func (v *session) findContext() error {
	v.nameRoot()
	v.root.context = v.contextAround(v.root)
	if v.root.context == "" {
		return v.refuse(namingContext, model.ReadBase, "fix base_dn, or name a server of that directory in urls",
			fmt.Errorf("base_dn %s lies in no directory of this server, which holds %s", v.cfg.BaseDN, strings.Join(v.profile.contexts(v.root), " and ")))
	}
	return nil
}

// contextAround is the longest naming context that holds base_dn, "" if none does.
func (v *session) contextAround(root rootDSE) string {
	longest, depth := "", 0
	for _, text := range v.profile.contexts(root) {
		dn, err := parseDN(text)
		if err == nil && within(dn, v.base) && len(dn.RDNs) > depth {
			longest, depth = text, len(dn.RDNs)
		}
	}
	return longest
}

// identifyContext reads what tells this directory from another one of the same name.
func (v *session) identifyContext(context.Context) (string, error) {
	id, err := v.profile.contextID(v)
	if err != nil {
		return "", fmt.Errorf("read the identity of %s: %w", v.root.context, err)
	}
	v.contextID = id
	if id == "" {
		v.certificate.doubt(namingContext, "the entry %s does not show %s, which tells this directory from another; let the bind account read it there",
			v.root.context, strings.Join(v.profile.contextAttributes(v.schema), " or "))
	} else {
		v.certificate.satisfy(namingContext, "%s", id)
	}
	return v.certificate.last(), nil
}

// requireProof refuses answers that could not justify a departure.
func (v *session) requireProof() error {
	for _, c := range v.certificate {
		if !c.OK {
			return v.fail(model.ReadResult, "", fmt.Errorf("the directory proves nothing today: %s: %s", c.Name, english.Say(c.Detail)))
		}
	}
	return nil
}
