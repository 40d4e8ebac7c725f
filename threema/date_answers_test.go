package threema_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestClockOfTheService is what a client tells of the time, by the answers of an inventory and of the
// looks after it: good answers count, whoever refuses or stands in between does not.
func TestClockOfTheService(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	date := func(w http.ResponseWriter, by time.Duration) {
		w.Header().Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat))
	}
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		told   bool
		ahead  time.Duration
	}{
		"as net/http writes it": {replyJSON(http.StatusOK, `{"id":"S","name":"n","type":"professional","licences":1}`), true, 0},
		"a day behind": {func(w http.ResponseWriter, r *http.Request) {
			date(w, -24*hour)
			replyJSON(http.StatusOK, `{"id":"S","name":"n","type":"professional","licences":1}`)(w, r)
		}, true, -24 * hour},
		"none": {func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Date"] = nil
			replyJSON(http.StatusOK, `{"id":"S","name":"n","type":"professional","licences":1}`)(w, r)
		}, false, 0},
		"a proxy that refuses": {func(w http.ResponseWriter, r *http.Request) {
			date(w, -24*hour)
			reply(http.StatusProxyAuthRequired, "text/html", "no")(w, r)
		}, false, 0},
		"a captive portal": {func(w http.ResponseWriter, r *http.Request) {
			date(w, -24*hour)
			reply(http.StatusOK, "text/html", "welcome")(w, r)
		}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, tt.answer)
			_, _ = client.Subscription(t.Context()) // what it says is another test's
			got := client.Clock()
			if got.Told != tt.told || (got.Ahead-tt.ahead).Abs() > 10*time.Second {
				t.Errorf("told is %+v", got)
			}
			if tt.ahead == 0 && len(got.Doubt()) > 0 || tt.ahead != 0 && len(got.Doubt()) == 0 {
				t.Errorf("the doubt is %v", got.Doubt())
			}
			if len((model.ServiceClock{}).Doubt()) > 0 {
				t.Error("no answer is no doubt")
			}
		})
	}
}

// TestClockOfAnInventoryIsItsOwn: an hour that was off in the pass of before is none in this one.
func TestClockOfAnInventoryIsItsOwn(t *testing.T) {
	t.Parallel()
	by := -24 * time.Hour
	client, _ := setup(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat))
		replyJSON(http.StatusOK, `{"id":"S","name":"n","type":"professional","licences":1}`)(w, r)
	})
	_, _ = client.Inventory(t.Context()) // that it has no lists is another test's
	if len(client.Clock().Doubt()) == 0 {
		t.Error("a day is no doubt")
	}
	by = 0
	_, _ = client.Inventory(t.Context())
	if got := client.Clock(); !got.Told || len(got.Doubt()) > 0 {
		t.Errorf("after the clock was set right: %+v", got)
	}
}
