package threema

import (
	"context"
	"net/http"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Subscription reads the licence package itself: the cheapest way to try the API key. Whether
// its path ends in a slash is not documented, so the second form is tried where the first
// leads nowhere (work-api §12 row 35).
func (c *Client) Subscription(ctx context.Context) (model.Subscription, error) {
	r := request{method: http.MethodGet}
	subscription, err := fetch(ctx, c, r, decodeSubscription)
	if status := statusOf(err); status == http.StatusNotFound || status >= 300 && status < 400 {
		r.slash = true
		return fetch(ctx, c, r, decodeSubscription)
	}
	return subscription, err
}

// namedPackage begins the id of a licence package that has none: it is known by its name. No id of
// the service has a colon.
const namedPackage = "name:"

func decodeSubscription(data []byte, odd *tolerance) (model.Subscription, error) {
	var wire struct {
		ID            string   `json:"id"`
		Name          string   `json:"name"`
		Type          string   `json:"type"`
		ValidUntil    wireDate `json:"validUntil"`
		LicenseAmount int      `json:"licenseAmount"`
	}
	if err := unmarshal(data, &wire); err != nil {
		return model.Subscription{}, err
	}
	switch {
	case wire.ID == "" && wire.Name == "":
		return model.Subscription{}, errNoID
	case wire.ID == "":
		odd.note("the licence package has no id, so it is known by its name: after a new name, accept the baseline")
		wire.ID = namedPackage + wire.Name
	}
	return model.Subscription{
		ID:         wire.ID,
		Name:       wire.Name,
		Type:       strings.ToLower(wire.Type),
		ValidUntil: wire.ValidUntil.time(odd, "validUntil"),
		Licences:   wire.LicenseAmount,
	}, nil
}
