package sambaad

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"text/template"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

const (
	realm  = "AD.EXAMPLE.ORG"
	baseDN = "DC=ad,DC=example,DC=org"
)

// provision makes the empty domain.
func (s *Server) provision(ctx context.Context, files testdir.TLS) error {
	err := s.tryProvision(ctx, files, "")
	if err == nil {
		return nil
	}
	// Where root may not write security attributes of files (a container without
	// CAP_SYS_ADMIN), Samba keeps them in a database of its own.
	if err := os.RemoveAll(s.file("domain")); err != nil {
		return err
	}
	retry := s.tryProvision(ctx, files, "vfs objects = dfs_samba4 acl_xattr xattr_tdb\n\txattr_tdb:file = "+s.file("domain/state/xattr.tdb"))
	if retry != nil {
		return errors.Join(err, retry)
	}
	return nil
}

func (s *Server) tryProvision(ctx context.Context, files testdir.TLS, extra string) error {
	for dir := range strings.FieldsSeq("private state cache lock run ncalrpc log bind sysvol/ad.example.org/scripts") {
		if err := os.MkdirAll(s.file("domain/"+dir), 0o755); err != nil {
			return err
		}
	}
	config, err := s.config(files, extra)
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.file("smb.conf"), []byte(config), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "samba-tool", "domain", "provision", "--configfile="+s.file("smb.conf"),
		"--realm="+realm, "--domain=EXAMPLE", "--server-role=dc", "--dns-backend=NONE", "--host-name=dc1",
		"--host-ip="+s.address.IP, "--adminpass="+s.Password)
	if err := testdir.Run(cmd); err != nil {
		return fmt.Errorf("provision: %w", err)
	}
	return nil
}

// config writes smb.conf: LDAP alone, on one address, with every path below dir.
func (s *Server) config(files testdir.TLS, extra string) (string, error) {
	const text = `[global]
	workgroup = EXAMPLE
	realm = {{.Realm}}
	netbios name = DC1
	server role = active directory domain controller
	server services = ldap
	dcerpc endpoint servers = none
	interfaces = {{.IP}}/8
	bind interfaces only = yes
	private dir = {{.Dir}}/private
	state directory = {{.Dir}}/state
	cache directory = {{.Dir}}/cache
	lock directory = {{.Dir}}/lock
	pid directory = {{.Dir}}/run
	ncalrpc dir = {{.Dir}}/ncalrpc
	binddns dir = {{.Dir}}/bind
	winbindd socket directory = {{.Dir}}/run/winbindd
	ntp signd socket directory = {{.Dir}}/run/ntp_signd
	log file = {{.Dir}}/log/log.samba
	ldap server require strong auth = yes
	tls enabled = yes
	tls keyfile = {{.TLS.KeyFile}}
	tls certfile = {{.TLS.CertFile}}
	tls cafile = {{.TLS.CAFile}}
	{{.Extra}}

[sysvol]
	path = {{.Dir}}/sysvol
	read only = no

[netlogon]
	path = {{.Dir}}/sysvol/ad.example.org/scripts
	read only = no
`
	var out strings.Builder
	err := template.Must(template.New("smb.conf").Parse(text)).Execute(&out, struct {
		Realm, IP, Dir, Extra string
		TLS                   testdir.TLS
	}{realm, s.address.IP, s.file("domain"), extra, files})
	return out.String(), err
}
