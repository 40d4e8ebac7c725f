package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const auditHelp = `The audit tells every decision with its evidence: what was begun, what came of it, who said yes.
Entries are only ever added, and each holds the hash of the one before it. When leavers.retention
is over, the personal data of an entry is erased; another entry tells so, and the chain still holds.

audit verify finds the first entry that was edited, removed, inserted, emptied by hand, or filled
again after it was erased; then it exits with 1. It cannot find that somebody who may write to the
ledger has made all of it anew: keep the hash that it tells, or the export, where this machine cannot
write, and compare.

audit export writes it all to stdout, one JSON object on each line. It tells who was taken out,
by the directory's ID, the csi and the Threema ID: treat it like a list of staff, and delete it when
their time is over. Of an erased entry it tells the tombstone: a keyed hash in place of the person.

Both need neither the directory nor the package, nor their secrets, and work beside a pass.`

func (p *program) auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Verify or export the tamper-evident record of every decision",
		Long:  auditHelp,
		Args:  subcommand,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("say what to do with the audit: verify or export")
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "verify",
		Short: "Find the first entry of the audit that is not as it was written",
		Args:  atMost(0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.readingLedger(cmd.Context(), p.verifyAudit) },
	}, &cobra.Command{
		Use:   "export",
		Short: "Write the audit to stdout as JSON lines",
		Args:  atMost(0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.readingLedger(cmd.Context(), p.exportAudit) },
	})
	return cmd
}

// readingLedger calls work with the ledger, to be read. It needs nothing else of the configuration.
func (p *program) readingLedger(ctx context.Context, work func(context.Context, *ledger.Reader) error) error {
	return p.installation().WithReader(ctx, func(cfg *config.Config, _ func() time.Time, reader *ledger.Reader) error {
		if reader == nil {
			return fmt.Errorf("there is no ledger in %s: no pass has run here yet, or somebody has removed it", cfg.StateDir)
		}
		return work(ctx, reader)
	})
}

func (p *program) verifyAudit(ctx context.Context, reader *ledger.Reader) error {
	report, err := reader.VerifyAudit(ctx)
	if err != nil {
		return err
	}
	if report.Fault == "" {
		say(p.Stdout, "The audit is as it was written: %s, of which %d are erased; the hash of the last one is %s", wording.Counted(int(report.Entries), "entry", "entries"), report.Erased, report.Head)
		return nil
	}
	p.code = dirsync.ExitFailed
	say(p.Stdout, "THE AUDIT WAS TAMPERED WITH, or the file is damaged: %s", report.Fault)
	say(p.Stdout, "Entries that are as they were written: the first %d, up to the hash %s", report.Entries, report.Head)
	say(p.Stdout, "Do not trust what comes after them. Copy ledger.db, ledger.db-wal and ledger.db-shm from state_dir before anything else happens,")
	say(p.Stdout, "compare them with your last export, and find out who could write to that folder. Passes go on: `touch` the file stop there to halt leavers.")
	return nil
}

// auditLine is a line of the export. Names are added, never changed.
type auditLine struct {
	Seq          int64             `json:"seq"`
	At           time.Time         `json:"at"`
	Run          int64             `json:"run"`
	Event        ledger.AuditEvent `json:"event"`
	Op           model.Op          `json:"op"`
	ChangeID     string            `json:"changeId"`
	Person       auditPerson       `json:"person"`
	CredentialID string            `json:"credentialId"`
	ThreemaIDs   []string          `json:"threemaIds"`
	Evidence     string            `json:"evidence"`
	Message      string            `json:"message"`
	By           string            `json:"by"`
	Hash         string            `json:"hash"`
	Operation    int64             `json:"operation"`
	Guard        string            `json:"guard"`
	Erased       bool              `json:"erased"`
	Tombstone    string            `json:"tombstone"`
	Erases       []int64           `json:"erases"`
	Salt         string            `json:"salt"`
	Commitment   string            `json:"commitment"`
}

type auditPerson struct {
	Source string `json:"source"`
	ID     string `json:"id"`
	CSI    string `json:"csi"`
}

func (p *program) exportAudit(ctx context.Context, reader *ledger.Reader) error {
	encoder := wording.NewEncoder(asRecorded(p.Stdout))
	encoder.SetEscapeHTML(false)
	return reader.Audit(ctx, func(e ledger.AuditEntry) error {
		line := auditLine{
			Seq: e.Seq, At: e.At, Run: e.Run, Event: e.Event, Op: e.Op, ChangeID: e.ChangeID,
			Person:       auditPerson{e.Person.Source, e.Person.ID, e.CSI},
			CredentialID: e.CredentialID, ThreemaIDs: append([]string{}, e.ThreemaIDs...),
			Evidence: e.EvidenceText, Message: e.Message, By: e.By, Hash: e.Hash,
			Operation: e.Operation, Guard: e.Guard, Erased: e.Erased, Tombstone: e.Tombstone, Erases: append([]int64{}, e.Erases...),
			Salt: e.Salt, Commitment: e.Commitment,
		}
		if err := encoder.Encode(line); err != nil {
			return fmt.Errorf("write the export: %w", err)
		}
		return nil
	})
}
