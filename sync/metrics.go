package sync

import (
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

const namespace = "threema_dirsync"

// Metrics are the numbers of design §6. No person stands in any label. Label values come from
// closed sets and exist from the start, so that a rate over a first event is right
// (pitfalls I). What only a pass can tell of directory and package is not there before one has: a 0 would be an alert.
type Metrics struct {
	lastRun, lastSuccess, duration   prometheus.Gauge
	runs                             *prometheus.CounterVec
	snapshotPeople, snapshotComplete *prometheus.GaugeVec
	snapshotIncomplete               *prometheus.CounterVec
	people, planned                  *prometheus.GaugeVec
	changes                          *prometheus.CounterVec
	leaversPending, unknown          prometheus.Gauge
	guards                           *prometheus.GaugeVec
	requests                         *prometheus.CounterVec
	reload                           prometheus.Gauge
	budget, validUntil               *prometheus.GaugeVec // without labels: absent until a pass has told a value
	seats                            *prometheus.GaugeVec
	alarms, effects, waits           *prometheus.GaugeVec
	polls, hints                     *prometheus.CounterVec
}

// NewMetrics registers the metrics. version labels build_info; sources are the names of the
// configuration.
func NewMetrics(registry prometheus.Registerer, version, goVersion string, sources []string) *Metrics {
	f := factory{registry}
	m := &Metrics{
		lastRun:            f.gauge("last_run_timestamp_seconds", "End of the last pass, as Unix time."),
		lastSuccess:        f.gauge("last_success_timestamp_seconds", "End of the last pass without a failure, as Unix time."),
		duration:           f.gauge("run_duration_seconds", "How long the last pass took."),
		runs:               f.counters("runs_total", "Passes by result.", "result"),
		snapshotPeople:     f.gauges("snapshot_people", "People in the last complete snapshot.", "source"),
		snapshotComplete:   f.gauges("snapshot_complete", "1 if the last read of the source was complete in every respect.", "source"),
		snapshotIncomplete: f.counters("snapshot_incomplete_total", "Reads that gave no complete snapshot, by reason.", "source", "reason"),
		people:             f.gauges("people", "People by what the last plan found.", "state"),
		planned:            f.gauges("changes_planned", "Changes in the last plan, whatever their status.", "op"),
		changes:            f.counters("changes_total", "Changes tried, by what became of them.", "op", "result"),
		leaversPending:     f.gauge("leavers_pending", "People on the way out: confirmed or not, waiting or blocked."),
		unknown:            f.gauge("operations_unknown", "Requests whose answer was lost and that the next pass settles."),
		guards:             f.gauges("guard_tripped", "1 while a guard blocks changes.", "guard"),
		requests:           f.counters("api_requests_total", "Requests to the Work API; code 0 means no answer.", "method", "code"),
		budget:             f.gauges("api_budget_remaining", "Requests left of the rolling day."),
		validUntil:         f.gauges("subscription_valid_until_timestamp_seconds", "End of the licence package, as Unix time."),
		reload:             f.gauge("config_reload_success", "1 if the last load of the configuration succeeded."),
		seats:              f.gauges("seats", "Licences of the package.", "kind"),
		alarms:             f.gauges("alarms", "Standing alarms: what was taken from a leaver does not hold.", "kind"),
		effects:            f.gauges("effects", "Effects on leavers: not verified yet, or settled within the last week.", "state"),
		waits:              f.gauges("waits", "1 while something waits for somebody, which is exit 3, by what it is.", "code"),
		polls:              f.counters("polls_total", "Times that a source was asked between passes what changed, by result.", "source", "result"),
		hints:              f.counters("hints_total", "What brought a pass forward: people and groups that changed, by kind.", "source", "hint"),
	}
	f.build(version, goVersion)
	m.initialise(sources)
	return m
}

// factory registers what it makes.
type factory struct{ registry prometheus.Registerer }

func (f factory) gauge(name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
	f.registry.MustRegister(g)
	return g
}

func (f factory) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	f.registry.MustRegister(g)
	return g
}

func (f factory) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	f.registry.MustRegister(c)
	return c
}

func (f factory) build(version, goVersion string) {
	g := f.gauges("build_info", "Always 1; the version stands in the label.", "version", "goversion")
	g.WithLabelValues(version, goVersion).Set(1)
}

// initialise makes the label values exist, so that nothing appears out of nowhere.
func (m *Metrics) initialise(sources []string) {
	m.reload.Set(1)
	for _, word := range Outcomes() {
		m.runs.WithLabelValues(word)
	}
	for _, source := range sources {
		for _, reason := range model.ReadReasons() {
			m.snapshotIncomplete.WithLabelValues(source, string(reason))
		}
		for _, result := range []model.Result{model.Done, model.Failed} {
			m.polls.WithLabelValues(source, string(result))
		}
		for _, hint := range model.Hints() {
			m.hints.WithLabelValues(source, string(hint))
		}
	}
	for _, op := range model.Ops() {
		m.planned.WithLabelValues(string(op))
		for _, result := range Results() {
			m.changes.WithLabelValues(string(op), string(result))
		}
	}
	for _, guard := range model.Guards() {
		m.guards.WithLabelValues(guard)
	}
	m.Effects(nil, nil)
	m.Waits(nil)
}

