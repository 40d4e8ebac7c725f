package threema

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// The answers of the service are read leniently (D-63): a doubtful member under all its names,
// null and missing alike, unknown members passed over. What identifies a record is required, and
// what is decoded must have its type. Members that are not named here, the password of a
// credential above all, are never decoded.

// fetch sends a request and reads its answer.
func fetch[T any](ctx context.Context, c *Client, r request, decode func([]byte, *tolerance) (T, error)) (T, error) {
	var none T
	a, err := c.send(ctx, r)
	if err != nil {
		return none, err
	}
	var odd tolerance
	value, err := decode(a.body, &odd)
	if err != nil {
		return none, r.odd(a.status, err)
	}
	for _, words := range odd.words {
		c.options.Tolerated(r.method + " " + r.escapedPath() + ": " + words)
	}
	return value, nil
}

// unmarshal reads one JSON value that is the whole of data.
func unmarshal(data []byte, into any) error {
	if len(data) == 0 {
		return errors.New("the answer is empty")
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("the answer cannot be read: %w", err)
	}
	return nil
}

// wireLinks are pointers to related records.
type wireLinks []struct {
	Rel  string `json:"rel"` // live
	Ref  string `json:"ref"` // as documented
	Link string `json:"link"`
}

// id returns the id of the related record: the last segment of the link's path, unescaped once.
// It is "" if there is no such link. The link itself is never called.
func (l wireLinks) id(relation string) (string, error) {
	for _, link := range l {
		if link.Rel != relation && link.Ref != relation || link.Link == "" {
			continue
		}
		path := link.Link
		if end := strings.IndexAny(path, "?#"); end >= 0 {
			path = path[:end]
		}
		id, err := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
		if err != nil || id == "" {
			return "", fmt.Errorf("the link to a record's %s names none", relation)
		}
		return id, nil
	}
	return "", nil
}

// flattened is a list that may come wrapped in one more list.
type flattened[T any] []T

func (f *flattened[T]) UnmarshalJSON(data []byte) error {
	var items []json.RawMessage
	if err := json.Unmarshal(data, &items); err != nil {
		return err
	}
	if items == nil {
		return nil // null is no list
	}
	all := []T{}
	for _, item := range items {
		var inner []T
		if bytes.HasPrefix(item, []byte("[")) {
			if err := json.Unmarshal(item, &inner); err != nil {
				return err
			}
		} else {
			inner = make([]T, 1)
			if err := json.Unmarshal(item, &inner[0]); err != nil {
				return err
			}
		}
		all = append(all, inner...)
	}
	*f = all
	return nil
}

// either is the first value that is there, else false.
func either(a, b *bool) bool {
	switch {
	case a != nil:
		return *a
	case b != nil:
		return *b
	default:
		return false
	}
}

var errNoID = errors.New("an entry of the answer has no id")

var errOtherRecord = errors.New("the answer is another record than the one that was asked for")
