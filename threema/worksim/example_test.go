package worksim_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// A licence package comes from a state, a phone activates, and a day goes by.
func Example() {
	sim, err := worksim.New(worksim.Options{
		APIKey: "secret",
		Quirks: []string{worksim.LinksRef},
		Now:    func() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) },
	})
	if err != nil {
		panic(err)
	}
	err = sim.Load(strings.NewReader(`{
		"credentials": [{"id": "c1", "username": "jo", "password": "pw", "locked": true}],
		"settings": {"c1": {"th_csi": "E-1"}}
	}`))
	if err != nil {
		panic(err)
	}
	listening, err := worksim.Start(context.Background(), "127.0.0.1:0", sim)
	if err != nil {
		panic(err)
	}
	defer listening.Close()

	if _, err := sim.Activate("jo", "pw", "ABCD1234"); err != nil {
		panic(err)
	}
	if _, err := sim.Advance(24 * time.Hour); err != nil {
		panic(err)
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, listening.BaseURL()+"/users/ABCD1234", nil)
	if err != nil {
		panic(err)
	}
	request.Header.Set("X-Api-Key", "secret")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		panic(err)
	}
	_ = response.Body.Close()
	user := sim.State().Users[0]
	fmt.Println(response.Status, user.ID, user.CSI, user.LastCheck.Format(worksim.TimeLayout))
	// Output: 200 OK ABCD1234 E-1 2026-03-03T09:30:00+0000
}
