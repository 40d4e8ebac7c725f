package ds389

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// The parts of the package that a configuration is made from.
const (
	templateFile = "/usr/share/dirsrv/data/template-dse.ldif"
	schemaFile   = "/etc/dirsrv/schema/99user.ldif"
	collations   = "/etc/dirsrv/config/slapd-collations.conf"
)

// certificateMap finds the account of a client certificate by its common name, anywhere.
const certificateMap = `certmap default default
default:DNComps
default:FilterComps cn
default:verifycert off
`

// instance is one server's folder.
type instance struct {
	Dir, IP, Password string
}

// configDir has a name of its own on the machine: the server calls a semaphore after it, and of two servers
// that start at once under one name the second ends without a word.
func (i instance) configDir() string {
	return filepath.Join(i.Dir, fmt.Sprintf("slapd-%s-%d", i.IP, os.Getpid()))
}

func (i instance) schemaDir() string { return filepath.Join(i.configDir(), "schema") }

// prepare does what dscreate does for an instance, in a folder of its own.
func (i instance) prepare(ctx context.Context, files testdir.TLS) error {
	in := func(name string) string { return filepath.Join(i.Dir, name) }
	for _, folder := range []string{i.schemaDir(), in("db"), in("ldif"), in("lock"), in("log"), in("run"), in("bak"), in("tmp")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("make the folders of the instance: %w", err)
		}
	}
	config, err := i.config()
	return errors.Join(err,
		os.WriteFile(filepath.Join(i.configDir(), "dse.ldif"), []byte(config), 0o600),
		copyFile(schemaFile, i.schemaDir()),
		copyFile(collations, i.configDir()),
		os.WriteFile(filepath.Join(i.configDir(), "certmap.conf"), []byte(certificateMap), 0o600),
		i.writeCertificates(ctx, files),
	)
}

// config fills in the package's template and puts our switches into its first entry, cn=config.
func (i instance) config() (string, error) {
	template, err := os.ReadFile(templateFile)
	if err != nil {
		return "", fmt.Errorf("read the template of the configuration: %w", err)
	}
	in := func(name string) string { return filepath.Join(i.Dir, name) }
	values := map[string]string{
		"config_dir": i.configDir(), "cert_dir": i.configDir(), "schema_dir": i.schemaDir(), "inst_dir": i.Dir,
		"bak_dir": in("bak"), "db_dir": in("db"), "db_home_dir": in("db"), "ldif_dir": in("ldif"), "lock_dir": in("lock"),
		"log_dir": in("log"), "run_dir": in("run"), "tmp_dir": in("tmp"), "db_lib": "bdb",
		"ds_port": strconv.Itoa(ldapPort), "ds_suffix": baseDN, "ds_user": userName(), "fqdn": "localhost",
		"rootdn": adminDN, "ds_passwd": hashed(i.Password),
		"ldapi": in("ldapi"), "ldapi_enabled": "off", "ldapi_autobind": "off",
	}
	text := regexp.MustCompile(`%([a-z_]+)%`).ReplaceAllStringFunc(string(template), func(token string) string {
		return values[strings.Trim(token, "%")]
	})
	switches := []string{
		"nsslapd-listenhost: " + i.IP, "nsslapd-securelistenhost: " + i.IP, "nsslapd-secureport: " + strconv.Itoa(ldapsPort),
		"nsslapd-security: on", "nsslapd-require-secure-binds: on", "nsslapd-disk-monitoring: off",
		"nsslapd-allow-anonymous-access: rootdse", "",
	}
	text = strings.Replace(text, "\n\n", "\n"+strings.Join(switches, "\n")+"\n", 1)
	return strings.Replace(text, databaseEntry, databaseEntry+smallCache, 1), nil
}

// databaseEntry is the database's own configuration in the template.
const databaseEntry = "\ndn: cn=config,cn=ldbm database,cn=plugins,cn=config\n"

// smallCache bounds the cache of the database. By itself it takes a share of the machine's memory, and the
// server ends without a word where the file system does not have that much left, as in a small /tmp.
const smallCache = `nsslapd-cache-autosize: 0
nsslapd-dbcachesize: 16777216
`

// hashed is a password as the server keeps it; one in clear text it refuses.
func hashed(password string) string {
	const salt = "ofAServerThatLivesForSeconds"
	sum := sha512.Sum512([]byte(password + salt))
	return "{SSHA512}" + base64.StdEncoding.EncodeToString(append(sum[:], salt...))
}

// writeCertificates puts the authority and the server's key into the database that NSS reads.
func (i instance) writeCertificates(ctx context.Context, files testdir.TLS) error {
	bundle := filepath.Join(i.Dir, "server.p12")
	database := "sql:" + i.configDir()
	for _, command := range [][]string{
		{"certutil", "-N", "-d", database, "--empty-password"},
		{"certutil", "-A", "-d", database, "-n", "CA", "-t", "CT,,", "-a", "-i", files.CAFile},
		{"openssl", "pkcs12", "-export", "-in", files.CertFile, "-inkey", files.KeyFile, "-name", "Server-Cert", "-passout", "pass:once", "-out", bundle},
		{"pk12util", "-i", bundle, "-d", database, "-W", "once", "-K", ""},
	} {
		if err := testdir.Run(exec.CommandContext(ctx, command[0], command[1:]...)); err != nil {
			return fmt.Errorf("write the certificates: %w", err)
		}
	}
	return nil
}

func copyFile(from, folder string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	return os.WriteFile(filepath.Join(folder, filepath.Base(from)), content, 0o600)
}
