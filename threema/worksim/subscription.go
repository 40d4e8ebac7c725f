package worksim

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"
)

// defaultSubscription is what a package is without further word: the top plan, large, valid for a year.
func defaultSubscription(now time.Time) Subscription {
	return Subscription{
		ID: "SIMULATED1", Name: "Simulated Ltd", ValidUntil: Time{now.AddDate(1, 0, 0)},
		Type: "professional", LicenseAmount: 100_000,
	}
}

// withDefaults fills empty members.
func (s Subscription) withDefaults(now time.Time) Subscription {
	d := defaultSubscription(now)
	if s.ID == "" && s.LicenseAmount == 0 {
		s.LicenseAmount = d.LicenseAmount
	}
	if s.ValidUntil.IsZero() {
		s.ValidUntil = d.ValidUntil
	}
	s.ID, s.Name, s.Type = cmp.Or(s.ID, d.ID), cmp.Or(s.Name, d.Name), cmp.Or(s.Type, d.Type)
	return s
}

func getSubscription(c *call) (answer, error) {
	shown := struct {
		Links []link `json:"_links"`
		ID    string `json:"id,omitempty"`
		Subscription
	}{c.links("self"), c.world.subscription.ID, c.world.subscription}
	if c.world.quirks[NoSubscriptionID] {
		c.deviates(NoSubscriptionID)
		shown.ID = ""
	}
	if kind := shown.Type; c.world.quirks[PlanMixedCase] {
		c.deviates(PlanMixedCase)
		shown.Type = strings.ToUpper(kind[:1]) + kind[1:]
	}
	return ok(shown), nil
}

func renameSubscription(c *call) (answer, error) {
	var body struct {
		Name *string `json:"name"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if body.Name == nil {
		return answer{}, badRequest("name is missing")
	}
	if n := utf8.RuneCountInString(*body.Name); n == 0 || n > maxText {
		return answer{}, unprocessable("name must have 1 to %d characters", maxText)
	}
	c.world.subscription.Name = *body.Name
	return done(), nil
}
