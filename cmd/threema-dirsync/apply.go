package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
)

const applyHelp = `apply FILE carries out a plan that "plan --out FILE" wrote: one pass that does the changes which
the file tells as due, and no others. It reads directory and package afresh. If one of those
changes does not hold any more, or would write something else by now, it carries out none of
them, tells the difference and exits 1. The file is a request and never an approval: limits,
approvals, the stop file and the last look before each request apply as in any pass.`

func (p *program) applyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "apply FILE",
		Short: "Carry out a plan written by plan --out, if all of it still holds",
		Long:  applyHelp,
		Args:  exactly(1, "the file that `plan --out` wrote"),
		RunE:  func(cmd *cobra.Command, args []string) error { return p.apply(cmd.Context(), args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}

func (p *program) apply(ctx context.Context, path string, asJSON bool) error {
	by := p.operator()
	return p.withPass(ctx, func(pass *dirsync.Pass) error {
		request, err := readPlan(path)
		if err != nil {
			return fmt.Errorf("read the plan %s: %w; nothing was done", path, err)
		}
		request.By = by
		report := pass.Apply(ctx, request)
		p.code = report.ExitCode()
		return p.print(report, asJSON)
	})
}

// readPlan reads a regular file only: a pipe that nobody writes to would hold the lock for ever.
func readPlan(path string) (dirsync.Request, error) {
	f, _, err := plainfile.Open(path)
	if err != nil {
		return dirsync.Request{}, err
	}
	request, err := dirsync.ReadRequest(f)
	return request, errors.Join(err, f.Close())
}

// planFile is a new file for a plan. It is made before anything is read, so that nobody waits for
// a plan that cannot be written.
type planFile struct {
	*os.File
	path string
}

// newPlanFile makes the file. It overwrites nothing: the file that is there may be the plan that
// somebody is reading.
func newPlanFile(path string) (*planFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("write the plan: %s exists already, and is not overwritten: remove it, or name another file", path)
	}
	if err != nil {
		return nil, fmt.Errorf("write the plan: %w", plainfile.Full(err, path))
	}
	return &planFile{f, path}, nil
}

// finish writes the plan, if there is one. A file without a whole plan does not stay.
func (f *planFile) finish(report dirsync.Report) error {
	if !report.Planned {
		return errors.Join(f.Close(), os.Remove(f.path))
	}
	err := errors.Join(writeJSON(f, report), f.Close())
	if err != nil {
		return fmt.Errorf("write the plan to %s: %w", f.path, errors.Join(plainfile.Full(err, f.path), os.Remove(f.path)))
	}
	return nil
}
