package worksim

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// BasePath is the path below which the Work API stands.
const BasePath = "/api/v1"

const controlPath = "/_sim"

// Options are the fixed parts of a simulator; every zero value has a good default.
type Options struct {
	APIKey         string           // empty: a random one, see Server.APIKey
	Quirks         []string         // names from Quirks
	Now            func() time.Time // clock to run with; nil: time.Now
	Subscription   Subscription     // empty members: professional, 100,000 licences, valid for a year
	NoAutoContacts bool             // users get no automatic contact
	DailyRequests  int              // 0: 10,000
	MaxBulk        int              // credentials in one POST /mdm-bulk; 0: any number
	MaxBody        int64            // bytes of a Work API request; 0: 64 MiB
	CheckEvery     time.Duration    // between check-ins of a phone; 0: 24 h
	LockAfter      time.Duration    // from the withdrawal to the end of app access; 0: 24 h
	RevokeAfter    time.Duration    // from the call to the end of the ID; 0: at once
	Seed           uint64           // of generated ids; equal seeds give equal ids
	Logger         *slog.Logger     // one debug line a request; nil: none
}

// Server is the simulator, an http.Handler that is safe for concurrent use.
type Server struct {
	key     string
	clock   func() time.Time
	maxBody int64
	log     *slog.Logger
	routes  []route
	known   map[string]form

	mu       sync.Mutex
	world    *world
	offset   time.Duration // the simulator's clock is ahead of clock by this
	faults   []Fault
	requests []*Request
}

// New makes a simulator of an empty licence package. It fails on an unknown quirk.
func New(o Options) (*Server, error) {
	quirks, err := parseQuirks(o.Quirks)
	if err != nil {
		return nil, err
	}
	s := &Server{
		key:     cmp.Or(o.APIKey, rand.Text()),
		clock:   time.Now,
		maxBody: cmp.Or(o.MaxBody, 64<<20),
		log:     cmp.Or(o.Logger, slog.New(slog.DiscardHandler)),
		routes:  routes(),
		known:   knownSettings(),
	}
	if o.Now != nil {
		s.clock = o.Now
	}
	s.world = newWorld(rules{
		quirks:      quirks,
		random:      mathrand.New(mathrand.NewPCG(o.Seed, 1)),
		checkEvery:  cmp.Or(o.CheckEvery, 24*time.Hour),
		lockAfter:   cmp.Or(o.LockAfter, 24*time.Hour),
		revokeAfter: o.RevokeAfter,
		dailyCalls:  cmp.Or(o.DailyRequests, 10_000),
		maxBulk:     o.MaxBulk,
	})
	s.world.subscription = o.Subscription.withDefaults(s.now())
	s.world.autoContacts = !o.NoAutoContacts
	return s, nil
}

// APIKey is the key that the Work API asks for.
func (s *Server) APIKey() string { return s.key }

// ServeHTTP implements http.Handler. Any path prefix must have been taken off with http.StripPrefix.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	below, isWork := cutPath(path, BasePath)
	if isWork {
		path = below
	}
	if control, ok := cutPath(path, controlPath); ok {
		s.serveControl(w, r, control)
		return
	}
	if !isWork {
		errorAnswer(notFound("path")).write(w, false)
		return
	}
	s.serveWork(w, r, cmp.Or(below, "/"))
}

// cutPath takes whole segments off the front of a path.
func cutPath(path, front string) (string, bool) {
	rest, ok := strings.CutPrefix(path, front)
	return rest, ok && (rest == "" || rest[0] == '/')
}

// serveWork answers a Work API request, unless a fault prevents it.
func (s *Server) serveWork(w http.ResponseWriter, r *http.Request, path string) {
	entry, fault := s.arrive(r, path)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.maxBody))
	before, after := fault.delays()
	if gone := !wait(r.Context(), before); gone || fault.Drop == DropBefore {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	if err != nil {
		err = badRequest("the body cannot be read or is longer than %d bytes", s.maxBody)
	}
	a := s.answer(r, path, body, err, fault)
	if gone := !wait(r.Context(), after); gone || fault.Drop == DropAfter {
		panic(http.ErrAbortHandler)
	}
	s.leave(r, entry, a.status)
	a.write(w, fault.Drop == DropMiddle)
}

// wait pauses for a while; false means that the client has gone before.
func wait(ctx context.Context, delay time.Duration) bool {
	if delay == 0 {
		return true
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// answer carries a request out.
func (s *Server) answer(r *http.Request, path string, body []byte, bodyErr error, fault Fault) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.world.runUntil(now)
	if refusal := s.authenticate(r); refusal != nil {
		return *refusal
	}
	if !s.world.countCall(now) {
		return s.world.overQuota(now)
	}
	if fault.Status != 0 && !fault.Effect {
		return fault.answer()
	}
	if bodyErr != nil {
		return errorAnswer(bodyErr)
	}
	a := s.operate(r, path, body, now, fault)
	if fault.Status != 0 {
		return fault.answer()
	}
	return a
}

// operate finds and runs the operation.
func (s *Server) operate(r *http.Request, path string, body []byte, now time.Time, fault Fault) answer {
	found, segments, err := findRoute(s.routes, r.Method, path)
	if err != nil {
		return errorAnswer(err)
	}
	c := &call{
		world: s.world, known: s.known, now: now, base: baseOf(r), path: segments, args: found.args(segments),
		query: r.URL.Query(), header: r.Header, body: body, truncate: fault.Truncate,
	}
	a, err := found.handle(c)
	if err != nil {
		return errorAnswer(err)
	}
	if c.deviation != "" {
		a.header = map[string]string{DeviationHeader: c.deviation}
	}
	return a
}

// authenticate checks address and key; nil lets the request in.
func (s *Server) authenticate(r *http.Request) *answer {
	unauthorized := func(text string) *answer {
		return new(errorAnswer(&apiError{http.StatusUnauthorized, text}))
	}
	if !s.world.allows(peer(r)) {
		refusal := unauthorized("this address is not allowed")
		if s.world.quirks[Address403] {
			refusal.status = http.StatusForbidden
			refusal.header = map[string]string{DeviationHeader: "quirk " + Address403}
		}
		return refusal
	}
	given := r.Header.Get("X-Api-Key")
	if subtle.ConstantTimeCompare([]byte(given), []byte(s.key)) == 1 {
		return nil
	}
	refusal := unauthorized("the API key is missing or wrong")
	if s.world.quirks[Key403] && given != "" {
		refusal.status = http.StatusForbidden
		refusal.header = map[string]string{DeviationHeader: "quirk " + Key403}
	}
	return refusal
}

// allows tells whether calls from an address are taken.
func (w *world) allows(address netip.Addr) bool {
	return len(w.allowed) == 0 || slices.ContainsFunc(w.allowed, func(p netip.Prefix) bool { return p.Contains(address) })
}

// peer is the address a request comes from, invalid if unknown.
func peer(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return from.Addr().Unmap()
}

// baseOf is the address under which the client sees the API, with a prefix that was stripped on the way.
func baseOf(r *http.Request) string {
	scheme, prefix := "http://", ""
	if r.TLS != nil {
		scheme = "https://"
	}
	if asked, err := url.ParseRequestURI(r.RequestURI); err == nil {
		prefix = strings.TrimSuffix(asked.EscapedPath(), r.URL.EscapedPath())
	}
	return scheme + r.Host + prefix + BasePath
}
