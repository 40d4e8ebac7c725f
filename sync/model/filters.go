package model

// StateInFilter says what a filter does that names the attributes by which an account ends, and what to do.
func StateInFilter(attributes []string) (what, todo Reason) {
	return Because("state-in-filter", attributes), Because("take-out-of-filter", attributes)
}
