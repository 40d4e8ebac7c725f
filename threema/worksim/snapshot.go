package worksim

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// State returns everything the simulator knows.
func (s *Server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.world.runUntil(now)
	return s.world.snapshot(now)
}

// SetState replaces everything the simulator knows, and its clock if state.Now is given. On an error nothing
// has changed. Faults and the list of requests stay.
func (s *Server) SetState(state State) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if !state.Now.IsZero() {
		now = state.Now.UTC().Truncate(time.Second)
	}
	if err := checkClock(now); err != nil {
		return fmt.Errorf("set the state: %w", err)
	}
	restored, err := s.world.restore(state, now)
	if err != nil {
		return fmt.Errorf("set the state: %w", err)
	}
	s.world = restored
	if !state.Now.IsZero() {
		s.offset = now.Sub(s.clock())
	}
	return nil
}

func (w *world) snapshot(now time.Time) State {
	state := State{
		Subscription: w.subscription, AutoContacts: w.autoContacts, Now: Time{now},
		Credentials: []Credential{}, Users: []User{}, Contacts: []Contact{}, Settings: map[string]map[string]any{},
		Withdrawn: append([]Withdrawn{}, w.withdrawn...),
		Detached:  append([]Departure{}, w.detached...),
		Revoked:   append([]Departure{}, w.revoked...),
		Revoking:  append([]Departure{}, w.revoking...),

		RequestsToday:  w.quota.used(now, w.quirks[QuotaSliding]),
		RequestHours:   w.quota.hours(),
		GlobalSettings: maps.Clone(w.global),
		Logos:          maps.Clone(w.logos),
		Phones:         w.snapshotPhones(), AllowedAddresses: []string{},
	}
	for cred := range w.credentials.values {
		state.Credentials = append(state.Credentials, Credential{
			ID: cred.id, Username: cred.username, Password: cred.password, Hashed: cred.hashed, Locked: cred.locked,
			LicenseCount: cred.licenceCount, Users: append([]string{}, cred.userIDs()...),
		})
		if len(cred.settings) > 0 {
			state.Settings[cred.id] = maps.Clone(cred.settings)
		}
	}
	for u := range w.users.values {
		state.Users = append(state.Users, *u)
	}
	for contact := range w.contacts.values {
		state.Contacts = append(state.Contacts, *contact)
	}
	for _, prefix := range w.allowed {
		state.AllowedAddresses = append(state.AllowedAddresses, prefix.String())
	}
	return state
}

func (w *world) snapshotPhones() []Phone {
	phones := []Phone{}
	for _, p := range w.phones {
		phones = append(phones, Phone{p.id, p.username, p.password, p.credentialID, Time{p.next}, p.locked})
	}
	slices.SortFunc(phones, func(a, b Phone) int { return cmp.Compare(a.ThreemaID, b.ThreemaID) })
	return phones
}

// restore builds a world of the same rules from a state.
func (w *world) restore(state State, now time.Time) (*world, error) {
	restored := newWorld(w.rules)
	restored.subscription = state.Subscription.withDefaults(now)
	restored.autoContacts = state.AutoContacts
	restored.restoreHistory(state)
	for _, step := range []func(State, time.Time) error{
		restored.restoreCredentials, restored.restoreUsers, restored.restoreLinks, restored.restoreContacts, restored.restoreSettings,
		restored.restoreOther, restored.restorePhones,
	} {
		if err := step(state, now); err != nil {
			return nil, err
		}
	}
	return restored, nil
}

func (w *world) restoreHistory(state State) {
	w.withdrawn = slices.Clone(state.Withdrawn)
	for _, gone := range w.withdrawn {
		w.withdrawnAt[gone.ID] = gone.At.Time
	}
	w.detached = slices.Clone(state.Detached)
	w.revoked = slices.Clone(state.Revoked)
	w.revoking = slices.Clone(state.Revoking)
	slices.SortStableFunc(w.revoking, func(a, b Departure) int { return a.At.Compare(b.At.Time) })
	for _, dead := range slices.Concat(w.revoked, w.revoking) {
		w.isRevoked[dead.ID] = true
	}
}

func (w *world) restoreCredentials(state State, _ time.Time) error {
	for i, c := range state.Credentials {
		switch {
		case c.ID == "" || c.Username == "" || c.Password == "":
			return fmt.Errorf("credentials[%d]: id, username or password is missing", i)
		case c.LicenseCount < 0:
			return fmt.Errorf("credentials[%d]: licenseCount is negative", i)
		case w.credentials.has(c.ID):
			return fmt.Errorf("credentials[%d]: id %q is there twice", i, c.ID)
		case w.byUsername[c.Username] != nil:
			return fmt.Errorf("credentials[%d]: its username is there twice", i)
		}
		w.addCredential(&credential{
			id: c.ID, username: c.Username, password: c.Password, hashed: c.Hashed, locked: c.Locked,
			licenceCount: max(c.LicenseCount, 1), users: map[string]bool{}, settings: settings{},
		})
	}
	return nil
}

