package model

// Unmanaged is an object of the package that is not ours. It is listed and never touched.
type Unmanaged struct {
	Kind   string // credential, user or contact
	ID     string
	Name   string
	Reason Reason
	Of     PersonID // of a Threema ID and its contact: who of ours had it last, zero if nobody had
}
