package model

import "fmt"

// Counted words how many there are of something, for people: of one there is no plural.
func Counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// ShownOUs caps the OUs that a guard names; the plan lists everybody.
const ShownOUs = 2
