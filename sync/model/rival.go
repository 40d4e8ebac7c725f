package model

// Rival is a rival as a change knew it: whom the last look may find, and by which first name.
type Rival struct {
	Person    PersonID
	FirstName string
}
