package ldapsource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// proveIdentity asks the server who we are. A bind that succeeds as somebody else, or as
// nobody, shows another view of the directory (pitfall A15).
func (v *session) proveIdentity(ctx context.Context) (model.Reason, error) {
	authz, offered, err := v.whoAmI()
	if err != nil {
		return model.Reason{}, fmt.Errorf("ask who we are: %w", err)
	}
	if offered && nameOf(authz) == "" {
		return model.Reason{}, v.refuse(bindIdentity, model.ReadBind, worded(model.Because("bound-as-nobody"), nil), model.Because("bind-rules"))
	}
	if v.self == "" {
		v.self = nameOf(authz)
	}
	own, err := v.ownEntry(ctx)
	if err != nil {
		return model.Reason{}, fmt.Errorf("read the entry of the bind account: %w", err)
	}
	if own != nil {
		v.account = own.dn
	}
	v.reader = v.readerOf(authz, own)
	switch comparison := compareIdentity(authz, v.self, own); {
	case offered && comparison == sameAccount:
		v.certificate.satisfy(bindIdentity, model.Because("identity-said", authz))
	case offered && comparison == otherAccount:
		return model.Reason{}, v.refuse(bindIdentity, model.ReadBind, worded(model.Because("bound-as-another", v.self, authz), nil), model.Because("identity-mapping"))
	case !offered && v.cfg.External:
		v.certificate.doubt(bindIdentity, model.Because("identity-of-certificate-unproven"))
	case !offered && own != nil:
		v.certificate.satisfy(bindIdentity, model.Because("own-entry-read"))
	case own != nil:
		v.certificate.satisfy(bindIdentity, model.Because("own-entry-read-not-comparable", authz))
	default:
		v.certificate.doubt(bindIdentity, model.Because("own-entry-unreadable", v.self))
	}
	return v.certificate.last(), nil
}

// ownEntry is the entry of the bind account, nil if it is not readable, or nobody says which it is.
func (v *session) ownEntry(ctx context.Context) (*entry, error) {
	if v.self == "" {
		return nil, nil
	}
	return v.profile.account(ctx, v)
}

// nameOf is the name in the server's answer, without its form; "" is nobody, as 389 Directory
// Server says it with "dn: ".
func nameOf(authz string) string {
	form, name, ok := strings.Cut(authz, ":")
	if !ok {
		name = form
	}
	return strings.TrimSpace(name)
}

// whoAmI tells apart a server that does not offer the question (Samba 4.17: result 2) from
// one that answers it.
func (v *session) whoAmI() (authz string, offered bool, err error) {
	result, err := v.conn.WhoAmI(nil)
	switch {
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultProtocolError, ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultInsufficientAccessRights):
		return "", false, nil
	case err != nil:
		return "", false, answer(err)
	}
	return result.AuthzID, true, nil
}

// comparison of the server's answer with the configured account.
type comparison int

const (
	cannotCompare comparison = iota
	sameAccount
	otherAccount
)

// compareIdentity understands both forms of RFC 4513 §5.2.1.8: "dn:" and a DN, and "u:" and a
// login, which Active Directory writes as DOMAIN\name. own is nil if it is not readable. Where
// the account shows no login, the one in its name agrees, and another one proves nothing.
func compareIdentity(authz, bindDN string, own *entry) comparison {
	if text, ok := strings.CutPrefix(authz, "dn:"); ok {
		return oneOf(text, sameDN, bindDN, own.name())
	}
	_, whole, _ := strings.Cut(authz, ":")
	login := whole
	if _, name, ok := strings.Cut(login, `\`); ok {
		login = name
	}
	_, configured, _ := strings.Cut(bindDN, `\`)
	comparison := oneOf(login, strings.EqualFold, configured, own.first("samaccountname"))
	agrees := func(name string) bool { return strings.EqualFold(name, login) }
	if comparison == cannotCompare && (strings.EqualFold(whole, bindDN) || sameDN(whole, bindDN) || slices.ContainsFunc(namesIn(bindDN), agrees)) {
		return sameAccount
	}
	return comparison
}

// namesIn are the values in the first part of a DN, none if it is no DN.
func namesIn(text string) []string {
	dn, err := parseDN(text)
	if err != nil || len(dn.RDNs) == 0 {
		return nil
	}
	var names []string
	for _, part := range dn.RDNs[0].Attributes {
		names = append(names, part.Value)
	}
	return names
}

// oneOf compares got with the candidates that are known, "" being none.
func oneOf(got string, same func(a, b string) bool, candidates ...string) comparison {
	result := cannotCompare
	for _, candidate := range candidates {
		switch {
		case candidate == "":
		case same(got, candidate):
			return sameAccount
		default:
			result = otherAccount
		}
	}
	return result
}

func sameDN(a, b string) bool {
	x, errX := parseDN(a)
	y, errY := parseDN(b)
	return errX == nil && errY == nil && x.EqualFold(y)
}
