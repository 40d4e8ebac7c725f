package ledger

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// saltSize is long enough that nobody finds the personal data behind a commitment by trying.
const saltSize = 32

// auditRow is an entry as the table holds it.
type auditRow struct {
	seq, at, run int64
	event, op    string
	operation    int64
	guard        string
	source, by   string
	tombstone    string
	erases       string // JSON
	says         personal
	salt         []byte // nil: erased
	commitment   []byte
	prev, hash   []byte
}

// personal is the personal data of an entry, in the order of the table: change, person, csi,
// credential, Threema IDs in JSON, evidence, message.
type personal [7]string

// nothing is what an erased entry says of a person.
func nothing() personal { return personal{4: "[]"} }

const (
	auditColumns = `seq, at, run, event, op, operation, guard, source, by, tombstone, erases, ` +
		`change_id, person, csi, credential_id, threema_ids, evidence, message, salt, commitment, prev_hash, hash`
	insertAudit = `INSERT INTO audit (` + auditColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	eraseWords  = `change_id = '', person = '', csi = '', credential_id = '', threema_ids = '[]', evidence = '', message = '', salt = NULL`
)

// commit is the SHA-256 over salt and personal data. Each goes in behind its length in bytes (64 bits,
// big endian), so that no value can pass for two.
func (r *auditRow) commit() []byte {
	return digest(append([]string{string(r.salt)}, r.says[:]...)...)
}

// digest is the SHA-256 over the hash of the entry before and all other columns up to erases in
// the order of the table, numbers in decimal, and the commitment, each behind its length.
func (r *auditRow) digest() []byte {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return digest(string(r.prev), number(r.seq), number(r.at), number(r.run), r.event, r.op, number(r.operation),
		r.guard, r.source, r.by, r.tombstone, r.erases, string(r.commitment))
}

func digest(fields ...string) []byte {
	var text []byte
	for _, field := range fields {
		text = binary.BigEndian.AppendUint64(text, uint64(len(field)))
		text = append(text, field...)
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// row places an entry in the chain.
func (e AuditEntry) row(seq, run int64, now time.Time, salt, prev []byte) (auditRow, error) {
	ids, err := encodeIDs(e.ThreemaIDs)
	if err != nil {
		return auditRow{}, err
	}
	erases := []byte("[]")
	if len(e.Erases) > 0 {
		if erases, err = json.Marshal(e.Erases); err != nil {
			return auditRow{}, err
		}
	}
	r := auditRow{
		seq: seq, at: millis(now), run: run, event: string(e.Event), op: string(e.Op), operation: e.Operation,
		guard: e.Guard, source: e.Person.Source, by: e.By, tombstone: e.Tombstone, erases: string(erases),
		says: personal{e.ChangeID, e.Person.ID, e.CSI, e.CredentialID, ids, e.EvidenceText, e.Message}, salt: salt, prev: prev,
	}
	r.commitment = r.commit()
	r.hash = r.digest()
	return r, nil
}

func (r *auditRow) values() []any {
	w := &r.says
	return []any{
		r.seq, r.at, r.run, r.event, r.op, r.operation, r.guard, r.source, r.by, r.tombstone, r.erases,
		w[0], w[1], w[2], w[3], w[4], w[5], w[6], r.salt, r.commitment, r.prev, r.hash,
	}
}

func (r *auditRow) scan(rows *sql.Rows) error {
	w := &r.says
	return rows.Scan(&r.seq, &r.at, &r.run, &r.event, &r.op, &r.operation, &r.guard, &r.source, &r.by, &r.tombstone, &r.erases,
		&w[0], &w[1], &w[2], &w[3], &w[4], &w[5], &w[6], &r.salt, &r.commitment, &r.prev, &r.hash)
}

func (r *auditRow) erased() bool { return r.salt == nil }

func (r *auditRow) entry() (AuditEntry, error) {
	ids, err := decodeIDs(r.says[4])
	if err != nil {
		return AuditEntry{}, err
	}
	erases, err := decodeSeqs(r.erases)
	return AuditEntry{
		Seq: r.seq, At: fromMillis(r.at), Run: r.run, Event: AuditEvent(r.event), Op: model.Op(r.op), Operation: r.operation,
		Guard: r.guard, By: r.by, Tombstone: r.tombstone, Erases: erases, Erased: r.erased(),
		ChangeID: r.says[0], Person: model.PersonID{Source: r.source, ID: r.says[1]}, CSI: r.says[2], CredentialID: r.says[3],
		ThreemaIDs: ids, EvidenceText: r.says[5], Message: r.says[6],
		Salt: hex.EncodeToString(r.salt), Commitment: hex.EncodeToString(r.commitment),
		PrevHash: hex.EncodeToString(r.prev), Hash: hex.EncodeToString(r.hash),
	}, err
}

// decodeSeqs is the list behind the column erases, nil if it is empty.
func decodeSeqs(text string) ([]int64, error) {
	var seqs []int64
	if err := json.Unmarshal([]byte(text), &seqs); err != nil {
		return nil, fmt.Errorf("read the numbers of erased entries: %w", err)
	}
	if len(seqs) == 0 {
		return nil, nil
	}
	return seqs, nil
}
