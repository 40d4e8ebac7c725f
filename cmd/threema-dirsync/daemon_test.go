package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// daemonChild is a running daemon, as systemd and Prometheus see it.
type daemonChild struct {
	*child
	notify  *net.UnixConn
	metrics string // address of its HTTP server
}

// serve starts the daemon with a schedule that is half a day away.
func (w *world) serve(t *testing.T) *daemonChild {
	t.Helper()
	d := &daemonChild{metrics: "http://" + freeAddress(t)}
	w.set("metrics.listen", strings.TrimPrefix(d.metrics, "http://"))
	w.set("schedule", fmt.Sprintf("0 %d * * *", time.Now().UTC().Add(w.offset+12*time.Hour).Hour()))
	socket := "@" + canary("notify") // an abstract one: no file, nobody to lock out
	var err error
	if d.notify, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.notify.Close() })
	w.env = []string{"NOTIFY_SOCKET=" + socket}
	d.child = w.start(t, "run")
	return d
}

// freeAddress finds a port that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// told waits for the next message to systemd.
func (d *daemonChild) told(t *testing.T, want string) {
	t.Helper()
	if err := d.notify.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	message := make([]byte, 4096)
	n, err := d.notify.Read(message)
	if err != nil {
		t.Fatalf("systemd was not told %s: %v\n%s", want, err, d.stderr)
	}
	if got := string(message[:n]); got != want {
		t.Fatalf("systemd was told %q, want %q", got, want)
	}
}

// page reads a page of the daemon.
func (d *daemonChild) page(t *testing.T, path string) string {
	t.Helper()
	status, body := get(t, d.metrics+path, "")
	if status != http.StatusOK {
		t.Fatalf("%s: status %d", path, status)
	}
	return body
}

// value finds one sample, "0" if there is none.
func value(page, sample string) string {
	match := regexp.MustCompile(`(?m)^threema_dirsync_` + regexp.QuoteMeta(sample) + ` (\S+)$`).FindStringSubmatch(page)
	if match == nil {
		return "0"
	}
	return match[1]
}

// passed waits until so many passes ended well since the start.
func (d *daemonChild) passed(t *testing.T, n int) {
	t.Helper()
	eventually(t, "a pass ends well", func() bool {
		return value(d.page(t, "/metrics"), `runs_total{result="ok"}`) == fmt.Sprint(n)
	})
}

// stop ends the daemon as systemd does, and wants it to go in peace.
func (d *daemonChild) stop(t *testing.T) {
	t.Helper()
	d.signal(t, syscall.SIGTERM)
	d.told(t, "STOPPING=1")
	if out := d.wait(t); out.code != 0 {
		t.Errorf("SIGTERM: %v", out)
	}
}

// TestDaemonIsReadyBeforeTheDirectory: a directory that does not answer is a reason to wait,
// not to fail the start (pitfall F8), and none to outlive a SIGTERM.
func TestDaemonIsReadyBeforeTheDirectory(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{}, 1)
	silent := peer.Start(t, peer.Script{OnAccept: peer.Do(func(*peer.Session) error {
		reached <- struct{}{}
		return nil
	}, peer.Stall())})
	d := newWorld(t, atPeer(silent)).serve(t)
	d.told(t, "READY=1")
	if page := d.page(t, "/metrics"); value(page, `runs_total{result="incomplete"}`) != "0" {
		t.Error("it was ready only after the first pass")
	}
	<-reached // which is under way at once
	if got := d.page(t, "/healthz"); got != "ok\n" {
		t.Errorf("/healthz: %q", got)
	}
	began := time.Now()
	d.stop(t)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v to stop", took)
	}
}

// TestDaemon: a first pass at start, none at a start soon after, one to catch up when one is due.
func TestDaemon(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 10)
	w := newWorld(t, dir.site)
	first := w.serve(t)
	first.told(t, "READY=1")
	first.passed(t, 1)
	w.holds(t, dir.people, false)
	page := first.page(t, "/metrics")
	for _, p := range dir.people {
		if strings.Contains(page, p.Account) || strings.Contains(page, p.Surname) {
			t.Error("the metrics name a person")
		}
	}
	for sample, want := range map[string]string{
		`snapshot_people{source="corp"}`: "10", `snapshot_complete{source="corp"}`: "1", `seats{kind="used"}`: "10",
		`changes_total{op="create",result="done"}`: "10", `api_requests_total{code="201",method="POST"}`: "10",
		`people{state="entitled"}`: "10", `config_reload_success`: "1", `operations_unknown`: "0", `guard_tripped{guard="baseline"}`: "0",
	} {
		if got := value(page, sample); got != want {
			t.Errorf("%s is %s, want %s", sample, got, want)
		}
	}
	w.run(t, "run", "--once") // the lock is held for a pass, not for the daemon's life
	if out := w.must(t, 0, "status"); strings.Contains(out.stdout, "has not ended") {
		t.Errorf("status: %v", out)
	}
	first.stop(t)

	passes := len(w.dump(t).Runs)
	second := w.serve(t)
	second.told(t, "READY=1")
	again := second.page(t, "/metrics")
	if got := value(again, "last_run_timestamp_seconds"); got == "0" || got != value(again, "last_success_timestamp_seconds") {
		t.Errorf("the times are not seeded after a restart: %s", got)
	}
	w.must(t, 0, "check") // takes longer than a pass needs to begin
	second.stop(t)
	if now := len(w.dump(t).Runs); now != passes {
		t.Errorf("%d passes at a start soon after the last", now-passes)
	}

	dir.join(t, 100)
	w.advance(t, 25*time.Hour)
	third := w.serve(t)
	third.told(t, "READY=1")
	third.passed(t, 1)
	third.stop(t)
	w.holds(t, dir.people, false)
}

