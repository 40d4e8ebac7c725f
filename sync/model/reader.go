package model

import "cmp"

// Reader is the bind account that read a source: who reads decides what is seen. It is what the
// directory says of the account, and not how the configuration spells its name.
type Reader struct {
	ID   string // the immutable ID of its entry, "" where that is not readable
	Name string // what the directory calls it, folded
}

// Known tells whether anything was recorded.
func (r Reader) Known() bool { return r != Reader{} }

// Same tells whether it is one account. The ID decides where both are known, for an account may be
// renamed, and another one made under its name.
func (r Reader) Same(q Reader) bool {
	if r.ID != "" && q.ID != "" {
		return r.ID == q.ID
	}
	return r.Name == q.Name
}

// Reason names the account.
func (r Reader) Reason() Reason {
	if name := cmp.Or(r.Name, r.ID); name != "" {
		return Because("reader", name)
	}
	return Because("reader-unnamed")
}

// Refresh is r as a later read of the same account tells it. An ID that is not readable any more
// stays known.
func (r Reader) Refresh(later Reader) Reader {
	if later.ID == "" && r.Same(later) {
		later.ID = r.ID
	}
	return later
}
