// Command install puts what the tests start onto a Debian or Ubuntu machine: the directory
// servers OpenLDAP, Samba and 389 Directory Server, and the tools that check the unit and the
// alert rules. `make test` runs it first.
//
// As root it installs what is missing through apt-get; no service of these packages is
// started, now or at the next boot. Without root it says what is missing and what is skipped
// therefore (or fails, where CI=true), and leaves. With -missing it says that again, for the
// end of a long run, and installs nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// dependency is one Debian package, a file that tells whether it is there, the tests that
// need it, and the services that it would start.
type dependency struct {
	name     string
	probe    string
	tests    string
	services []string
}

func dependencies() []dependency {
	const (
		openLDAP = "the tests against a real OpenLDAP"
		redHat   = "the tests against a real 389 Directory Server"
		samba    = "the tests against a real Samba domain controller (Active Directory)"
		unit     = "the tests of the systemd unit"
		alerts   = "the tests of the alert rules"
	)
	return []dependency{
		{"slapd", "/usr/sbin/slapd", openLDAP, []string{"slapd"}},
		{"389-ds-base", "/usr/sbin/ns-slapd", redHat, nil}, // has no instance, so nothing that would start
		{"libnss3-tools", "/usr/bin/certutil", redHat, nil},
		{"ldap-utils", "/usr/bin/ldapsearch", openLDAP, nil},
		{"samba", "/usr/sbin/samba", samba, []string{"smbd", "nmbd", "samba-ad-dc"}},
		{"samba-ad-provision", "/usr/share/samba/setup/provision.ldif", samba, nil},
		{"samba-dsdb-modules", "/usr/lib/*/samba/ldb/samldb.so", samba, nil},
		{"samba-vfs-modules", "/usr/lib/*/samba/vfs/acl_xattr.so", samba, nil},
		{"ldb-tools", "/usr/bin/ldbadd", samba, nil},
		{"systemd", "/usr/bin/systemd-analyze", unit, nil}, // a container may lack it
		{"prometheus", "/usr/bin/promtool", alerts, []string{"prometheus"}},
	}
}

func main() {
	tell := flag.Bool("missing", false, "say what is missing, and install nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *tell || os.Getuid() != 0); err != nil {
		fmt.Fprintln(os.Stderr, "install what the tests start:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, tell bool) error {
	missing := missingOf(dependencies())
	switch {
	case len(missing) == 0:
		return nil
	case tell:
		report(os.Stderr, missing)
		return nil
	}
	names := namesOf(missing)
	fmt.Fprintln(os.Stderr, "install what the tests start:", strings.Join(names, " "))
	if err := withoutServices(func() error { return install(ctx, names) }); err != nil {
		return err
	}
	disable(ctx, missing)
	return nil
}

func missingOf(all []dependency) []dependency {
	return slices.DeleteFunc(all, func(d dependency) bool {
		found, _ := filepath.Glob(d.probe)
		return len(found) > 0
	})
}

func namesOf(all []dependency) []string {
	var names []string
	for _, d := range all {
		names = append(names, d.name)
	}
	return names
}

// report says what a run lacks that has not everything.
func report(out io.Writer, missing []dependency) {
	fmt.Fprintf(out, "\n*** Not installed: %s.\n*** SKIPPED therefore (or failed, where CI=true):\n", strings.Join(namesOf(missing), " "))
	var told []string
	for _, d := range missing {
		if !slices.Contains(told, d.tests) {
			told = append(told, d.tests)
			fmt.Fprintf(out, "***   %s\n", d.tests)
		}
	}
	fmt.Fprintf(out, "*** To run them, type: sudo apt-get install %s\n\n", strings.Join(namesOf(missing), " "))
}

// install tries with the package lists of the machine first, as an update takes time.
func install(ctx context.Context, names []string) error {
	// The slapd package makes no directory of its own.
	preseed := exec.CommandContext(ctx, "debconf-set-selections")
	preseed.Stdin = strings.NewReader("slapd slapd/no_configuration boolean true\n")
	if err := preseed.Run(); err != nil && !errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("debconf-set-selections: %w", err)
	}
	args := append([]string{"install", "-y", "-q", "--no-install-recommends"}, names...)
	if err := aptGet(ctx, args...); err == nil {
		return nil
	}
	if err := aptGet(ctx, "update", "-q"); err != nil {
		return err
	}
	return aptGet(ctx, args...)
}

func aptGet(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("apt-get %s: %w", args[0], err)
	}
	return nil
}

// withoutServices runs do while a policy-rc.d forbids packages to start services. One
// that the machine already has is left as it is.
func withoutServices(do func() error) error {
	const policy = "/usr/sbin/policy-rc.d"
	f, err := os.OpenFile(policy, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if errors.Is(err, os.ErrExist) {
		return do()
	}
	if err != nil {
		return fmt.Errorf("forbid service starts: %w", err)
	}
	_, err = f.WriteString("#!/bin/sh\nexit 101\n")
	if err = errors.Join(err, f.Close()); err == nil {
		err = do()
	}
	return errors.Join(err, os.Remove(policy))
}

// disable keeps the services that came with the packages from starting at boot. Not every
// release has each of these units, and a container has no systemctl, so errors do not count.
func disable(ctx context.Context, installed []dependency) {
	for _, d := range installed {
		for _, service := range d.services {
			_ = exec.CommandContext(ctx, "systemctl", "disable", service).Run()
		}
	}
}
