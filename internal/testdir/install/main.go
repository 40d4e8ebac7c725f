// Command install puts the directory servers that the tests start onto a Debian or
// Ubuntu machine: OpenLDAP, Samba and 389 Directory Server. `make test` runs it first.
//
// As root it installs what is missing through apt-get; no service of these packages is
// started, now or at the next boot. Without root it says what is missing and leaves: the
// tests that need it are skipped then, or fail where CI=true.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

// dependency is one Debian package, a file that tells whether it is there, and the
// services that it would start.
type dependency struct {
	name     string
	probe    string
	services []string
}

func dependencies() []dependency {
	return []dependency{
		{"slapd", "/usr/sbin/slapd", []string{"slapd"}},
		{"389-ds-base", "/usr/sbin/ns-slapd", nil}, // has no instance, so nothing that would start
		{"libnss3-tools", "/usr/bin/certutil", nil},
		{"ldap-utils", "/usr/bin/ldapsearch", nil},
		{"samba", "/usr/sbin/samba", []string{"smbd", "nmbd", "samba-ad-dc"}},
		{"samba-ad-provision", "/usr/share/samba/setup/provision.ldif", nil},
		{"samba-dsdb-modules", "/usr/lib/*/samba/ldb/samldb.so", nil},
		{"samba-vfs-modules", "/usr/lib/*/samba/vfs/acl_xattr.so", nil},
		{"ldb-tools", "/usr/bin/ldbadd", nil},
		{"systemd", "/usr/bin/systemd-analyze", nil}, // scores the unit; a container may lack it
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "install test directories:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var missing []dependency
	var names []string
	for _, d := range dependencies() {
		if found, _ := filepath.Glob(d.probe); len(found) == 0 {
			missing = append(missing, d)
			names = append(names, d.name)
		}
	}
	switch {
	case len(missing) == 0:
		return nil
	case os.Getuid() != 0:
		fmt.Fprintf(os.Stderr, "\n*** Not installed: %s.\n*** Tests against these servers are SKIPPED (or fail where CI=true).\n*** To run them: sudo apt-get install %[1]s\n\n", strings.Join(names, " "))
		return nil
	}
	fmt.Fprintln(os.Stderr, "install test directories:", strings.Join(names, " "))
	if err := withoutServices(func() error { return install(ctx, names) }); err != nil {
		return err
	}
	disable(ctx, missing)
	return nil
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
