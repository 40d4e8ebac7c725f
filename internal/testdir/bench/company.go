package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// apiKey opens the package of the simulator.
const apiKey = "benchmark-key-0123456789abcdef"

// company is a directory and a licence package, each in a process of its own, and the folder of the program that
// syncs them.
type company struct {
	program   string
	dir       string
	directory *openldap.Server
	simulator *testdir.Process
	at        string // address of the simulator
}

// found starts a company in which everybody who is entitled has a credential with settings, and four of five a
// phone and a contact.
func found(ctx context.Context, program, dir string, people int, quirks string) (_ *company, err error) {
	c := &company{program: program, dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	data := filepath.Join(dir, "directory")
	if err := os.MkdirAll(data, 0o755); err != nil {
		return nil, fmt.Errorf("make the directory's folder: %w", err)
	}
	if c.directory, err = openldap.Run(ctx, data, openldap.Options{People: people}); err != nil {
		return nil, err
	}
	if err := c.simulate(ctx, quirks); err != nil {
		return nil, err
	}
	if err := c.settle(people); err != nil {
		return nil, err
	}
	return c, c.configure()
}

func (c *company) close() error {
	var err error
	if c.simulator != nil {
		err = c.simulator.Stop()
	}
	if c.directory != nil {
		err = errors.Join(err, c.directory.Stop())
	}
	return err
}

// simulate starts the simulator on a free port of the loopback.
func (c *company) simulate(ctx context.Context, quirks string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("find a port for the simulator: %w", err)
	}
	c.at = listener.Addr().String()
	if err := listener.Close(); err != nil {
		return fmt.Errorf("find a port for the simulator: %w", err)
	}
	cmd := exec.Command(c.program, "simulate", "--listen", c.at, "--api-key", apiKey)
	if quirks != "" {
		cmd.Args = append(cmd.Args, "--quirks", quirks)
	}
	if c.simulator, err = testdir.StartProcess(cmd, filepath.Join(c.dir, "simulator.log")); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return c.simulator.Await(ctx, func() error {
		conn, err := net.Dial("tcp", c.at)
		if err != nil {
			return fmt.Errorf("connect to the simulator: %w", err)
		}
		return conn.Close()
	})
}

// settle gives everybody who is entitled what a roll-out would have given them.
func (c *company) settle(people int) error {
	state := worksim.State{
		Subscription: worksim.Subscription{LicenseAmount: 2 * people},
		Settings:     map[string]map[string]any{},
	}
	for i, p := range testdir.Entitled(c.directory.People) {
		id := fmt.Sprintf("CRED%08d", i)
		state.Credentials = append(state.Credentials, worksim.Credential{ID: id, Username: p.Account, Password: "password-" + p.Account, LicenseCount: 1})
		state.Settings[id] = map[string]any{"th_csi": p.Number, "th_firstname": p.GivenName, "th_lastname": p.Surname}
		if i%5 == 4 {
			continue
		}
		phone := fmt.Sprintf("%08d", i)
		state.Users = append(state.Users, worksim.User{ID: phone, CredentialID: id, CSI: p.Number, FirstName: p.GivenName, LastName: p.Surname})
		state.Contacts = append(state.Contacts, worksim.Contact{
			ID: phone, Type: worksim.ContactCustom, FirstName: p.GivenName, LastName: p.Surname, Enabled: true, DirectoryEnabled: true,
		})
	}
	return c.control(http.MethodPut, "state", state, nil)
}

// control speaks to the control endpoints of the simulator.
func (c *company) control(method, endpoint string, in, out any) error {
	body := io.Reader(http.NoBody)
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s /_sim/%s: %w", method, endpoint, err)
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, "http://"+c.at+"/_sim/"+endpoint, body)
	if err != nil {
		return fmt.Errorf("%s /_sim/%s: %w", method, endpoint, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("%s /_sim/%s: %w", method, endpoint, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= http.StatusBadRequest {
		why, _ := io.ReadAll(io.LimitReader(response.Body, 500))
		return fmt.Errorf("%s /_sim/%s: HTTP %d: %s", method, endpoint, response.StatusCode, why)
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		return fmt.Errorf("%s /_sim/%s: %w", method, endpoint, err)
	}
	return nil
}

func (c *company) file(name string) string { return filepath.Join(c.dir, name) }

// configure writes the configuration and its secrets, with limits that no scene meets.
func (c *company) configure() error {
	text := fmt.Sprintf(`policy: sync
schedule: "0 3 * * *"
state_dir: %s
sources:
  - name: corp
    profile: openldap
    urls: [%s]
    ca_file: %s
    bind_dn: %s
    bind_password_file: bind-password
    base_dn: %s
threema:
  base_url: http://%s/api/v1
  api_key_file: api-key
  daily_requests: 0
mapping:
  csi: "{{ .employeeNumber }}"
  username: "{{ .uid }}"
  first_name: "{{ .givenName }}"
  last_name: "{{ .sn }}"
handover:
  file: %s/handover.csv
`, c.file("state"), c.directory.LDAPS, c.directory.CAFile, c.directory.ReaderDN, c.directory.PeopleDN, c.at, c.file("state"))
	for name, content := range map[string]string{"config.yaml": text, "bind-password": c.directory.Password + "\n", "api-key": apiKey + "\n"} {
		if err := os.WriteFile(c.file(name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("write the configuration: %w", err)
		}
	}
	return os.MkdirAll(c.file("state"), 0o700)
}

// asked are the lists that a pass fetched, and how many requests it made.
func (c *company) asked() (lists []string, requests int, err error) {
	var all []worksim.Request
	if err := c.control(http.MethodGet, "requests", nil, &all); err != nil {
		return nil, 0, err
	}
	for _, r := range all {
		if r.Method == http.MethodGet && r.Status == http.StatusOK { // one in too large pages is refused
			lists = append(lists, "http://"+c.at+worksim.BasePath+strings.TrimSuffix(r.Path+"?"+r.Query, "?"))
		}
	}
	return lists, len(all), nil
}
