package threema

import (
	"context"
	"net/http"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Subscription reads the licence package itself: the cheapest way to try the API key. Whether
// its path ends in a slash is not documented, so the second form is tried where the first
// leads nowhere (threema-work-api.md §12, 35).
func (c *Client) Subscription(ctx context.Context) (plan.Subscription, error) {
	r := request{method: http.MethodGet}
	subscription, err := fetch(ctx, c, r, decodeSubscription)
	if status := statusOf(err); status == http.StatusNotFound || status >= 300 && status < 400 {
		r.slash = true
		return fetch(ctx, c, r, decodeSubscription)
	}
	return subscription, err
}

func decodeSubscription(data []byte) (plan.Subscription, error) {
	var wire struct {
		ID            string `json:"id"`
		Name          string `json:"name"`
		Type          string `json:"type"`
		ValidUntil    date   `json:"validUntil"`
		LicenseAmount int    `json:"licenseAmount"`
	}
	if err := unmarshal(data, &wire); err != nil {
		return plan.Subscription{}, err
	}
	if wire.ID == "" {
		return plan.Subscription{}, errNoID
	}
	return plan.Subscription{
		ID:         wire.ID,
		Name:       wire.Name,
		Type:       strings.ToLower(wire.Type),
		ValidUntil: wire.ValidUntil.Time,
		Licences:   wire.LicenseAmount,
	}, nil
}
