package worksim

import (
	"crypto/sha256"
	"encoding/hex"
)

// category is a contact category. The simulator knows those of source mdm only: the labels that users report.
type category struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Source  string `json:"source"`
	Enabled bool   `json:"enabled"`
}

func showCategory(name string) category {
	return category{ID: categoryID(name), Name: name, Source: "mdm", Enabled: true}
}

// categoryID makes a stable id of ten characters from a label.
func categoryID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:5])
}

// categoriesOf are the labels of the user behind a contact.
func (w *world) categoriesOf(threemaID string) []string {
	if u, ok := w.users.get(threemaID); ok {
		return u.categories()
	}
	return nil
}

func listContactCategories(c *call) (answer, error) {
	contact, err := c.contact()
	if err != nil {
		return answer{}, err
	}
	names := newTable[string]()
	for _, name := range c.world.categoriesOf(contact.ID) {
		if !names.has(name) {
			names.add(name, name)
		}
	}
	return listPage(c, "categories", &names, false, nil, showCategory)
}

// getCategory takes a category id, whatever the contract calls it; see the contract's remark.
func getCategory(c *call) (answer, error) {
	for u := range c.world.users.values {
		for _, name := range u.categories() {
			if categoryID(name) == c.args[0] {
				return ok(showCategory(name)), nil
			}
		}
	}
	return answer{}, notFound("category")
}