// TestHangUp: a SIGHUP does nothing, and says so. It never ends the service.
func TestHangUp(t *testing.T) {
	t.Parallel()
	d := newWorld(t, newMemory(t, 3).site).serve(t)
	d.told(t, "READY=1")
	d.passed(t, 1)
	d.signal(t, syscall.SIGHUP)
	eventually(t, "it is told", func() bool { return strings.Contains(d.stderr.String(), "SIGHUP is ignored") })
	if got := d.page(t, "/healthz"); got != "ok\n" {
		t.Errorf("/healthz: %q", got)
	}
	d.stop(t)
}

// TestManyReaders: however many connections are held open to the metrics, there are file descriptors left
// for the passes, and those who read them get their turn.
func TestManyReaders(t *testing.T) {
	t.Parallel()
	d := newWorld(t, newMemory(t, 3).site).serve(t)
	d.told(t, "READY=1")
	d.passed(t, 1)
	var idle []net.Conn
	for range 200 {
		conn, err := (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "tcp", strings.TrimPrefix(d.metrics, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		idle = append(idle, conn)
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", d.cmd.Process.Pid))
	if err != nil || len(files) > 100 {
		t.Errorf("%d files are open, %v", len(files), err)
	}
	for _, conn := range idle {
		_ = conn.Close()
	}
	if got := d.page(t, "/healthz"); got != "ok\n" {
		t.Errorf("/healthz: %q", got)
	}
	d.stop(t)
}

// TestSecondSignal: who cannot wait for the request in flight says so again.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t, 3).site)
	w.sim.fault(t, worksim.Fault{Method: http.MethodPost, Path: "/credentials", Delay: time.Hour})
	d := w.serve(t)
	w.sim.awaitRequest(t, 1, "POST /credentials")
	eventually(t, "repeated signals end it", func() bool {
		_ = d.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-d.done:
			return true
		default:
			return false
		}
	})
	if !d.cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
		t.Errorf("it did not end by the signal: %v", d.wait(t))
	}
}

// TestDaemonWithoutItsAddress says so, rather than run unwatched.
func TestDaemonWithoutItsAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t, 3).site)
	w.set("metrics.listen", strings.TrimPrefix(w.sim.URL, "http://"))
	if out := w.must(t, 1, "run"); !strings.Contains(out.stderr, "metrics.listen") {
		t.Errorf("it does not name the key: %v", out)
	}
}

// TestStopDuringARequest: the request in flight is finished and recorded, its person handed
// over, and nothing more is sent (pitfall F7).
func TestStopDuringARequest(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]worksim.Fault{
		"create":   {Method: http.MethodPost, Path: "/credentials", Delay: 2 * time.Second, Skip: 3, Times: 1},
		"settings": {Method: http.MethodPost, Path: "/mdm-bulk", Delay: 2 * time.Second, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newMemory(t, 10)
			w := newWorld(t, dir.site)
			w.sim.fault(t, fault)
			d := w.serve(t)
			d.told(t, "READY=1")
			w.sim.awaitRequest(t, fault.Skip+1, "POST "+fault.Path)
			before := len(w.sim.state(t).Credentials)
			d.stop(t)
			created := len(w.sim.state(t).Credentials)
			if want := map[string]int{"create": before + 1, "settings": before}[name]; created != want {
				t.Errorf("%d credentials, want %d", created, want)
			}
			if lines := len(w.lines(t)); lines != created {
				t.Errorf("%d hand-over lines for %d credentials", lines, created)
			}
			if open := w.dump(t).State.Open; len(open) > 0 {
				t.Errorf("%d operations are open after an orderly end: %+v", len(open), open)
			}
			rest := name == "create" // the settings are all that is left, and that is finished
			if told := d.stderr.String(); strings.Contains(told, "pass interrupted") != rest || strings.Contains(told, "pass failed") {
				t.Errorf("it does not tell of an interruption: %s", told)
			}
			if rest {
				again := w.serve(t) // its schedule is half a day away
				again.told(t, "READY=1")
				again.passed(t, 1)
				again.stop(t)
			}
			w.env = nil
			w.must(t, 0, "run", "--once")
			w.holds(t, dir.people, false)
			if lines := len(w.lines(t)); lines != 10 {
				t.Errorf("%d hand-over lines, want 10", lines)
			}
		})
	}
}
