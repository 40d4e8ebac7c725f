package sync

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// ChangingSource is a directory that tells what changed in it.
type ChangingSource interface {
	// Name and Prefer are those of [Source].
	Name() string
	Prefer(address string)
	// Changes tells what changed since a version, "" being none: the people among them who are wanted,
	// as the directory has them now, and the groups that entitle. It is a hint and proves nothing,
	// least of all about whoever is not in it.
	Changes(ctx context.Context, since model.Version, wanted func(model.Person) bool) (model.Delta, error)
}

// Recall is what a poll needs of the ledger: not all of it, however many people there are.
type Recall interface {
	// Budget is that of [Memory].
	Budget(ctx context.Context) (model.Budget, error)
	// LastServer is that from which the last complete read of a source came, the zero value if there
	// is none.
	LastServer(ctx context.Context, source string) (model.KnownServer, error)
	// Observation is what the passes saw last of one person; known tells whether they saw anybody.
	Observation(ctx context.Context, person model.PersonID) (o model.Observation, known bool, err error)
}

// Poll asks the sources between two passes what changed, and tells whether the next pass should not
// wait for its time: because somebody joined, moved or was disabled. It decides nothing else. What is
// done about it, and all that concerns an absence, is the business of the pass, which reads everything
// (docs/decisions/0014-delta-poll.md).
type Poll struct {
	Sources []ChangingSource
	Mapper  Mapper
	Recall  Recall
	Policy  model.Policy
	Every   time.Duration
	// Spare is how many requests of the day a pass before its time must leave, so that those of the
	// schedule have theirs whatever happens in the directory.
	Spare  int
	Now    func() time.Time
	Logger *slog.Logger
	// Polled is told what came of each source.
	Polled func(source string, hints []model.Hint, err error)

	last    time.Time
	watches map[string]*watch // by source
}

// Early tells whether a pass should begin now. It asks once in each interval.
func (p *Poll) Early(ctx context.Context) bool {
	now := p.Now()
	if !p.last.IsZero() && !now.Before(p.last) && now.Before(p.last.Add(p.Every)) {
		return false
	}
	p.last = now
	budget, err := p.Recall.Budget(ctx)
	if err != nil {
		p.Logger.WarnContext(ctx, "cannot read the request counter, so the next pass comes by the schedule", "err", err)
	}
	if err != nil || !budget.Unlimited && budget.Remaining <= p.Spare {
		return false // nothing is lost: the next poll goes on where the last one ended
	}
	early := false
	for _, source := range p.Sources {
		hints, err := p.ask(ctx, source)
		if ctx.Err() != nil {
			return false
		}
		p.Polled(source.Name(), hints, err)
		early = early || len(hints) > 0
	}
	return early
}

// ask asks one source what changed since it was asked last, or since the last complete read.
func (p *Poll) ask(ctx context.Context, source ChangingSource) (hints []model.Hint, err error) {
	w := p.watch(source.Name())
	defer func() { w.log(ctx, p.Logger, source.Name(), hints, err) }()
	if err := w.begin(ctx, p.Recall, source); err != nil {
		return nil, err
	}
	var unread error // why the ledger does not tell; then nobody is news
	look := func(person model.Person) model.Hint {
		had, known, err := p.Recall.Observation(ctx, person.ID)
		if err != nil {
			unread = err
			return ""
		}
		return p.Policy.Hint(had, known, p.Mapper.Map(person))
	}
	delta, err := source.Changes(ctx, w.since, func(person model.Person) bool { return look(person) != "" })
	if err != nil {
		return nil, err
	}
	if delta.Lost != "" {
		p.Logger.InfoContext(ctx, "what changed is not known, so everything is read", "source", source.Name(), "why", delta.Lost)
		hints = append(hints, model.HintLost)
	}
	for _, person := range delta.People {
		if hint := look(person); hint != "" {
			p.Logger.DebugContext(ctx, "somebody changed", "hint", hint, "source", source.Name(), "dn", person.DN)
			hints = append(hints, hint)
		}
	}
	if unread != nil {
		return nil, unread
	}
	for range w.news(delta.Groups) {
		hints = append(hints, model.HintGroup)
	}
	w.since = w.since.With(delta.Version)
	return hints, nil
}

func (p *Poll) watch(source string) *watch {
	if p.watches == nil {
		p.watches = map[string]*watch{}
	}
	if p.watches[source] == nil {
		p.watches[source] = &watch{groups: map[string]string{}}
	}
	return p.watches[source]
}

// watch is how far the changes of one source were followed.
type watch struct {
	begun   bool
	since   model.Version
	groups  map[string]string // those that were seen to change, by DN: the stamp of the latest change
	failing bool
}

// begin goes on from the last complete read, at the server that it came from.
func (w *watch) begin(ctx context.Context, recall Recall, source ChangingSource) error {
	if w.begun {
		return nil
	}
	last, err := recall.LastServer(ctx, source.Name())
	if err != nil {
		return err
	}
	source.Prefer(last.Address)
	w.begun, w.since = true, last.Version
	return nil
}

// news are the groups whose change was not seen before. Where nobody could say when to begin, the
// first look only learns.
func (w *watch) news(changed []model.ChangedGroup) (news []string) {
	for _, group := range changed {
		if w.groups[group.DN] != group.Stamp && w.since != "" {
			news = append(news, group.DN)
		}
		w.groups[group.DN] = group.Stamp
	}
	return news
}

// log tells of hints, and of a failure once, not at every poll.
func (w *watch) log(ctx context.Context, logger *slog.Logger, source string, hints []model.Hint, err error) {
	switch {
	case ctx.Err() != nil:
	case err != nil && !w.failing:
		w.failing = true
		logger.WarnContext(ctx, "cannot ask the directory what changed; until that works passes come by the schedule alone", "source", source, "err", err)
	case err != nil:
		logger.DebugContext(ctx, "cannot ask the directory what changed", "source", source, "err", err)
	case w.failing:
		w.failing = false
		logger.InfoContext(ctx, "the directory tells again what changed", "source", source)
	}
	if len(hints) > 0 {
		logger.InfoContext(ctx, "the directory changed: a pass begins before its time", "source", source, "hints", count(hints))
	}
}

// count puts hints into words, such as "1 disabled, 2 joined".
func count(hints []model.Hint) string {
	var words []string
	for _, kind := range model.Hints() {
		n := 0
		for _, hint := range hints {
			if hint == kind {
				n++
			}
		}
		if n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, kind))
		}
	}
	return strings.Join(words, ", ")
}
