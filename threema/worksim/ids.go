package worksim

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// idBytes makes credential ids of 16 characters that end in "=" and often hold "/" or "+", like live
// ones that need percent-encoding in a path.
const idBytes = 11

func (w *world) newCredentialID() string {
	for {
		raw := make([]byte, 0, 16)
		raw = binary.LittleEndian.AppendUint64(raw, w.random.Uint64())
		raw = binary.LittleEndian.AppendUint64(raw, w.random.Uint64())
		id := base64.StdEncoding.EncodeToString(raw[:idBytes])
		if _, was := w.withdrawnAt[id]; !was && !w.credentials.has(id) {
			return id
		}
	}
}

func (w *world) newThreemaID() string {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	for {
		var id strings.Builder
		for range 8 {
			id.WriteByte(letters[w.random.IntN(len(letters))])
		}
		if !w.knowsID(id.String()) {
			return id.String()
		}
	}
}

func (w *world) knowsID(id string) bool {
	_, phone := w.phones[id]
	return phone || w.isRevoked[id] || w.users.has(id) || w.contacts.has(id)
}

// isThreemaID tells whether id has the form of a Threema ID; Gateway and Broadcast IDs begin with an asterisk.
func isThreemaID(id string) bool {
	return isPersonalID(strings.Replace(id, "*", "0", 1)) && strings.LastIndexByte(id, '*') <= 0
}

// isPersonalID tells whether id has the form of an ID that a phone can hold.
func isPersonalID(id string) bool {
	strange := func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }
	return len(id) == 8 && !strings.ContainsFunc(id, strange)
}
