package ldapsource

import (
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// view is who reads, and from which copy of the directory (sync/plan/views.go).
type view struct {
	reader       model.Reader
	server, copy string
}

func (v *session) view() view { return view{v.reader, v.server, v.replica.ID} }

// noteView remembers what the last look before a step must see as well.
func (v *session) noteView() {
	v.turn.Lock()
	defer v.turn.Unlock()
	v.read = v.view()
}

// sameView refuses the word of a server that this process did not read the people from: what that one
// said of them is no news of this one.
func (v *session) sameView() error {
	v.turn.Lock()
	defer v.turn.Unlock()
	if was, is := v.read, v.view(); was != (view{}) && is != was {
		return v.fail(model.ReadUnreachable, worded(model.Because("read-from-other-view", is.server, is.reader.Reason(), was.server, was.reader.Reason()), nil))
	}
	return nil
}

// idAttributes are where the bind account may have an immutable ID: as the people have it, or else as
// its product gives one to every entry. A service account of FreeIPA has no ipaUniqueID.
func (s *Source) idAttributes() []string {
	return []string{s.cfg.IDAttribute, "objectGUID", "nsUniqueId", "entryUUID"}
}

// readerOf tells the bind account from any other, however bind_dn spells its name: by the ID of its
// entry, and by what the server calls it, which is the name of its entry where the server does not
// answer Who Am I.
func (v *session) readerOf(authz string, own *entry) model.Reader {
	reader := model.Reader{Name: foldAccount(authz)}
	if authz == "" {
		reader.Name = foldAccount(own.name())
	}
	for _, attribute := range v.idAttributes() {
		if id, err := newIDCodec(attribute).decode(own.all(attribute)); err == nil {
			reader.ID = strings.ToLower(attribute) + " " + id
			break
		}
	}
	return reader
}

// foldAccount folds the name of an account, as RFC 4513 §5.2.1.8 writes it or as a DN.
func foldAccount(name string) string {
	text := strings.TrimPrefix(name, "dn:")
	if dn, err := parseDN(text); err == nil && !strings.HasPrefix(name, "u:") {
		text = dn.String()
	}
	return strings.ToLower(strings.TrimSpace(text))
}

// serverName is how a server is called that does not say its own name: by its address, in which the
// two ports of the protocol are one.
func serverName(address string) string {
	name, _ := strings.CutSuffix(address, ":636")
	name, _ = strings.CutSuffix(name, ":389")
	return name
}
