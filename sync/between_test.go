package sync_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// refuser answers 422 to a bulk write that holds a text, and repeats the value, as services do.
type refuser struct {
	next http.Handler
	text *string // "": none
}

func (h refuser) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if *h.text == "" || r.Method != http.MethodPost || !bytes.Contains(body, []byte(*h.text)) {
		h.next.ServeHTTP(out, r)
		return
	}
	out.Header().Set("Content-Type", "application/json")
	out.Header().Set(worksim.DeviationHeader, "test")
	out.WriteHeader(http.StatusUnprocessableEntity)
	_, _ = io.WriteString(out, `{"error":"the value `+strings.Trim(*h.text, `"`)+` is bad"}`)
}

// racing is a package in which somebody else does everything right before us.
type racing struct {
	dirsync.WorkAPI
}

func (p racing) Withdraw(ctx context.Context, id string) error {
	if err := p.WorkAPI.Withdraw(ctx, id); err != nil {
		return err
	}
	return p.WorkAPI.Withdraw(ctx, id)
}

func (p racing) Detach(ctx context.Context, id string) error {
	if err := p.WorkAPI.Detach(ctx, id); err != nil {
		return err
	}
	return p.WorkAPI.Detach(ctx, id)
}

// editing is a package that somebody changes right after it was read.
type editing struct {
	dirsync.WorkAPI
	edit func()
}

func (p editing) Inventory(ctx context.Context) (model.Inventory, error) {
	inventory, err := p.WorkAPI.Inventory(ctx)
	p.edit()
	return inventory, err
}

// interrupting is a package during one call of which the program is told to stop.
type interrupting struct {
	dirsync.WorkAPI
	during string
	cancel func()
}

func (p interrupting) stop(call string) {
	if call == p.during {
		p.cancel()
	}
}

func (p interrupting) Inventory(ctx context.Context) (model.Inventory, error) {
	defer p.stop("inventory")
	return p.WorkAPI.Inventory(ctx)
}

func (p interrupting) CreateCredential(ctx context.Context, username string, password secret.Value, hash, lock bool) (model.Credential, error) {
	p.stop("create")
	return p.WorkAPI.CreateCredential(ctx, username, password, hash, lock)
}

func (p interrupting) Withdraw(ctx context.Context, id string) error {
	p.stop("withdraw")
	return p.WorkAPI.Withdraw(ctx, id)
}

func (p interrupting) SetSettings(ctx context.Context, settings []model.CredentialSettings) error {
	p.stop("settings")
	return p.WorkAPI.SetSettings(ctx, settings)
}

// fullDisk is a ledger that takes no intent of one operation.
type fullDisk struct {
	dirsync.Ledger
	op model.Op
}

func (l fullDisk) Begin(ctx context.Context, run int64, ops []model.Operation) ([]model.Operation, error) {
	if len(ops) > 0 && ops[0].Op == l.op {
		return nil, errors.New("disk full")
	}
	return l.Ledger.Begin(ctx, run, ops)
}

// joining is a package in which an ID appears on a credential right before that is withdrawn.
type joining struct {
	dirsync.WorkAPI
	w *world
}

func (p joining) Withdraw(ctx context.Context, id string) error {
	p.w.put(func(s *worksim.State) { s.Users = append(s.Users, worksim.User{ID: "LATECOME", CredentialID: id}) })
	return p.WorkAPI.Withdraw(ctx, id)
}

// sleeping is a package before whose first look at a credential the machine slept.
type sleeping struct {
	dirsync.WorkAPI
	sleep func()
}

func (p *sleeping) Credential(ctx context.Context, id string) (model.Credential, error) {
	p.sleep()
	p.sleep = func() {}
	return p.WorkAPI.Credential(ctx, id)
}
