package sync

import (
	"context"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Source is a user directory, read completely or not at all.
type Source interface {
	// Name is the source's name in the configuration.
	Name() string
	// Prefer names the server that the last complete read came from, by the address of its
	// model.Replica: it is asked first from now on. "" if there is none.
	Prefer(address string)
	// Read takes one complete snapshot. The answer holds a sighting for each of the tracked
	// people that the scope did not show: they are looked up by immutable ID over the whole
	// suffix on the same connection. Any doubt is a *model.ReadError, never a shorter snapshot.
	Read(ctx context.Context, tracked []model.Tracked) (model.Snapshot, error)
	// Recheck looks people up afresh, for the last look before a destructive request. It returns one
	// sighting per person, in order, or an error: also where another server answers than at the last read.
	Recheck(ctx context.Context, tracked []model.Tracked) ([]model.Sighting, error)
	// Holders lists the people of the scope who have this value of an attribute now, for the same
	// look. Whether a group entitles them is left open.
	Holders(ctx context.Context, attribute, value string) ([]model.Person, error)
}

// Mapper turns people into identities. It never fails as a whole: what cannot be mapped is a
// held identity.
type Mapper interface {
	Map(model.Person) model.Identity
	// KeyAttribute is the attribute that is the csi, unchanged; "" if the csi is made of more.
	KeyAttribute() string
}

// WorkAPI is the licence package behind the Work API. Every error is a model.Failure. A write
// is tried once; whether it may be repeated is the caller's to know.
type WorkAPI interface {
	// Inventory reads the subscription and the four lists, each complete or an error.
	Inventory(ctx context.Context) (model.Inventory, error)
	// Subscription reads the licence package itself.
	Subscription(ctx context.Context) (model.Subscription, error)
	// Clock is what the answers since the last Inventory began tell of the service's clock.
	Clock() model.ServiceClock
	// Credential reads one credential; FailureNotFound if it is gone.
	Credential(ctx context.Context, id string) (model.Credential, error)
	// Settings reads the individual settings of one credential, sorted by name; none of one that has
	// none, or is gone.
	Settings(ctx context.Context, credentialID string) ([]model.KeptSetting, error)
	// CreateCredential creates a personal credential (licenceCount 1).
	CreateCredential(ctx context.Context, username string, password secret.Value, hash, lock bool) (model.Credential, error)
	// ReplacePassword gives a credential that nobody uses a new password. Its only use is the
	// recovery of a create (design §5.7).
	ReplacePassword(ctx context.Context, id, username string, password secret.Value, hash, lock bool) error
	// Withdraw deletes a credential.
	Withdraw(ctx context.Context, id string) error
	// UsersOf lists the users that are linked to a credential, all of them. usage is how many IDs use
	// it as the credential says itself, 0 of one that is gone: a shorter answer is not believed.
	UsersOf(ctx context.Context, credentialID string, usage int) ([]model.User, error)
	// User reads one user; FailureNotFound if the ID is not in the package.
	User(ctx context.Context, threemaID string) (model.User, error)
	// Detach unlinks an ID from the package, Revoke destroys it for ever.
	Detach(ctx context.Context, threemaID string) error
	Revoke(ctx context.Context, threemaID string) error
	// CreateContact and UpdateContact write one contact; both names must not be empty.
	CreateContact(ctx context.Context, c model.Contact) error
	UpdateContact(ctx context.Context, c model.Contact) error
	// SetSettings sends one bulk request. FailureRefused says that one value of it is bad.
	SetSettings(ctx context.Context, settings []model.CredentialSettings) error
	// UnsetSetting removes one setting of one credential.
	UnsetSetting(ctx context.Context, credentialID, name string) error
}

// Memory is what a preview needs of the ledger.
type Memory interface {
	// State loads what the last passes left.
	State(ctx context.Context) (model.State, error)
	// Budget is what is left of the day's requests.
	Budget(ctx context.Context) (model.Budget, error)
	// BlockRequests stops all requests until a time, after the service answered 429.
	BlockRequests(ctx context.Context, until time.Time) error
}

// Ledger is the memory between passes and the journal of effects. Each method is one
// transaction; those that precede a request are on disk when they return.
type Ledger interface {
	Memory

	// StartRun opens the record of a pass. FinishRun closes it; its report is what status shows.
	StartRun(ctx context.Context, mode model.Mode) (int64, error)
	FinishRun(ctx context.Context, run int64, end model.RunEnd) error
	// Remember records what a pass learned.
	Remember(ctx context.Context, run int64, m model.StateUpdate) error

	// Begin writes INTENT rows and, for a withdrawal, its departure; it returns the rows with their
	// IDs, in order.
	Begin(ctx context.Context, run int64, ops []model.Operation) ([]model.Operation, error)
	// Created notes the credential that a create got, its ownership, and the settings that are about
	// to be written to it; the row stays open until the hand-over line is synced.
	Created(ctx context.Context, operation int64, credentialID string, settings []model.Setting) error
	// PastCreates lists the credentials that were made and handed over before, as far as they are
	// remembered: those people had a line.
	PastCreates(ctx context.Context) ([]model.PastCreate, error)
	// Settle closes rows and records their effects: ownership, departure, publication, refusals.
	Settle(ctx context.Context, settlements []model.Settlement) error

	// BeginWithdrawn begins the departure of somebody whose credential was gone before: it is no longer theirs.
	BeginWithdrawn(ctx context.Context, run int64, d model.Departure) error
	// Sighted records that the last look before a request found somebody entitled who had departed:
	// their row of departures ends, and every yes to it.
	Sighted(ctx context.Context, run int64, person model.PersonID) error
	// BeginTrial keeps what a bulk write may take away, before it is sent; EndTrial forgets it.
	// LearnBulk keeps what such a write does.
	BeginTrial(ctx context.Context, t model.Trial) error
	EndTrial(ctx context.Context) error
	LearnBulk(ctx context.Context, reading model.BulkReading) error

	// Order records that somebody ordered a withdrawal: it stands until it is carried out, or ends.
	Order(ctx context.Context, run int64, o model.OpenOrder, csi, reason string) error
	// PutOut records that somebody ordered the withdrawal of a credential that a departure had taken: the word outlives it.
	PutOut(ctx context.Context, run int64, o model.OpenOrder, csi, reason string) error
	// RevokeUndo records that a withdrawal that somebody took back is ordered again.
	RevokeUndo(ctx context.Context, run int64, person model.PersonID, csi, by, reason string) error
	// RecordDecision records in the audit what was decided against.
	RecordDecision(ctx context.Context, run int64, d model.Decision) error
	// Erase leaves only a tombstone of those of whom nothing is ours any more and nothing was
	// recorded for so long (D-67). It returns of how many people.
	Erase(ctx context.Context, run int64, retention time.Duration) (int, error)
}

// Handover receives each new credential with its password, once.
type Handover interface {
	// Check tells whether a delivery could succeed. It is asked before the first create of a pass.
	Check() error
	// Deliver appends the entries and syncs them to disk before it returns, and says where. Entries that
	// it reported as delivered survive a crash.
	Deliver(ctx context.Context, entries []handover.Entry) (handover.Receipt, error)
}
