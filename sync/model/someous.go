package model

import "github.com/threema-dirsync/threema-dirsync/internal/wording"

// ShownOUs caps the OUs that a guard names; the plan lists everybody.
const ShownOUs = 2

// SomeOf names the first of some OUs.
func SomeOf(ous []string) string { return wording.SomeOf(ous, ShownOUs, " and ") }
