package memdir

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// Entry is a directory entry. Values are those of RFC 4511: bytes, usually UTF-8.
type Entry struct {
	DN         string
	Attributes map[string][]string
}

// The reasons why a change is refused.
var (
	ErrNoSuchEntry = errors.New("no such entry")
	ErrExists      = errors.New("entry exists")
	ErrNotLeaf     = errors.New("entry has children")
	ErrUnknownName = errors.New("the schema does not know this name")
	ErrMisplaced   = errors.New("an entry cannot be there")
)

// node is a stored entry. It is never changed, only replaced, so a search may use it without
// a lock. Values are kept by the lower-case name of their attribute.
type node struct {
	serial int // order of creation; stays when the entry is changed or moved
	key    key
	dn     string
	values map[string][]string
}

// tree holds the entries.
type tree struct {
	schema schema
	suffix key

	mu     sync.RWMutex
	serial int
	nodes  []*node // by serial
	byKey  map[key]*node
}

func newTree(schema schema, suffix string) (*tree, error) {
	k, err := newKey(suffix)
	if err != nil {
		return nil, err
	}
	t := &tree{schema: schema, suffix: k, byKey: make(map[key]*node)}
	return t, t.add(suffixEntry(suffix))
}

// suffixEntry makes the entry at the top, from a DN such as "dc=example,dc=org" or "o=example".
func suffixEntry(suffix string) Entry {
	rdn, _ := splitDN(suffix)
	name, value, _ := strings.Cut(rdn, "=")
	attributes := map[string][]string{name: {value}, "objectClass": {"organization"}}
	if strings.EqualFold(name, "dc") {
		attributes["objectClass"] = []string{"dcObject", "organization"}
		attributes["o"] = []string{value}
	}
	return Entry{DN: suffix, Attributes: attributes}
}

