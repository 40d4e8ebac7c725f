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
	sid, err := s.read(ctx, blindDN, "objectSid")
	if err != nil {
		return err
	}
	descriptor, err := s.read(ctx, hiddenOU(), "nTSecurityDescriptor")
	if err != nil {
		return err
	}
	// Denials come first in the list, which opens with "D:" and its flags.
	list := strings.Index(descriptor, "D:")
	first := strings.Index(descriptor, "(")
	if list < 0 || first < list {
		return fmt.Errorf("security descriptor of %s has no access list: %q", hiddenOU(), descriptor)
	}
	descriptor = descriptor[:first] + "(D;CI;GA;;;" + sid + ")" + descriptor[first:]
	ldif := fmt.Sprintf("dn: %s\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor: %s\n", hiddenOU(), descriptor)
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
