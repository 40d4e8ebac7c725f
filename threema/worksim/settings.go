package worksim

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

// settings are app settings by name; a value is a bool, an int64 or a string.
type settings map[string]any

// parseSetting reads a boolean, an integer or a string.
func parseSetting(raw json.RawMessage) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return settingValue(value)
}

func settingValue(value any) (any, error) {
	switch v := value.(type) {
	case bool, string, int64:
		return v, nil
	case int:
		return int64(v), nil
	case float64:
		if v == float64(int64(v)) {
			return int64(v), nil
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
	}
	return nil, errors.New("the value must be a boolean, an integer or a string")
}

func sortedNames(s settings) []string { return slices.Sorted(maps.Keys(s)) }

// setting is one app setting in an answer.
type setting struct {
	Links []link `json:"_links,omitempty"`
	ID    string `json:"id,omitempty"`
	Name  string `json:"name,omitempty"`
	Value any    `json:"value"`
}

// settingBody is what a write of one setting takes: "property" in single writes, "name" in bulk.
type settingBody struct {
	Property string          `json:"property"`
	Name     string          `json:"name"`
	Value    json.RawMessage `json:"value"`
}

func (b settingBody) hasValue() bool { return len(b.Value) > 0 && string(b.Value) != "null" }

// shelf is a set of settings that a path names: the global ones or those of a credential.
type shelf struct {
	settings settings
	path     []string // segments below the base, for links
	global   bool
}

func (c *call) globalShelf() (shelf, string, error) {
	return shelf{c.world.global, []string{"mdm"}, true}, last(c.args), nil
}

func (c *call) credentialShelf() (shelf, string, error) {
	cred, err := c.credential()
	if err != nil {
		return shelf{}, "", err
	}
	return shelf{cred.settings, []string{"credentials", cred.id, "mdm"}, false}, last(c.args), nil
}

func last(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[len(args)-1]
}

func (c *call) showSetting(s shelf, name string) setting {
	shown := setting{Links: c.links("detail", append(slices.Clone(s.path), name)...), Name: name, Value: s.settings[name]}
	if s.global && c.world.quirks[GlobalSettingID] {
		shown.ID, shown.Name = name, ""
	}
	return shown
}

// findShelf tells which settings a call is about, and the name of the one that its path ends with.
type findShelf func(*call) (shelf, string, error)

func listSettings(find findShelf) handler {
	return func(c *call) (answer, error) {
		s, _, err := find(c)
		if err != nil {
			return answer{}, err
		}
		shown := []setting{}
		for _, name := range sortedNames(s.settings) {
			shown = append(shown, c.showSetting(s, name))
		}
		return ok(map[string]any{"_links": c.links("self", s.path...), "parameters": shown}), nil
	}
}

func upsertSetting(find findShelf) handler {
	return func(c *call) (answer, error) {
		s, _, err := find(c)
		if err != nil {
			return answer{}, err
		}
		var body settingBody
		if err := c.decode(&body); err != nil {
			return answer{}, err
		}
		if body.Property == "" || !body.hasValue() {
			return answer{}, badRequest("property or value is missing")
		}
		value, err := c.checkSetting(body.Property, body.Value)
		if err != nil {
			return answer{}, err
		}
		s.settings[body.Property] = value
		return done(), nil
	}
}

func getSetting(find findShelf) handler {
	return func(c *call) (answer, error) {
		s, name, err := find(c)
		if err != nil {
			return answer{}, err
		}
		if _, set := s.settings[name]; !set {
			return answer{}, notFound("setting")
		}
		return ok(c.showSetting(s, name)), nil
	}
}

// changeSetting is the PUT on a setting that is there. Its body is not documented; {"value"} with or without
// "property" is taken, and a bad value is 400, since no 422 is declared.
func changeSetting(find findShelf) handler {
	return func(c *call) (answer, error) {
		s, name, err := find(c)
		if err != nil {
			return answer{}, err
		}
		if _, set := s.settings[name]; !set {
			return answer{}, notFound("setting")
		}
		var body settingBody
		if err := c.decode(&body); err != nil {
			return answer{}, err
		}
		if !body.hasValue() || (body.Property != "" && body.Property != name) {
			return answer{}, badRequest("value is missing, or property is not the one of the path")
		}
		value, err := c.checkSetting(name, body.Value)
		if err != nil {
			return answer{}, badRequest("%v", err)
		}
		s.settings[name] = value
		return ok(c.showSetting(s, name)), nil
	}
}

func deleteSetting(find findShelf) handler {
	return func(c *call) (answer, error) {
		s, name, err := find(c)
		if err != nil {
			return answer{}, err
		}
		if _, set := s.settings[name]; !set {
			return answer{}, notFound("setting")
		}
		delete(s.settings, name)
		return done(), nil
	}
}