func (w *world) restoreUsers(state State, now time.Time) error {
	for i, u := range state.Users {
		if !isThreemaID(u.ID) {
			return fmt.Errorf("users[%d]: %q is no Threema ID", i, u.ID)
		}
		if w.users.has(u.ID) {
			return fmt.Errorf("users[%d]: %s is there twice", i, u.ID)
		}
		for _, at := range []*Time{&u.LastCheck, &u.CreatedAt} {
			if at.IsZero() {
				*at = Time{now}
			}
		}
		w.users.add(u.ID, &u)
	}
	return nil
}

// restoreLinks ties users to credentials. Either side may name the other; a dangling link is only taken if its
// credential was withdrawn.
func (w *world) restoreLinks(state State, _ time.Time) error {
	for _, c := range state.Credentials {
		for _, id := range c.Users {
			u, ok := w.users.get(id)
			if !ok || (u.CredentialID != "" && u.CredentialID != c.ID) {
				return fmt.Errorf("credential %q lists user %s, who is missing or linked elsewhere", c.ID, id)
			}
			u.CredentialID = c.ID
		}
	}
	for u := range w.users.values {
		cred, ok := w.credentials.get(u.CredentialID)
		_, withdrawn := w.withdrawnAt[u.CredentialID]
		switch {
		case ok:
			w.link(u, cred)
		case u.CredentialID != "" && !withdrawn:
			return fmt.Errorf("user %s is linked to credential %q, which is missing", u.ID, u.CredentialID)
		}
	}
	return nil
}

func (w *world) restoreContacts(state State, _ time.Time) error {
	for i, c := range state.Contacts {
		c.Type = cmp.Or(c.Type, ContactCustom)
		switch {
		case !isThreemaID(c.ID):
			return fmt.Errorf("contacts[%d]: %q is no Threema ID", i, c.ID)
		case c.Type != ContactAuto && c.Type != ContactCustom:
			return fmt.Errorf("contacts[%d]: type must be auto or custom", i)
		case w.contacts.has(c.ID):
			return fmt.Errorf("contacts[%d]: %s is there twice", i, c.ID)
		}
		w.contacts.add(c.ID, &c)
	}
	return nil
}

func (w *world) restoreSettings(state State, _ time.Time) error {
	for id, values := range state.Settings {
		cred, ok := w.credentials.get(id)
		if !ok {
			return fmt.Errorf("settings of credential %q, which is missing", id)
		}
		if err := cred.settings.fill(values); err != nil {
			return fmt.Errorf("settings of credential %q: %w", id, err)
		}
	}
	if err := w.global.fill(state.GlobalSettings); err != nil {
		return fmt.Errorf("global settings: %w", err)
	}
	return nil
}

// fill takes over values as JSON or Go code gives them. Names are not checked: a state may hold what the API refuses.
func (s settings) fill(values map[string]any) error {
	for name, value := range values {
		checked, err := settingValue(value)
		if name == "" || err != nil {
			return fmt.Errorf("setting %q: a name and a boolean, integer or string are needed", name)
		}
		s[name] = checked
	}
	return nil
}

func (w *world) restoreOther(state State, now time.Time) error {
	for variant, logo := range state.Logos {
		if variant != "light" && variant != "dark" {
			return fmt.Errorf("logos: %q is neither light nor dark", variant)
		}
		logo.ContentType = cmp.Or(logo.ContentType, "image/png")
		w.logos[variant] = logo
	}
	for _, text := range state.AllowedAddresses {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return fmt.Errorf("allowed addresses: %w", err)
		}
		w.allowed = append(w.allowed, prefix)
	}
	w.quota = restoreQuota(state.RequestsToday, state.RequestHours, now, w.quirks[QuotaSliding])
	return nil
}

func (w *world) restorePhones(state State, now time.Time) error {
	for i, p := range state.Phones {
		if !isPersonalID(p.ThreemaID) || w.phones[p.ThreemaID] != nil {
			return fmt.Errorf("phones[%d]: threemaId %q is no personal Threema ID or there twice", i, p.ThreemaID)
		}
		if p.NextCheck.IsZero() {
			p.NextCheck = Time{now.Add(w.checkEvery)}
		}
		w.addPhone(&phone{
			id: p.ThreemaID, username: p.Username, password: p.Password, credentialID: p.CredentialID,
			next: p.NextCheck.Time, locked: p.Locked, queued: -1,
		})
	}
	for u := range w.users.values {
		cred, ok := w.credentials.get(u.CredentialID)
		if ok && w.phones[u.ID] == nil && isPersonalID(u.ID) {
			w.addPhone(&phone{
				id: u.ID, username: cred.username, password: cred.password, credentialID: cred.id,
				next: now.Add(w.checkEvery), queued: -1,
			})
		}
	}
	return nil
}

func (w *world) addPhone(p *phone) {
	w.phones[p.id] = p
	if !p.locked {
		w.checks.schedule(p, p.next)
	}
}
