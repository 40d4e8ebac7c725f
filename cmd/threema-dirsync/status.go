package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// status is what the ledger knows, without asking anybody else.
type status struct {
	LastPass   *passStatus             `json:"lastPass"`
	NextPass   time.Time               `json:"nextPass"` // by the schedule
	Sources    []sourceStatus          `json:"sources"`
	Removed    []removedStatus         `json:"removedSources"`
	Guards     []guardStatus           `json:"guards"`
	Waits      []model.Wait            `json:"-"`        // of the last pass that had a plan, without what is answered
	Answered   []answerStatus          `json:"answered"` // since the last pass that ended
	Freed      *freedStatus            `json:"freed,omitempty"`
	Orders     []orderStatus           `json:"orders"` // that are not carried out yet
	Leavers    []leaverStatus          `json:"leavers"`
	Suspended  []model.SuspendedPerson `json:"-"` // who is on leave, as somebody said
	Alarms     []model.Alarm           `json:"-"`
	Effects    []model.Effect          `json:"-"` // not verified yet
	Approved   approvalStatus          `json:"approvals"`
	Stop       string                  `json:"stop"` // why nothing is taken from anybody now, "" if it may be
	Open       int                     `json:"operationsOpen"`
	Quota      quotaStatus             `json:"quota"`
	Seats      view.CountedSeats       `json:"seats"`
	Managed    int                     `json:"managedCredentials"`
	Held       heldStatus              `json:"heldPeople"`         // by the last pass that ended
	Baseline   *baselineStatus         `json:"baseline,omitempty"` // what the last pass asked about, or was told
	Handover   []handover.Waiting      `json:"handover"`           // lines with passwords that nobody has fetched yet
	NoHandover string                  `json:"noHandover"`         // why nobody gets a credential now, as no password can be handed over; "" if nothing is seen that stops it
	Report     json.RawMessage         `json:"report,omitempty"`

	unlooked error                   // why nobody knows whether such lines wait, nil if it is known
	asked    map[model.WaitCode]bool // by the last pass that had a plan
}

// statusJSON is the status for programs: members are added, never renamed.
type statusJSON struct {
	status
	Waits     []view.WaitJSON      `json:"waits"`
	Suspended []view.SuspendedJSON `json:"suspended"`
	Alarms    []view.AlarmJSON     `json:"alarms"`
	Effects   []view.EffectJSON    `json:"effects"`
}

func newStatusJSON(s status) statusJSON {
	return statusJSON{s, view.NewWaitsJSON(s.Waits), view.NewSuspensionsJSON(s.Suspended), view.NewAlarmsJSON(s.Alarms), view.NewEffectsJSON(s.Effects)}
}

type passStatus struct {
	Started  time.Time  `json:"started"`
	Finished *time.Time `json:"finished"` // null: under way, or it crashed
	Policy   model.Mode `json:"policy"`
	Result   string     `json:"result"`
	ExitCode int        `json:"exitCode"`
	// Cause is why it failed or waits, and Command what to type then; both "" if all is well.
	Cause   string `json:"cause"`
	Command string `json:"command"`
	// Check is what to look at before that is typed, "" if nothing is.
	Check string `json:"check,omitempty"`
}

type leaverStatus struct {
	Source   string     `json:"source"`
	ID       string     `json:"id"`
	CSI      string     `json:"csi"`
	DN       string     `json:"dn"`
	Evidence string     `json:"evidence"`
	Since    time.Time  `json:"since"`
	Reads    int        `json:"reads"`
	Stage    string     `json:"stage"` // unconfirmed, confirmed or withdrawn
	At       *time.Time `json:"confirmedAt"`
	// Suspended tells that no step is done, as the person is on leave.
	Suspended bool `json:"suspended"`
}

type quotaStatus struct {
	Unlimited bool      `json:"unlimited"`
	Remaining int       `json:"remaining"`
	FreeAt    time.Time `json:"freeAt"`
}

// baselineStatus counts whom a change of the baseline concerns; the report has the names.
type baselineStatus struct {
	Accepted bool `json:"accepted"`
	Enters   int  `json:"enters"`
	Leaves   int  `json:"leaves"`
	Rekeyed  int  `json:"rekeyed"`
	Missing  int  `json:"missing"`
	Unclear  int  `json:"unclear"`
}