// Seed sets the timestamps from the ledger at start, for else every restart would look like
// an outage.
func (m *Metrics) Seed(lastRun, lastSuccess time.Time) {
	setTime(m.lastRun, lastRun)
	setTime(m.lastSuccess, lastSuccess)
}

func setTime(g prometheus.Gauge, t time.Time) {
	if !t.IsZero() {
		g.Set(float64(t.UnixMilli()) / 1000)
	}
}

// Request counts one attempt; it is what the client of the Work API calls.
func (m *Metrics) Request(method string, status int, _ time.Duration) {
	m.requests.WithLabelValues(method, strconv.Itoa(status)).Inc()
}

// Polled counts a look at what changed, and what it brought.
func (m *Metrics) Polled(source string, hints []model.Hint, err error) {
	if err != nil {
		m.polls.WithLabelValues(source, string(model.Failed)).Inc()
		return
	}
	m.polls.WithLabelValues(source, string(model.Done)).Inc()
	for _, hint := range hints {
		m.hints.WithLabelValues(source, string(hint)).Inc()
	}
}

// Pass shows a finished pass.
func (m *Metrics) Pass(r Report) {
	setTime(m.lastRun, r.Finished)
	if code := r.ExitCode(); code == ExitOK || code == ExitWaiting {
		setTime(m.lastSuccess, r.Finished)
	}
	m.duration.Set(r.Finished.Sub(r.Started).Seconds())
	m.runs.WithLabelValues(r.Outcome()).Inc()
	for _, s := range r.Incomplete {
		m.snapshotComplete.WithLabelValues(s.Name).Set(0)
		m.snapshotIncomplete.WithLabelValues(s.Name, string(s.Reason)).Inc()
	}
	for _, x := range r.Results {
		m.changes.WithLabelValues(string(x.Change.Op), string(x.Result)).Inc()
	}
	if r.Planned {
		m.plan(r)
	}
}

func (m *Metrics) plan(r Report) {
	for _, s := range r.Plan.Sources {
		m.snapshotPeople.WithLabelValues(s.Name).Set(float64(s.People))
		m.snapshotComplete.WithLabelValues(s.Name).Set(boolean(s.Complete))
		if !s.Complete {
			m.snapshotIncomplete.WithLabelValues(s.Name, string(model.ReadCondition)).Inc()
		}
	}
	planned := map[model.Op]int{}
	leaving := map[model.PersonID]bool{}
	for _, c := range r.Plan.Changes {
		planned[c.Op]++
		if c.Op.Destructive() && c.Status != model.Suspended {
			leaving[c.Person] = true
		}
	}
	for _, op := range model.Ops() {
		m.planned.WithLabelValues(string(op)).Set(float64(planned[op]))
	}
	for _, guard := range model.Guards() {
		m.guards.WithLabelValues(guard).Set(boolean(r.Plan.Tripped(guard)))
	}
	m.leaversPending.Set(float64(len(leaving)))
	m.unknown.Set(float64(r.Unsettled))
	m.states(r.Plan)
	m.Effects(r.Plan.Effects, r.Plan.Alarms)
	m.Waits(r.Plan.Waits())
	if !r.Budget.Unlimited {
		m.budget.WithLabelValues().Set(float64(r.Budget.Remaining))
	}
	if until := r.Plan.Subscription.ValidUntil; !until.IsZero() {
		setTime(m.validUntil.WithLabelValues(), until)
	}
	m.seats.WithLabelValues("licences").Set(float64(r.Plan.Seats.Licences))
	m.seats.WithLabelValues("used").Set(float64(r.Plan.Seats.Used))
	m.seats.WithLabelValues("free").Set(float64(r.Plan.Seats.Free))
}

func (m *Metrics) states(p plan.Plan) {
	count := map[model.AccountState]int{}
	for _, o := range p.Update.Observations {
		count[o.State]++
	}
	for _, state := range []model.AccountState{model.Entitled, model.Departed, model.Unknown} {
		m.people.WithLabelValues(state.String()).Set(float64(count[state]))
	}
	m.people.WithLabelValues("held").Set(float64(len(p.Held)))
}

// Effects shows effects and alarms: those of the ledger at start, for else every restart would
// end an alert; later those of each pass.
func (m *Metrics) Effects(effects []model.Effect, alarms []model.Alarm) {
	standing, states := map[model.AlarmKind]int{}, map[model.EffectState]int{}
	for _, a := range alarms {
		standing[a.Kind]++
	}
	for _, e := range effects {
		states[e.State()]++
	}
	for _, kind := range model.AlarmKinds() {
		m.alarms.WithLabelValues(string(kind)).Set(float64(standing[kind]))
	}
	for _, state := range model.EffectStates() {
		m.effects.WithLabelValues(string(state)).Set(float64(states[state]))
	}
}

// Waits shows for what somebody is waited for: at start that of the ledger, later that of each pass.
func (m *Metrics) Waits(waits []model.Wait) {
	for _, code := range model.WaitCodes() {
		waiting := slices.ContainsFunc(waits, func(w model.Wait) bool { return w.Code == code })
		m.waits.WithLabelValues(string(code)).Set(boolean(waiting))
	}
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
