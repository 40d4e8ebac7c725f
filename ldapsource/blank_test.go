package ldapsource

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestBlankAtThePassword: a blank that nobody sees is named when the login is refused. Without it, the same
// password is accepted; and where it is accepted with one, nothing is said.
func TestBlankAtThePassword(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 3})
	with := func(password string) *Source {
		return mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.BindPassword = secret.New(password) }))
	}
	for password, says := range map[string]string{
		srv.Password + " ": "ends with a blank", "  " + srv.Password: "begins with a blank", srv.Password + "\u00a0": "ends with a blank", srv.Password + "x": "",
	} {
		s := with(password)
		for range 2 { // refused, and not tried since
			e := refusedRead(t, s, model.ReadBind)
			if says != "" && !strings.Contains(e.Hint, says) || says == "" && strings.Contains(e.Hint, "blank") {
				t.Errorf("%v, want %q", e, says)
			}
		}
	}
	mustRead(t, with(srv.Password))
}
