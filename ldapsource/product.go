package ldapsource

import (
	"slices"
	"strings"
)

// capabilityAD marks a domain controller of any age, Samba's too (MS-ADTS 3.1.1.3.4.3.1).
const capabilityAD = "1.2.840.113556.1.4.800"

// product is what the server calls itself (RFC 3045), for the operator.
func (r rootDSE) product() string {
	name := strings.Join(slices.DeleteFunc([]string{r.first("vendorname"), r.first("vendorversion")},
		func(text string) bool { return text == "" }), " ")
	switch {
	case name != "":
		return name
	case slices.Contains(r.values["supportedcapabilities"], capabilityAD):
		return "Active Directory"
	case r.isA("OpenLDAProotDSE"):
		return "OpenLDAP"
	}
	return "product unknown"
}

// profiles are those that fit the product, none if it is not one of ours.
func (r rootDSE) profiles() []Profile {
	switch product := r.product(); {
	case slices.Contains(r.values["supportedcapabilities"], capabilityAD):
		return []Profile{ActiveDirectory}
	case r.isA("OpenLDAProotDSE"):
		return []Profile{OpenLDAP}
	case strings.Contains(product, "389"), strings.Contains(product, "Red Hat"):
		return []Profile{DS389, FreeIPA}
	}
	return nil
}
