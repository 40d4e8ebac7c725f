package ldapsource

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

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

func (v *session) readRootDSE(context.Context) (model.Reason, error) {
	e, err := v.lookup("", "namingContexts", "defaultNamingContext", "subschemaSubentry", "supportedControl",
		"vendorName", "vendorVersion", "supportedCapabilities", "objectClass",
		"dnsHostName", "isSynchronized", "currentTime", "monitorContext", "highestCommittedUSN", "dsServiceName")
	if err != nil {
		return model.Reason{}, fmt.Errorf("read the root DSE: %w", err)
	}
	if e == nil {
		return model.Reason{}, v.refuse(resultCodes, model.ReadResult, worded(model.Because("root-unreadable"), nil), model.Because("let-read-root"))
	}
	v.root = rootDSE{entry: *e}
	v.server = cmp.Or(e.first("dnshostname"), serverName(v.address))
	if !v.root.supports(ldap.ControlTypePaging) {
		return model.Reason{}, v.refuse(paging, model.ReadPaging, worded(model.Because("paging-not-offered"), nil), model.Because("offer-paging"))
	}
	v.judgeSynchronization()
	if err := v.judgeClock(); err != nil {
		return model.Reason{}, fmt.Errorf("read the time of the server: %w", err)
	}
	if err := v.findContext(); err != nil {
		return model.Reason{}, err
	}
	return model.Because("server-holds", v.server, v.root.product(), v.root.context, v.certificate.detail(clock)), nil
}

// judgeSynchronization looks at a flag of Active Directory, which other servers lack.
func (v *session) judgeSynchronization() {
	if strings.EqualFold(v.root.first("issynchronized"), "FALSE") {
		v.certificate.doubt(serverSynchronized, model.Because("server-not-caught-up", v.server))
		return
	}
	v.certificate.satisfy(serverSynchronized, model.Because("server-caught-up", v.server))
}

// judgeClock holds the server's clock against ours, where it tells one. By another clock no grace
// and no end date is over (pitfall B7).
func (v *session) judgeClock() error {
	text, err := v.serverTime()
	if err != nil {
		return err
	}
	if text == "" {
		v.certificate.satisfy(clock, model.Because("server-clock-untold"))
		return nil
	}
	theirs, err := parseGeneralizedTime(text)
	if err != nil {
		v.certificate.doubt(clock, model.Because("server-clock-unreadable", err.Error()))
		return nil
	}
	skew := theirs.Sub(v.now()).Round(time.Second)
	if skew.Abs() > model.MaxSkew {
		v.certificate.doubt(clock, model.Because("server-clock-off", skew))
		return nil
	}
	v.certificate.satisfy(clock, model.Because("server-clock-agrees", skew))
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
		return v.refuse(namingContext, model.ReadBase, worded(model.Because("base-in-no-directory", v.cfg.BaseDN, v.profile.contexts(v.root)), nil),
			model.Because("fix-base-or-server"))
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
func (v *session) identifyContext(context.Context) (model.Reason, error) {
	id, err := v.profile.contextID(v)
	if err != nil {
		return model.Reason{}, fmt.Errorf("read the identity of %s: %w", v.root.context, err)
	}
	v.contextID = id
	if id == "" {
		v.certificate.doubt(namingContext, model.Because("directory-nameless", v.root.context, v.profile.contextAttributes(v.schema)))
	} else {
		v.certificate.satisfy(namingContext, model.Because("directory-named", id))
	}
	return v.certificate.last(), nil
}

// requireProof refuses answers that could not justify a departure.
func (v *session) requireProof() error {
	for _, c := range v.certificate {
		if !c.OK {
			return v.fail(model.ReadResult, worded(model.Because("proves-nothing", c.Name, c.Detail), nil))
		}
	}
	return nil
}
