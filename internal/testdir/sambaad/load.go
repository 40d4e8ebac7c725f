package sambaad

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// batch is how many entries one ldbadd gets: in one transaction adding gets slower and slower.
const batch = 500

// load writes entries into the database, before the server runs.
func (s *Server) load(ctx context.Context, entries []testdir.Entry) error {
	for chunk := range slices.Chunk(entries, batch) {
		var ldif bytes.Buffer
		if err := testdir.WriteLDIF(&ldif, chunk...); err != nil {
			return err
		}
		if err := testdir.Run(s.ldb(ctx, "ldbadd", &ldif)); err != nil {
			return err
		}
	}
	return nil
}

// hide denies the blind account everything at and below the hidden unit.
func (s *Server) hide(ctx context.Context) error {
	_, err := s.deny(ctx, blindDN, hiddenOU(), "GA", "")
	return err
}

// deny takes a right from an account at and below a unit; of one attribute, if its schemaIDGUID is
// given. It returns the security descriptor that was there before (MS-DTYP 2.5.1).
func (s *Server) deny(ctx context.Context, account, unit, right, attribute string) (before string, err error) {
	sid, err := s.read(ctx, account, "objectSid")
	if err != nil {
		return "", err
	}
	if before, err = s.read(ctx, unit, "nTSecurityDescriptor"); err != nil {
		return "", err
	}
	// Denials come first in the list, which opens with "D:" and its flags.
	list := strings.Index(before, "D:")
	first := strings.Index(before, "(")
	if list < 0 || first < list {
		return "", fmt.Errorf("security descriptor of %s has no access list: %q", unit, before)
	}
	kind := "D"
	if attribute != "" {
		kind = "OD"
	}
	entry := fmt.Sprintf("(%s;CI;%s;%s;;%s)", kind, right, attribute, sid)
	return before, s.describe(ctx, unit, before[:first]+entry+before[first:])
}

// describe writes a security descriptor.
func (s *Server) describe(ctx context.Context, dn, descriptor string) error {
	ldif := fmt.Sprintf("dn: %s\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor: %s\n", dn, descriptor)
	return testdir.Run(s.ldb(ctx, "ldbmodify", strings.NewReader(ldif)))
}

// enableRecycleBin switches the optional feature on by its GUID (MS-ADTS 3.1.1.9.1). Over LDAP
// Samba lets nobody do it, not even the Administrator.
func (s *Server) enableRecycleBin(ctx context.Context) error {
	ldif := "dn:\nchangetype: modify\nadd: enableOptionalFeature\n" +
		"enableOptionalFeature: CN=Partitions,CN=Configuration," + baseDN + ":766ddcd8-acd0-445e-f3b9-a7f9b6744f2a\n"
	return testdir.Run(s.ldb(ctx, "ldbmodify", strings.NewReader(ldif)))
}

// read returns one text value from the database.
func (s *Server) read(ctx context.Context, dn, attribute string) (string, error) {
	cmd := s.ldb(ctx, "ldbsearch", nil, "-b", dn, "-s", "base", attribute)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ldbsearch %s: %w", dn, err)
	}
	unfolded := strings.ReplaceAll(string(out), "\n ", "")
	for line := range strings.Lines(unfolded) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), attribute+": "); ok {
			return value, nil
		}
	}
	return "", fmt.Errorf("ldbsearch %s: no %s", dn, attribute)
}

// ldb makes a command that works on the database without the server.
func (s *Server) ldb(ctx context.Context, program string, stdin io.Reader, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, append([]string{"-H", s.file("domain/private/sam.ldb")}, args...)...)
	cmd.Env = append(os.Environ(), "SMB_CONF_PATH="+s.file("smb.conf"))
	cmd.Stdin = stdin
	return cmd
}