// newNode checks an entry and makes it a node without operational values.
func (s schema) newNode(entry Entry) (*node, error) {
	k, err := newKey(entry.DN)
	if err != nil {
		return nil, err
	}
	n := &node{key: k, dn: entry.DN, values: make(map[string][]string)}
	for name, values := range entry.Attributes {
		if err := s.set(n, name, values); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// set replaces the values of an attribute in a node that nobody else sees yet.
func (s schema) set(n *node, name string, values []string) error {
	attribute, ok := s.attribute(name)
	if !ok {
		return fmt.Errorf("attribute %q: %w", name, ErrUnknownName)
	}
	for _, value := range values {
		if _, known := s.classes[strings.ToLower(value)]; attribute.syntax == syntaxClass && !known {
			return fmt.Errorf("object class %q: %w", value, ErrUnknownName)
		}
	}
	k := strings.ToLower(attribute.name)
	delete(n.values, k)
	if len(values) > 0 {
		n.values[k] = slices.Clone(values)
	}
	return nil
}

func (t *tree) add(entries ...Entry) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, entry := range entries {
		if err := t.addOne(entry); err != nil {
			return fmt.Errorf("add %q: %w", entry.DN, err)
		}
	}
	return nil
}

func (t *tree) addOne(entry Entry) error {
	n, err := t.schema.newNode(entry)
	switch {
	case err != nil:
		return err
	case t.byKey[n.key] != nil:
		return ErrExists
	case n.key != t.suffix && t.byKey[n.key.parent()] == nil:
		return fmt.Errorf("parent: %w", ErrNoSuchEntry)
	}
	t.serial++
	n.serial = t.serial
	n.values["entryuuid"] = []string{newUUID()}
	n.values["createtimestamp"] = []string{generalizedTime()}
	n.values["modifytimestamp"] = n.values["createtimestamp"]
	n.values["subschemasubentry"] = []string{schemaDN}
	n.values["entrydn"] = []string{n.dn}
	t.nodes = append(t.nodes, n)
	t.byKey[n.key] = n
	return nil
}

func (t *tree) modify(dn, attribute string, values []string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	old, err := t.find(dn)
	if err != nil {
		return err
	}
	changed := old.clone()
	if err := t.schema.set(changed, attribute, values); err != nil {
		return err
	}
	t.replace(old, changed)
	return nil
}

func (t *tree) remove(dn string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, err := t.find(dn)
	if err != nil {
		return err
	}
	if len(t.below(n)) > 1 {
		return ErrNotLeaf
	}
	delete(t.byKey, n.key)
	t.nodes = slices.DeleteFunc(t.nodes, func(other *node) bool { return other == n })
	return nil
}

// move gives an entry another DN, and everything below it too. The values of the entry's own
// name change with it.
func (t *tree) move(dn, newDN string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, err := t.find(dn)
	if err != nil {
		return err
	}
	target, err := newKey(newDN)
	switch {
	case err != nil:
		return err
	case n.key == t.suffix || target.within(n.key) && target != n.key:
		return ErrMisplaced
	case t.byKey[target.parent()] == nil:
		return fmt.Errorf("new parent: %w", ErrNoSuchEntry)
	case t.byKey[target] != nil && target != n.key:
		return ErrExists
	}
	renamed := n.clone()
	if err := t.schema.rename(renamed, newDN); err != nil {
		return err
	}
	for _, old := range t.below(n) {
		moved := renamed
		if old != n {
			moved = old.clone()
		}
		moved.dn = strings.TrimSuffix(old.dn, n.dn) + newDN
		moved.key = key(strings.TrimSuffix(string(old.key), string(n.key))) + target
		moved.values["entrydn"] = []string{moved.dn}
		t.replace(old, moved)
	}
	return nil
}

// rename takes the values of the node's RDN out of it and puts those of the new one in.
func (s schema) rename(n *node, newDN string) error {
	was, err := firstRDN(n.dn)
	if err != nil {
		return err
	}
	is, err := firstRDN(newDN)
	if err != nil {
		return err
	}
	for _, a := range was.Attributes {
		others := slices.DeleteFunc(slices.Clone(n.get(a.Type)), func(v string) bool { return fold(v) == fold(a.Value) })
		if err := s.set(n, a.Type, others); err != nil {
			return err
		}
	}
	for _, a := range is.Attributes {
		if err := s.set(n, a.Type, append(n.get(a.Type), a.Value)); err != nil {
			return err
		}
	}
	return nil
}

func firstRDN(dn string) (*ldap.RelativeDN, error) {
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return nil, err
	}
	if len(parsed.RDNs) == 0 {
		return nil, ErrMisplaced
	}
	return parsed.RDNs[0], nil
}

// values are those of an attribute of an entry, none if there is no such entry.
func (t *tree) values(dn key, attribute string) []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if n := t.byKey[dn]; n != nil {
		return slices.Clone(n.get(attribute))
	}
	return nil
}

// nameOf is the DN of an entry as it was written, "" if there is none.
func (t *tree) nameOf(dn key) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if n := t.byKey[dn]; n != nil {
		return n.dn
	}
	return ""
}

func (t *tree) find(dn string) (*node, error) {
	k, err := newKey(dn)
	if err != nil {
		return nil, err
	}
	if n := t.byKey[k]; n != nil {
		return n, nil
	}
	return nil, ErrNoSuchEntry
}

// below returns a node and all that is below it, in order of creation.
func (t *tree) below(top *node) []*node {
	var found []*node
	for _, n := range t.nodes {
		if n.key.within(top.key) {
			found = append(found, n)
		}
	}
	return found
}

func (t *tree) replace(old, changed *node) {
	changed.values["modifytimestamp"] = []string{generalizedTime()}
	delete(t.byKey, old.key)
	t.byKey[changed.key] = changed
	t.nodes[slices.Index(t.nodes, old)] = changed
}

func (n *node) get(attribute string) []string { return n.values[strings.ToLower(attribute)] }

func (n *node) clone() *node {
	c := *n
	c.values = maps.Clone(n.values)
	return &c
}

func generalizedTime() string { return time.Now().UTC().Format("20060102150405Z") }

// newUUID makes a random UUID (RFC 9562 §5.4).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
