package worksim

import "maps"

// bulkItem shows the individual settings of one credential.
type bulkItem struct {
	Links      []link `json:"_links"`
	ID         string `json:"id"`
	Parameters any    `json:"parameters"` // a list of settings, or {} by quirk
}

func (c *call) showBulkItem(cred *credential) bulkItem {
	shown := maps.Clone(cred.settings)
	if c.world.quirks[BulkShowsGlobal] {
		shown = maps.Clone(c.world.global)
		maps.Copy(shown, cred.settings)
	}
	parameters := []setting{}
	for _, name := range sortedNames(shown) {
		parameters = append(parameters, setting{Name: name, Value: shown[name]})
	}
	item := bulkItem{Links: c.links("detail", "credentials", cred.id, "mdm"), ID: cred.id, Parameters: parameters}
	if len(parameters) == 0 && c.world.quirks[EmptyObject] {
		c.deviates(EmptyObject)
		item.Parameters = struct{}{}
	}
	return item
}

func listBulk(c *call) (answer, error) {
	keep := func(cred *credential) bool { return len(cred.settings) > 0 }
	list, err := listPage(c, "credentials", &c.world.credentials, c.world.quirks[BulkHidesEmpty], keep, c.showBulkItem)
	if body, ok := list.body.(map[string]any); ok && c.world.quirks[NestedBulk] {
		c.deviates(NestedBulk)
		body["credentials"] = []any{body["credentials"]}
	}
	return list, err
}

// bulkBody is what POST /mdm-bulk takes.
type bulkBody struct {
	Credentials []struct {
		ID         string        `json:"id"`
		Parameters []settingBody `json:"parameters"`
	} `json:"credentials"`
}

// checkMembers finds what makes the body malformed rather than wrong in content.
func (b bulkBody) checkMembers() error {
	if b.Credentials == nil {
		return badRequest("credentials is missing")
	}
	for _, item := range b.Credentials {
		if item.ID == "" || item.Parameters == nil {
			return badRequest("id or parameters of a credential is missing")
		}
		for _, p := range item.Parameters {
			if p.Name == "" || !p.hasValue() {
				return badRequest("name or value of a setting is missing")
			}
		}
	}
	return nil
}

// writeBulk sets many settings on many credentials: all of them, or none and 422.
func writeBulk(c *call) (answer, error) {
	var body bulkBody
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if err := body.checkMembers(); err != nil {
		return answer{}, err
	}
	if limit := c.world.maxBulk; limit > 0 && len(body.Credentials) > limit {
		return answer{}, unprocessable("more than %d credentials in one request", limit)
	}
	good, firstErr := c.checkBulk(body)
	if firstErr != nil && !c.world.quirks[BulkPartial] {
		return answer{}, firstErr
	}
	for cred, values := range good {
		if c.world.quirks[BulkReplaces] {
			clear(cred.settings)
		}
		maps.Copy(cred.settings, values)
	}
	if firstErr != nil {
		return answer{}, firstErr
	}
	return done(), nil
}

// checkBulk returns what can be written, and the first thing that cannot.
func (c *call) checkBulk(body bulkBody) (map[*credential]settings, error) {
	var firstErr error
	refuse := func(err error) {
		if firstErr == nil {
			firstErr = err
		}
	}
	good := map[*credential]settings{}
	for _, item := range body.Credentials {
		cred, ok := c.world.credentials.get(item.ID)
		if !ok {
			refuse(unprocessable("credential %q is unknown", item.ID))
			continue
		}
		if good[cred] != nil {
			refuse(unprocessable("credential %q is named twice", item.ID))
			continue
		}
		good[cred] = settings{}
		for _, p := range item.Parameters {
			value, err := c.checkSetting(p.Name, p.Value)
			if err != nil {
				refuse(err)
				continue
			}
			good[cred][p.Name] = value
		}
	}
	return good, firstErr
}