// sourceStatus and guardStatus are read back from the report of the last pass.
type (
	sourceStatus struct {
		Name          string            `json:"name"`
		Complete      bool              `json:"complete"`
		Outside       int               `json:"outside"` // people in none of the groups that entitle, the first of them, and the groups
		OutsidePeople []view.PersonJSON `json:"outsidePeople,omitempty"`
		Groups        []string          `json:"groups,omitempty"`
		Conditions    []conditionStatus `json:"conditions"`
		Reason        model.ReadReason  `json:"reason,omitempty"` // why it was not read, in one word
		Error         string            `json:"error,omitempty"`  // the same, and what to do
	}
	conditionStatus struct {
		Name   string     `json:"name"`
		OK     bool       `json:"ok"`
		Detail string     `json:"detail"`
		Code   model.Code `json:"code,omitempty"`
	}
	guardStatus struct {
		Guard  string `json:"guard"`
		Source string `json:"source"`
		Detail string `json:"detail"`
		Check  string `json:"check,omitempty"`
		// Answered tells that nobody is asked because of it any more.
		Answered bool `json:"answered,omitempty"`
	}
)

func (p *program) statusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the last pass and its conditions, alarms, guards, pending leavers, effects, quota and seats",
		Args:  atMost(0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.status(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the status as JSON")
	return cmd
}

// status needs neither the directory nor the package, nor their secrets.
func (p *program) status(ctx context.Context, asJSON bool) error {
	var s status
	err := p.installation().WithReader(ctx, func(cfg *config.Config, now func() time.Time, reader *ledger.Reader) (err error) {
		s = emptyStatus(cfg)
		if reader != nil {
			s, err = readStatus(ctx, reader, cfg, now())
		}
		s.NextPass = cfg.NextRun(now()).UTC()
		s.Handover, s.unlooked = app.HandoverWaiting(cfg)
		s.NoHandover = app.HandoverTrouble(cfg)
		return err
	})
	switch {
	case err != nil:
		return err
	case asJSON:
		return writeJSON(p.Stdout, newStatusJSON(s))
	}
	return p.printStatus(s)
}

// emptyStatus is that of an installation that has no ledger yet: nothing has happened.
func emptyStatus(cfg *config.Config) status {
	return status{
		Sources: []sourceStatus{}, Removed: []removedStatus{}, Guards: []guardStatus{}, Answered: []answerStatus{}, Orders: []orderStatus{}, Stop: app.StopReason(cfg), Leavers: []leaverStatus{},
		Quota: quotaStatus{Unlimited: cfg.Threema.DailyRequests == 0, Remaining: cfg.Threema.DailyRequests},
	}
}

func readStatus(ctx context.Context, reader *ledger.Reader, cfg *config.Config, now time.Time) (status, error) {
	runs, err := reader.LastRuns(ctx, 1)
	if err != nil {
		return status{}, err
	}
	state, err := reader.State(ctx)
	if err != nil {
		return status{}, err
	}
	budget, err := reader.Budget(ctx)
	if err != nil {
		return status{}, err
	}
	s := status{
		Sources: []sourceStatus{}, Guards: []guardStatus{}, Orders: ordersOf(state), Leavers: leaversOf(state, now), Open: len(state.Open), Managed: len(state.Managed()),
		Removed: removedSources(state, cfg.Sources), Suspended: state.SuspendedPeople(cfg.Decisions(), now),
		Quota:  quotaStatus{budget.Unlimited, budget.Remaining, budget.FreeAt},
		Alarms: append([]model.Alarm{}, state.Alarms...), Effects: underWay(state),
		Waits: append([]model.Wait{}, plan.StandingWaits(state.Waits)...), Stop: app.StopReason(cfg), asked: map[model.WaitCode]bool{},
	}
	for _, w := range s.Waits {
		s.asked[w.Code] = true
	}
	if len(runs) > 0 {
		s.addPass(runs[0])
	}
	report, err := reader.LastReport(ctx)
	s.addReport(report)
	s.Approved = approvalsOf(state, cfg.Decisions(), now, report)
	taken, takenErr := reader.TakenBack(ctx)
	asked, askedErr := reader.AskedAfter(ctx)
	s.addAnswers(state, report, taken, asked, cfg.Decisions(), now)
	s.LastPass.addCause(report, s.Waits, s.describeAnswers())
	return s, errors.Join(err, takenErr, askedErr)
}

func (s *status) addPass(run ledger.RunRecord) {
	s.LastPass = &passStatus{Started: run.Started, Policy: run.Mode, Result: run.Result, ExitCode: run.ExitCode}
	if !run.Finished.IsZero() {
		s.LastPass.Finished = &run.Finished
	}
}

// addReport adds what only the report of the last pass that ended tells: a pass under way has
// none yet.
func (s *status) addReport(text json.RawMessage) {
	s.Report = text
	var report struct {
		Sources []sourceStatus    `json:"sources"`
		Guards  []guardStatus     `json:"guards"`
		Seats   view.CountedSeats `json:"seats"`
		Waits   []view.WaitJSON   `json:"waits"`
	}
	s.Held = readHeld(text)
	s.Baseline = readBaseline(text)
	if json.Unmarshal(text, &report) == nil && report.Guards != nil && report.Sources != nil {
		s.Sources, s.Guards, s.Seats = report.Sources, report.Guards, report.Seats
	}
	s.nameWaiting(report.Waits)
}

// nameWaiting adds whom the waits are about, which only a report with a plan tells.
func (s *status) nameWaiting(told []view.WaitJSON) {
	for n := range s.Waits {
		if i := slices.IndexFunc(told, func(w view.WaitJSON) bool { return w.Code == s.Waits[n].Code }); i >= 0 {
			w := told[i].Wait()
			s.Waits[n].Whom, s.Waits[n].Covers, s.Waits[n].CoversSteps, s.Waits[n].Check = w.Whom, w.Covers, w.CoversSteps, w.Check
		}
	}
}

// readBaseline counts the lists of a report, with what its record leaves out.
func readBaseline(text json.RawMessage) *baselineStatus {
	var report struct {
		Baseline *struct {
			Accepted                                  bool
			Enters, Leaves, Rekeyed, Missing, Unclear []json.RawMessage
		} `json:"baseline"`
		Omitted map[string]int `json:"omitted"`
	}
	if json.Unmarshal(text, &report) != nil || report.Baseline == nil {
		return nil
	}
	b, omitted := report.Baseline, report.Omitted
	return &baselineStatus{
		Accepted: b.Accepted, Enters: len(b.Enters) + omitted["baseline.enters"],
		Leaves: len(b.Leaves) + omitted["baseline.leaves"], Rekeyed: len(b.Rekeyed) + omitted["baseline.rekeyed"],
		Missing: len(b.Missing) + omitted["baseline.missing"], Unclear: len(b.Unclear) + omitted["baseline.unclear"],
	}
}

// underWay are the effects that are not verified yet.
func underWay(state model.State) []model.Effect {
	return slices.DeleteFunc(append([]model.Effect{}, state.Effects...), func(e model.Effect) bool { return e.State() != model.EffectRequested })
}

func leaversOf(state model.State, now time.Time) []leaverStatus {
	stake := state.AtStake()
	withdrawn := map[model.PersonID]bool{}
	suspended := map[model.PersonID]bool{}
	for _, s := range state.Suspensions {
		suspended[s.Person] = s.Stands(now)
	}
	for _, departure := range state.Departures {
		withdrawn[departure.Person] = !departure.WithdrawnAt.IsZero()
	}
	leavers := []leaverStatus{}
	for _, o := range state.Observations {
		if o.State != model.Departed || !stake[o.Person] {
			continue
		}
		l := leaverStatus{
			Source: o.Person.Source, ID: o.Person.ID, CSI: o.CSI, DN: o.DN,
			Evidence: o.Evidence.String(), Since: o.Since, Reads: o.Reads, Stage: "unconfirmed", Suspended: suspended[o.Person],
		}
		if !o.ConfirmedAt.IsZero() {
			l.Stage, l.At = "confirmed", &o.ConfirmedAt
		}
		if withdrawn[o.Person] {
			l.Stage = "withdrawn"
		}
		leavers = append(leavers, l)
	}
	return leavers
}
