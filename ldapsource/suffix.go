package ldapsource

import "strings"

// suffixIdentity is the suffix and an ID of its entry, which another database of the same suffix
// does not have: the first of the attributes of the profile that it shows, "" if it shows none.
func suffixIdentity(v *session) (string, error) {
	attributes := v.profile.contextAttributes(v.schema)
	e, err := v.lookup(v.root.context, attributes...)
	if err != nil {
		return "", err
	}
	for _, attribute := range attributes {
		if id, err := newIDCodec(attribute).decode(e.all(attribute)); err == nil {
			return strings.ToLower(v.root.context) + " " + id, nil
		}
	}
	return "", nil // hidden or not, an identity that is not readable is none
}

// nameRoot gives the root of a tree, which eDirectory lists as a naming context without a name, the name
// of the branch that holds base_dn: the root itself is no entry that could be read.
func (v *session) nameRoot() {
	contexts := v.root.values["namingcontexts"]
	for n, text := range contexts {
		if text == "" {
			contexts[n] = v.base.RDNs[len(v.base.RDNs)-1].String()
		}
	}
}
