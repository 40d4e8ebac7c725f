// Package ledger is the memory of the program: one SQLite file that knows which credentials
// are ours, where everybody was seen, what was begun and what came of it, and how many
// requests the rolling day has left.
//
// Start with [Open]. There are three handles, each with the powers of the one before:
//
//	Reader   State, Budget, LastRuns, Seeds             status, beside a running pass
//	         and VerifyAudit, Audit                     audit verify|export
//	Meter    and Take, BlockRequests                    plan: it counts its requests, and notes
//	         and NoteRefusedLogin                       a password that was refused; nothing else
//	Ledger   and StartRun … Settle, Erase               a pass, by the holder of the flock
//	         and ForgetSource, RenameSource             source, by the holder of the flock
//	         and Approve, RecordDecision                      approve, beside a running pass
//
// A Ledger satisfies the interface Ledger of package sync, a Meter the quota of package threema.
//
// # What a caller may rely on
//
// Every method is one transaction. When a writing method returns nil, its rows are on disk
// (synchronous=FULL, pitfall E1). [Ledger.Begin] therefore comes before a request goes out.
// [Ledger.Created] and [Ledger.Settle] record what has happened, so they finish even if
// their context is cancelled (pitfalls D7, E4); all others obey it.
//
// An operation is INTENT until Settle closes it. A crash leaves it so, and the next
// [Ledger.StartRun] marks it unknown; both are open, and only looking at the package closes
// them. An interrupted create is resumed on its open row: Created and Settle take its ID, and
// Begin refuses a second one.
//
// Each of these steps, and each approval, binding, guard and refusal, leaves an entry in the audit,
// in the same transaction. An entry is never changed, and each holds the hash of the one before:
// [Reader.VerifyAudit] says what that proves, and what it cannot. The hash covers personal data by
// way of a salted commitment (chain.go), so that [Ledger.Erase] can take it out and the chain holds.
// Whoever adds a table with people adds its lines to stakes and traces (erase.go).
//
// No password, key or activation link enters: the types of package plan carry none, but for the
// salted, slow hash that stands for a refused password (logins.go). The file
// holds personal data all the same, so it is made with mode 0600, and one that others can
// read is refused (pitfall E5).
//
// # Where to look
//
//	open.go        the handles
//	file.go        folder, file and their modes
//	pragma.go      how a connection is opened, and the proof that it is as it should be
//	migrate.go     schema/NNNN.sql, one per version, with what each column means; a backup before each
//	tx.go          transactions, rows, times
//	highwater.go   is this the ledger of the last pass? The small file beside it
//	said.go        the last word that somebody said, in that file
//	runs.go        the record of passes
//	state.go       everything that a pass starts from
//	observe.go     Remember: what a pass learned
//	whereabouts.go its largest part: where everybody was seen
//	sighted.go     who was found entitled between two passes
//	sentinels.go   by whom each OU shows that it can be read
//	reads.go       the days of complete reads
//	bind.go        what the ledger is bound to
//	servers.go     which servers of a source it knows
//	sources.go     sources that were given up, or are called otherwise
//	csis.go        csis that people had before
//	links.go       who used an ID before
//	unlisted.go    what the last list of the package lacked
//	service.go     what the service taught us: page sizes, bulk writes
//	journal.go     Begin, Created, Settle
//	readback.go    its rows, read back
//	creates.go     settings of a create under way
//	effect.go      what a settled operation changes in the tables
//	watch.go       what was taken: does it hold?
//	ordered.go     what was taken on somebody's word alone
//	openorders.go  orders that are not carried out yet
//	departure.go   leavers on their way out
//	vanished.go    IDs that went by themselves
//	approvals.go   what somebody said yes to
//	suspensions.go leaves of absence
//	undone.go      withdrawals that were taken back
//	putout.go      people whom somebody's word put out
//	held.go        people whom somebody accepted as held
//	skips.go       which steps a last look stopped
//	waits.go       what somebody is asked for
//	asked.go       what is left of it after a yes
//	guards.go      which guards tripped, for the audit
//	history.go     what is known of one person
//	audit.go       the record of every decision
//	chain.go       its hashes
//	verify.go      the proof that it is whole
//	erase.go       the end of the memory of a person
//	tombstone.go   what is left of one
//	scrub.go       the disk
//	quota.go       the requests of the rolling day
//	logins.go      the passwords that a directory refused
package ledger
