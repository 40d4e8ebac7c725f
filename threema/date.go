package threema

import (
	"encoding/json"
	"fmt"
	"time"
)

// dateLayout is how the service writes a time: no colon in the offset, so it is not RFC 3339.
const dateLayout = "2006-01-02T15:04:05-0700"

// date is a time of the service, in UTC. Null and "" are the zero time.
type date struct{ time.Time }

func (d *date) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	if text == "" {
		*d = date{}
		return nil
	}
	for _, layout := range []string{dateLayout, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			*d = date{t.UTC()}
			return nil
		}
	}
	return fmt.Errorf("%q is no date", printable(text))
}
