package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// pageSize is that of the program.
const pageSize = "500"

// wanted are the attributes that the program asks for of everybody.
func wanted() []string {
	return []string{"employeenumber", "entryuuid", "givenname", "pwdaccountlockedtime", "shadowexpire", "sn", "uid"}
}

// passwordFile is for programs that take the password from a file, without a newline.
func (c *company) passwordFile() (string, error) {
	file := c.file("password")
	return file, os.WriteFile(file, []byte(c.directory.Password), 0o600)
}

// ldapsearch reads everybody, as a pass does.
func (c *company) ldapsearch() (time.Duration, error) {
	file, err := c.passwordFile()
	if err != nil {
		return 0, fmt.Errorf("write the password for ldapsearch: %w", err)
	}
	args := append([]string{"LDAPTLS_CACERT=" + c.directory.CAFile, "ldapsearch", "-LLL", "-x", "-H", c.directory.LDAPS, "-D", c.directory.ReaderDN, "-y", file,
		"-b", c.directory.PeopleDN, "-E", "pr=" + pageSize + "/noprompt", "-o", "ldif-wrap=no", "(objectClass=inetOrgPerson)"}, wanted()...)
	u, err := measured(nil, nil, "env", args...)
	return u.Wall, err
}

// curl fetches the lists that a pass fetched, over one connection.
func (c *company) curl(lists []string) (time.Duration, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "header = \"X-Api-Key: %s\"\nsilent\nshow-error\nfail\n", apiKey)
	for _, list := range lists {
		fmt.Fprintf(&text, "url = %q\noutput = \"/dev/null\"\n", list)
	}
	file := c.file("curl.conf")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		return 0, fmt.Errorf("write the requests for curl: %w", err)
	}
	u, err := measured(os.Stderr, nil, "curl", "-K", file)
	return u.Wall, err
}

// reader is how somebody reads the same people who needs nothing else.
const reader = `
import ssl, sys
import ldap3
url, ca, dn, file, base = sys.argv[1:6]
server = ldap3.Server(url, tls=ldap3.Tls(ca_certs_file=ca, validate=ssl.CERT_REQUIRED), get_info=ldap3.NONE)
with ldap3.Connection(server, dn, open(file).read(), auto_bind=True) as conn:
    people = conn.extend.standard.paged_search(base, "(objectClass=inetOrgPerson)", attributes=sys.argv[6:], paged_size=500, generator=True)
    print(sum(1 for _ in people))
`

func hasLDAP3() bool { return exec.Command("python3", "-c", "import ldap3").Run() == nil }

// python reads everybody with ldap3; 0 where there is no such reader.
func (c *company) python() (time.Duration, error) {
	if !hasLDAP3() {
		return 0, nil
	}
	file, err := c.passwordFile()
	if err != nil {
		return 0, fmt.Errorf("write the password for ldap3: %w", err)
	}
	u, err := measured(nil, nil, "python3", append([]string{"-c", reader, c.directory.LDAPS, c.directory.CAFile, c.directory.ReaderDN, file, c.directory.PeopleDN}, wanted()...)...)
	return u.Wall, err
}
