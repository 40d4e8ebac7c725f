package config_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
)

// TestParseReportsEveryMistake reads one bad file per rule. The lines are what the
// administrator sees, word for word.
func TestParseReportsEveryMistake(t *testing.T) {
	t.Parallel()
	want := badFiles()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		seen[name] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			cfg, err := config.Parse(data, "/etc/dirsync")
			problems, ok := errors.AsType[config.Errors](err)
			if !ok || cfg != nil {
				t.Fatalf("Parse = %v, %v; want config.Errors alone", cfg, err)
			}
			if diff := cmp.Diff(want[name], strings.Split(problems.Error(), "\n")); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
			for _, p := range problems {
				if p.Kind() == "" || p.Kind() == "unforeseen-mistake" {
					t.Errorf("%v has no code of its own", p)
				}
			}
			if strings.Contains(err.Error(), "canary") {
				t.Error("a message shows a password that stood in a URL")
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !seen[name] {
			t.Errorf("testdata/%s.yaml is missing", name)
		}
	}
}

func badFiles() map[string][]string {
	return map[string][]string{
		"adopt-personal": {
			`line 10: adopt.personal[1]: the item is empty; remove it`,
			`line 10: adopt.personal[2]: "abc" stands in the list twice; remove one`,
		},
		"anchor": {
			`line 10: adopt.personal: YAML anchors, aliases and tags are not supported; write the value itself`,
			`line 11: log.level: YAML anchors, aliases and tags are not supported; write the value itself`,
		},
		"bare-duration": {
			`line 10: leavers.confirm.over: the time span 24 lacks its unit; write 24s, 24m, 24h or 24d`,
			`line 10: leavers.grace.withdraw: "1 day" is no time span; write for example 90s, 30m, 24h or 7d`,
			`line 10: leavers.grace.id: "-1h" is no time span; write for example 90s, 30m, 24h or 7d`,
		},
		"base-dn": {
			`line 8: sources[0].base_dn: "corp.example" is no DN (DN ended with incomplete type, value pair); write for example OU=Staff,DC=corp,DC=example`,
		},
		"base-url-empty": {
			`line 10: threema.base_url: the key is required`,
			`line 10: threema.api_key_file: the key is required`,
		},
		"base-url-host": {
			`line 10: threema.base_url: write https://host[:port]/path, as in https://work.threema.ch/api/v1`,
		},
		"base-url-http": {
			`line 10: threema.base_url: http would send the API key in clear text; write https:// (http is for loopback addresses, as in tests)`,
		},
		"base-url-query": {
			`line 10: threema.base_url: the URL ends with its path; remove what follows the ? or #`,
		},
		"base-url-user": {
			`line 10: threema.base_url: a user name or password has no place in the URL; the API key stands in api_key_file`,
		},
		"bind-anonymous": {
			`line 6: sources[0].bind_dn: the key is required: an anonymous reader sees a part of the directory only`,
		},
		"bind-dn-ad": {
			`line 6: sources[0].bind_dn: "reader" is no account; write a DN, user@domain or 'DOMAIN\user' (in single quotes)`,
		},
		"bind-dn-openldap": {
			`line 6: sources[0].bind_dn: "reader@corp.example" is no DN (DN ended with incomplete type, value pair); write for example cn=reader,dc=corp,dc=example`,
		},
		"bind-external-ad": {
			`line 3: sources[0].start_tls: Active Directory takes a login with a client certificate after StartTLS only; write start_tls: true, and ldap://… under urls`,
		},
		"bind-external-bare": {
			`line 3: sources[0].client_cert_file: the key is required`,
			`line 3: sources[0].client_key_file: the key is required`,
			`line 8: sources[0].bind_dn: "reader" is no DN (DN ended with incomplete type, value pair); write for example cn=reader,dc=corp,dc=example`,
		},
		"bind-external-password": {
			`line 10: sources[0].bind_password_file: bind: external logs in with client_cert_file and has no password; remove the key, or write bind: simple`,
		},
		"bind-kerberos": {
			`line 7: sources[0].bind: Kerberos is not built: its library signs nothing, and a domain controller that demands signing refuses it (docs/decisions/0011-no-kerberos.md); write simple, with ldaps://, or external`,
		},
		"bind-unknown": {
			`line 7: sources[0].bind: "certificate" is not known; write one of simple, external`,
		},
		"client-cert-alone": {
			`line 3: sources[0].client_key_file: client_cert_file needs its key: write both or none`,
		},
		"client-key-alone": {
			`line 3: sources[0].client_cert_file: client_key_file needs its certificate: write both or none`,
		},
		"control-characters": {
			`line 10: bad�[31m key: unknown key; known keys here: policy, schedule, time_zone, poll, state_dir, sources, threema, mapping, adopt, credentials, handover, contacts, leavers, protect, limits, metrics, log`,
			`line 11: time_zone: the time zone "UTC\n\x1b[2J" is unknown; write a name such as Europe/Zurich (and see that the package tzdata is installed), or "" for UTC`,
		},
		"duplicate-key": {
			`line 11: policy: the key stands twice; the first one is in line 1`,
		},
		"empty": {
			`the file sets nothing; start from config.example.yaml`,
		},
		"exclude-dns": {
			`line 9: sources[0].exclude_dns[0]: this holds everybody: it is base_dn itself or above it`,
			`line 9: sources[0].exclude_dns[1]: this holds everybody: it is base_dn itself or above it`,
			`line 9: sources[0].exclude_dns[2]: this holds nobody: it is not below base_dn; fix it or remove it`,
			`line 9: sources[0].exclude_dns[3]: "Test" is no DN (DN ended with incomplete type, value pair); write for example OU=Staff,DC=corp,DC=example`,
			`line 9: sources[0].exclude_dns[4]: the item is empty; remove it`,
		},
		"filter-bare": {
			`line 9: sources[0].filter: this is no LDAP filter: filter does not start with an '('; write for example (&(objectClass=person)(mail=*))`,
		},
		"filter-parenthesis": {
			`line 9: sources[0].filter: this is no LDAP filter: unexpected end of filter; write for example (&(objectClass=person)(mail=*))`,
		},
		"filter-trailing": {
			`line 9: sources[0].filter: this is no LDAP filter: finished compiling filter with extra at end: ); write for example (&(objectClass=person)(mail=*))`,
		},
		"id-attribute": {
			`line 9: sources[0].id_attribute: "object guid" is no attribute name`,
		},
		"ldap-clear": {
			`line 5: sources[0].urls[0]: ldap://dc1 without start_tls sends the password in clear text; write ldaps://… or set start_tls: true`,
			`line 5: sources[0].urls[1]: ldap://dc2:3890 without start_tls sends the password in clear text; write ldaps://… or set start_tls: true`,
		},
		"ldap-global-catalog": {
			`line 5: sources[0].urls[0]: port 3269 is the Global Catalog, which lacks attributes that decide whether somebody has left; leave the port out`,
			`line 5: sources[0].urls[1]: port 3268 is the Global Catalog, which lacks attributes that decide whether somebody has left; leave the port out`,
		},
		"ldap-ipv6": {
			`line 5: sources[0].urls[0]: an IPv6 address stands in brackets: ldaps://[fd00::1] or ldaps://[fd00::1]:636`,
			`line 5: sources[0].urls[1]: an IPv6 address stands in brackets: ldaps://[fd00::1] or ldaps://[fd00::1]:636`,
		},
		"ldap-mixed": {
			`line 5: sources[0].urls[1]: start_tls is for ldap:// addresses; ldaps://dc2:636 is encrypted from the start: remove start_tls`,
		},
		"ldap-url": {
			`line 5: sources[0].urls[0]: this is no address of a directory server; write ldaps://host[:port]`,
			`line 5: sources[0].urls[1]: this is no address of a directory server; write ldaps://host[:port]`,
			`line 5: sources[0].urls[2]: the URL ends with the host and port; write ldaps://dc1, and the rest as base_dn and filter`,
			`line 5: sources[0].urls[3]: a user name or password has no place in the URL; use bind_dn and bind_password_file`,
			`line 5: sources[0].urls[4]: the port 70000 does not exist; it is a number from 1 to 65535`,
			`line 5: sources[0].urls[5]: this is no valid URL; write scheme://host[:port]/path`,
			`line 5: sources[0].urls[6]: the item is empty; remove it`,
			`line 5: sources[0].urls[8]: "ldaps://dc2" stands in the list twice; remove one`,
			`line 5: sources[0].urls[9]: this is no address of a directory server; write ldaps://host[:port]`,
		},
		"ldaps-start-tls": {
			`line 5: sources[0].urls[0]: start_tls is for ldap:// addresses; ldaps://dc1 is encrypted from the start: remove start_tls`,
		},
		"leavers-evidence": {
			`line 10: leavers.evidence[1]: "gone" is not known; write one of disabled, expired, tombstone, out-of-scope, absent`,
			`line 10: leavers.evidence[2]: "disabled" stands in the list twice; remove one`,
			`line 10: leavers.evidence[3]: the item is empty; remove it`,
		},
		"leavers-evidence-none": {
			`line 10: leavers.evidence: with nothing that counts nobody ever leaves; write app_access: keep together with id: keep if you want that, and remove this key`,
		},
		"leavers-keep-detach": {
			`line 10: leavers.id: detach does not hold together with app_access: keep: the credential stays valid, so the ID comes back as soon as it is used (D-18); write app_access: withdraw, or id: keep`,
		},
		"leavers-keep-revoke": {
			`line 10: leavers.id: revoke does not hold together with app_access: keep: the credential stays valid, so the leaver starts again with a new ID (D-15); write app_access: withdraw, or id: keep`,
		},
		"leavers-unknown": {
			`line 10: leavers.app_access: "delete" is not known; write one of withdraw, keep`,
			`line 10: leavers.id: the key is required; write one of keep, detach, revoke`,
			`line 10: leavers.approval: "some" is not known; write one of none, irreversible, recoverable, all`,
			`line 10: leavers.confirm.reads: 0 is too small; write 1 or more (1 takes a single read's word)`,
		},
		"limits-range": {
			`line 12: limits.leavers.run.count: -1 is too small; write 0 or more (0 allows nobody)`,
			`line 12: limits.leavers.run.percent: 100 is out of range; write a number from 0 to 50`,
			`line 13: limits.leavers.day.percent: -1 is out of range; write a number from 0 to 50`,
			`line 14: limits.leavers.week.percent: 51 is out of range; write a number from 0 to 50`,
			`line 15: limits.creates.run.percent: 51 is out of range; write a number from 0 to 50`,
			`line 16: limits.changes.run.count: -5 is too small; write 0 or more (0 allows nobody)`,
		},
		"log": {
			`line 10: log.level: "verbose" is not known; write one of debug, info, warn, error`,
			`line 10: log.format: "xml" is not known; write one of text, json`,
		},
		"many-at-once": {
			`policy: the key is required and has no default; write one of observe, create-only, upsert-only, sync; observe is the harmless one: it changes nothing and shows what would be done`,
			`line 4: sources[0].urls[0]: ldap://dc1.corp.example without start_tls sends the password in clear text; write ldaps://… or set start_tls: true`,
			`line 9: shedule: unknown key; did you mean "schedule"?`,
			`line 10: leavers.grace.id: the time span 7 lacks its unit; write 7s, 7m, 7h or 7d`,
			`line 10: leavers.id: "revok" is not known; write one of keep, detach, revoke`,
		},
		"mapping-empty": {
			`line 10: mapping.csi: the key is required`,
			`line 10: mapping.first_name: the key is required`,
			`line 10: mapping.last_name: the key is required`,
			`line 10: mapping.username: the key is required`,
		},
		"metrics-listen": {
			`line 10: metrics.listen: "9877" is no address to listen on; write host:port, as in 127.0.0.1:9877, or "" for none`,
		},
		"metrics-port": {
			`line 10: metrics.listen: "127.0.0.1:http" is no address to listen on; write host:port, as in 127.0.0.1:9877, or "" for none`,
		},
		"groups": {
			`line 9: sources[0].groups[0]: "Threema" is no DN (DN ended with incomplete type, value pair); write for example OU=Staff,DC=corp,DC=example`,
			`line 9: sources[0].groups[2]: "CN=Threema,DC=corp,DC=example" stands in the list twice; remove one`,
			`line 9: sources[0].groups[3]: "cn=threema, dc=corp, dc=example" stands in the list twice, in two spellings; remove one`,
			`line 9: sources[0].groups[4]: the item is empty; remove it`,
		},
		"handover-columns-nowhere": {
			`line 11: handover.columns: without handover.file there is no file to have columns; name one, or remove this key`,
		},
		"handover-form": {
			`line 11: handover.csv.separator: ";" is not known; write one of comma, semicolon, tab`,
			`line 13: handover.columns[0].value: the key is required`,
			`line 14: handover.columns[1].name: the key is required`,
		},
		"handover-link": {
			`line 9: handover.link: write https://work.threema.ch/license, or for OnPrem threemaonprem://license?server=…`,
		},
		"no-handover": {
			`handover.file: the key is required with credentials.hash: true: a hashed password cannot be read back, so nobody would ever know it; name the file that takes the new passwords`,
		},
		"no-map": {
			`keys are expected here, found a list; known keys: policy, schedule, time_zone, poll, state_dir, sources, threema, mapping, adopt, credentials, handover, contacts, leavers, protect, limits, metrics, log`,
		},
		"no-policy": {
			`policy: the key is required and has no default; write one of observe, create-only, upsert-only, sync; observe is the harmless one: it changes nothing and shows what would be done`,
		},
		"no-source": {
			`line 2: sources: the key is required: name the directory to read`,
		},
		"not-a-bool": {
			`line 10: contacts.publish: true or false is expected, found the text "yes"`,
		},
		"not-a-list": {
			`line 5: sources[0].urls: a list is expected, found the text "ldaps://dc1.corp.example"; write [ … ], or one line beginning with "- " for each item`,
			`line 9: sources[0].exclude_dns[0]: a text is expected, found a list`,
		},
		"not-a-map": {
			`line 10: leavers: keys are expected here, found the text "withdraw"; known keys: app_access, id, never_revoke, evidence, confirm, grace, approval, retention`,
			`line 11: threema.timeout: a text is expected, found a list`,
			`line 11: threema.base_url: a text is expected, found a map of keys`,
		},
		"not-a-text": {
			`line 10: mapping.csi: a text is expected, found 5; put it in quotes: "5"`,
			`line 10: mapping.username: a text is expected, but YAML reads { … } as a map; put the template in quotes: "{{ … }}"`,
		},
		"null-value": {
			`line 10: leavers: the key has no value; write one, or remove the key`,
			`line 13: limits.leavers.run.count: the key has no value; write one, or remove the key`,
		},
		"octal": {
			`line 10: credentials.password_length: write a plain decimal number; YAML reads 020 in a way of its own (010 is 8, and so on)`,
		},
		"page-size": {
			`line 9: sources[0].page_size: 5000 is out of range; write a number from 1 to 1000`,
			`line 10: sources[0].timeout: 10ms is too short; write 1s or more`,
		},
		"password-length": {
			`line 10: credentials.password_length: 8 is out of range; write a number from 16 to 128`,
		},
		"percent-sign": {
			`line 10: limits.leavers.run.percent: a whole number is expected, found the text "2%"`,
		},
		"policy-null": {
			`line 2: policy: the key has no value; write one of observe, create-only, upsert-only, sync; observe is the harmless one: it changes nothing and shows what would be done`,
		},
		"policy-unknown": {
			`line 1: policy: "Sync" is not known; write one of observe, create-only, upsert-only, sync`,
		},
		"poll": {
			`line 10: poll: 30s is more often than the program looks at the clock; write 1m or more, or 0s to do without`,
		},
		"protect": {
			`line 10: protect.csi[0]: a text is expected, found 4711; put it in quotes: "4711"`,
			`line 10: protect.csi[2]: "E1" stands in the list twice; remove one`,
			`line 10: protect.csi[3]: the item is empty; remove it`,
		},
		"protect-groups": {
			`line 10: protect.groups[0]: "Board" is no DN (DN ended with incomplete type, value pair); write for example OU=Staff,DC=corp,DC=example`,
		},
		"proxy-form": {
			`line 10: threema.proxy: write http://host:port, https://host:port or socks5://host:port`,
		},
		"proxy-password": {
			`line 10: threema.proxy: a password has no place in this file; leave proxy empty and set HTTPS_PROXY in the environment of the service`,
		},
		"quoted-number": {
			`line 10: threema.daily_requests: a whole number is expected, found a text; remove the quotes: 5000`,
		},
		"relative-paths": {
			`line 9: handover.file: an absolute path is expected, found "handover.csv"; it begins with /`,
			`line 10: state_dir: an absolute path is expected, found "state"; it begins with /`,
		},
		"schedule-every": {
			`line 10: schedule: "@every 1s" comes twice within 1s; leave 5 minutes at least, as in "*/10 * * * *"`,
		},
		"schedule-fields": {
			`line 10: schedule: "15 */2 * *" is no schedule (expected exactly 5 fields, found 4: [15 */2 * *]); write five fields, "minute hour day-of-month month day-of-week", with Sunday = 0, or for example "@every 2h"`,
		},
		"schedule-never": {
			`line 10: schedule: "0 0 31 2 *" never comes; there is no such day`,
		},
		"schedule-often": {
			`line 10: schedule: "*/7 * * * *" comes twice within 4m; leave 5 minutes at least, as in "*/10 * * * *"`,
		},
		"schedule-rare": {
			`line 10: schedule: "0 0 29 2 *" comes less than once a year; a directory must be read more often`,
		},
		"schedule-sunday": {
			`line 10: schedule: "0 6 * * 7" is no schedule (end of range (7) above maximum (6): 7); write five fields, "minute hour day-of-month month day-of-week", with Sunday = 0, or for example "@every 2h"`,
		},
		"schedule-zone": {
			`line 10: schedule: a time zone has no place in the schedule; set time_zone`,
		},
		"second-document": {
			`line 10: a second YAML document starts here and would be ignored; remove the "---" or "..." line before it`,
		},
		"sentinels": {
			`line 9: sources[0].sentinels[0]: "Boss" is no DN (DN ended with incomplete type, value pair); write for example OU=Staff,DC=corp,DC=example`,
			`line 9: sources[0].sentinels[2]: "CN=Boss,DC=corp,DC=example" stands in the list twice; remove one`,
			`line 9: sources[0].sentinels[3]: the item is empty; remove it`,
		},
		"source-empty": {
			`line 3: sources[0].name: "" is no name for a source; write 1 to 32 of a–z, A–Z, 0–9, - and _, as in corp`,
			`line 3: sources[0].profile: the key is required; write one of active-directory, openldap, 389ds, freeipa, custom`,
			`line 3: sources[0].urls: the key is required: list the servers, as in [ldaps://dc1.corp.example], or write domain: corp.example to find them through DNS`,
			`line 3: sources[0].bind_dn: the key is required: an anonymous reader sees a part of the directory only`,
			`line 3: sources[0].bind_password_file: the key is required`,
			`line 3: sources[0].base_dn: the key is required`,
		},
		"source-name": {
			`line 3: sources[0].name: "corp & sons" is no name for a source; write 1 to 32 of a–z, A–Z, 0–9, - and _, as in corp`,
		},
		"source-profile": {
			`line 4: sources[0].profile: "ad" is not known; write one of active-directory, openldap, 389ds, freeipa, custom`,
		},
		"syntax-backslash": {
			`line 6: this is not valid YAML: found unknown escape character; in double quotes a backslash begins an escape: write the value in single quotes, as in 'CORP\svc'`,
		},
		"encoding-latin1": {
			"line 3: byte 19 of the line (0xfc) is no UTF-8: the file may be Latin-1 (Windows); save it as UTF-8, or type: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW",
		},
		"encoding-utf16": {
			"it is UTF-16, as PowerShell writes it; save it as UTF-8, or type: iconv -f UTF-16 -t UTF-8 OLD > NEW",
		},
		"syntax-tab-in-list": {
			"line 2: this is not valid YAML: found a tab character that violates indentation; indent with spaces, never tabs",
		},
		"syntax-descriptor": {
			"line 10: this is not valid YAML: found character that cannot start any token; indent with spaces, never tabs, and quote a value that begins with @, % or `",
		},
		"syntax-tab": {
			"line 11: this is not valid YAML: found character that cannot start any token; indent with spaces, never tabs, and quote a value that begins with @, % or `",
		},
		"threema-numbers": {
			`line 10: threema.timeout: 0s is too short; write 1s or more`,
			`line 10: threema.daily_requests: -1 is too small; write 0 or more (0 is no limit, for OnPrem)`,
			`line 10: threema.chunk_size: 0 is out of range; write a number from 1 to 5000`,
		},
		"time-zone": {
			`line 10: time_zone: the time zone "Europe/Bern" is unknown; write a name such as Europe/Zurich (and see that the package tzdata is installed), or "" for UTC`,
		},
		"domain-and-urls": {
			`line 8: sources[0].domain: urls lists the servers already; remove one of the two keys`,
		},
		"domain-name": {
			`line 8: sources[0].domain: "ldaps://corp.example" is no name of a domain; write for example corp.example`,
			`line 9: sources[0].site: "HQ.Bern" is no name of a site; write it as Active Directory Sites and Services shows it, as in Default-First-Site-Name`,
		},
		"site-without-domain": {
			`line 9: sources[0].site: a site is for profile: active-directory together with domain; remove the key`,
		},
		"site-elsewhere": {
			`line 9: sources[0].site: a site is for profile: active-directory together with domain; remove the key`,
		},
		"account-elsewhere": {
			`line 9: sources[0].account: the rules are for profile: custom; openldap knows by itself how an account ends: remove the key`,
		},
		"custom-bare": {
			`line 3: sources[0].filter: the key is required`,
			`line 3: sources[0].account: profile: custom needs at least one rule: disabled, expires, or both; else nobody is ever seen to leave but by absence`,
			`line 9: sources[0].id_attribute: "object guid" is no attribute name`,
		},
		"custom-rules": {
			`line 12: sources[0].account.disabled.attribute: "login disabled" is no attribute name`,
			`line 12: sources[0].account.disabled.values: the list is empty: which values of login disabled switch an account off?`,
			`line 12: sources[0].account.disabled.enabled[1]: "no" stands in the list twice; remove one`,
			`line 13: sources[0].account.expires.format: "iso" is not known; write one of generalized-time, filetime, unix-seconds, unix-days, date`,
			`line 14: sources[0].account.starts.attribute: "begin date" is no attribute name`,
			`line 14: sources[0].account.starts.format: the key is required; write one of generalized-time, filetime, unix-seconds, unix-days, date`,
		},
		"custom-values": {
			`line 12: sources[0].account.disabled.values[0]: "TRUE" stands under enabled too`,
		},
		"sources-alike": {
			`line 10: sources[1].name: "Corp" is the name of sources[0] too; give each source a name of its own`,
			`line 15: sources[1].base_dn: sources[0] reads the same base_dn from the same server; keep one, with a filter or groups for both`,
			`line 18: sources[2].urls[0]: ldap://ldap.lab.example without start_tls sends the password in clear text; write ldaps://… or set start_tls: true`,
		},
		"unknown-key-camel": {
			`line 10: stateDir: unknown key; did you mean "state_dir"?`,
		},
		"unknown-key-deep": {
			`line 10: limits.leavers.runs: unknown key; did you mean "run"?`,
		},
		"unknown-key-far": {
			`line 10: notifications: unknown key; known keys here: policy, schedule, time_zone, poll, state_dir, sources, threema, mapping, adopt, credentials, handover, contacts, leavers, protect, limits, metrics, log`,
		},
		"unknown-key-odd": {
			`line 10: log.(a list): unknown key; known keys here: level, format`,
			`line 10: log.7: unknown key; known keys here: level, format`,
			`line 10: log.abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh…: unknown key; known keys here: level, format`,
		},
		"unknown-key": {
			`line 10: leaver: unknown key; did you mean "leavers"?`,
		},
	}
}
