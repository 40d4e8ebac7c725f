#!/usr/bin/env bash
# Runs in the machine of newcomer.sh, after `make build`: starts the company's directory and a simulated Work
# API, types every other command of the section "Install" of systemd/README.md, each as it stands there,
# and looks at what the service does.
set -euo pipefail

key=newcomer-key-0123456789
api=http://127.0.0.1:8800/api/v1

die() {
	echo "NEWCOMER FAILED: $*"
	exit 1
}

# eventually runs a command again and again until it succeeds.
eventually() {
	local what=$1
	shift
	for _ in {1..120}; do
		"$@" >/dev/null 2>&1 && return
		sleep 1
	done
	die "$what"
}

# editor is what somebody does who reads the comments of the files: fills in what is REQUIRED.
editor() {
	local config=$1 password=$2 api_key=$3
	printf '%s\n' "$BIND_PASSWORD" >"$password"
	printf '%s\n' "$key" >"$api_key"
	cp "$CA_FILE" /etc/threema-dirsync/ca.pem
	chmod 0644 /etc/threema-dirsync/ca.pem
	sed -i -e "s|^    urls: .*|    urls: [$LDAPS_URL]|" -e "0,/^    ca_file: .*/s||    ca_file: ca.pem|" -e "s|^    bind_dn: .*|    bind_dn: $BIND_DN|" \
		-e "s|^    base_dn: .*|    base_dn: $BASE_DN|" -e "s|^  base_url: .*|  base_url: $api|" "$config"
}

# commands are those of the README, without the build.
commands() {
	sed -n '/^## Install/,/^## What/p' systemd/README.md | sed -n '/^```sh/,/^```/p' | sed -e '/^```/d' -e 's/ *#.*//' | grep -v '^make build$'
}

passed() { threema-dirsync status | grep -q '^Last pass: .*, ended '; }

credentials() { curl -s "http://127.0.0.1:8800/_sim/state" | tr ',{' '\n\n' | sed -n '/"username"/p' | wc -l; }

/srv/domain -people 60 -dir /srv/company -out /srv/company.env &
bin/threema-dirsync simulate --listen 127.0.0.1:8800 --api-key "$key" >/dev/null &
eventually "the directory does not come" test -s /srv/company.env
# shellcheck disable=SC1091
. /srv/company.env

mapfile -t typed < <(commands)
((${#typed[@]} > 0 && ${#typed[@]} <= 8)) || die "the README has ${#typed[@]} commands after the build"
for command in "${typed[@]}"; do
	printf '\n# %s\n' "$command"
	eval "$command" 2>&1 || die "exit code $? of: $command"
done

# The service has made its pass, and may do nothing yet.
eventually "the service does not answer" curl -sf http://127.0.0.1:9877/healthz
systemctl is-active --quiet threema-dirsync || die "the service is not active"
eventually "the service ends no pass" passed
found=$(credentials)
((found == 0)) || die "policy: observe made $found credentials"

# The next step that the README tells: a policy, and a restart.
sed -i 's/^policy: .*/policy: sync/' /etc/threema-dirsync/config.yaml
systemctl restart threema-dirsync
threema-dirsync run --once || die "exit code $? of run --once by hand, beside the service"
found=$(credentials)
((found > 40)) || die "a pass made $found credentials of 60 people"
strangers=$(find /var/lib/threema-dirsync ! -user threema-dirsync)
[[ -z $strangers ]] || die "root left files that the service cannot use: $strangers"
systemctl restart threema-dirsync
eventually "the service does not come back" curl -sf http://127.0.0.1:9877/healthz
systemctl is-active --quiet threema-dirsync || die "the service is not active after a pass by hand"
printf '\n%s credentials.\nThe service runs.\n' "$found"
