#!/usr/bin/env bash
# The first hour of a newcomer: from a bare Debian 12 to a running service that syncs an Active Directory, by
# the commands of systemd/README.md and nothing else. It happens in a machine of its own (debootstrap,
# systemd-nspawn) that has no network but its loopback once everything is built and installed.
#
#   tools/newcomer/newcomer.sh [FOLDER]    as root; a FOLDER keeps the bare machine for the next time
#
# Needed: the packages debootstrap and systemd-container, and the Go of this machine.
set -euo pipefail

tree=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d /var/tmp/newcomer.XXXXXX)
trap 'rm -rf "$work"' EXIT
bare=${1:-$work/bare}
machine=$work/machine
stage=$tree/tools/stage.sh

# bootstrap makes a machine with what README asks for, and with the means to play a company.
bootstrap() {
	debootstrap --variant=minbase --include=systemd,systemd-sysv,ca-certificates,make,gcc,libc6-dev,git,curl bookworm "$bare" >"$work/log" || { tail -20 "$work/log"; return 1; }
}

# inside runs a command in the machine, which is not booted. It trusts the authorities that this machine
# trusts. Its output goes through a pipe: written to a file directly, nothing of it arrives.
inside() {
	systemd-nspawn --quiet --register=no --keep-unit --pipe -D "$machine" --chdir=/srv/threema-dirsync --bind-ro="$(go env GOROOT):/usr/local/go" \
		--bind-ro=/etc/ssl/certs/ca-certificates.crt \
		--setenv=PATH=/usr/local/go/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" 2>&1 </dev/null | cat
}

export bare work
export -f bootstrap
[[ -e $bare/etc/debian_version ]] || "$stage" "make a bare Debian 12" "two to five minutes" bash -c bootstrap 2>&1
mkdir -p "$machine"
cp -a "$bare/." "$machine"
git -C "$tree" archive --prefix=srv/threema-dirsync/ HEAD | tar -x -C "$machine"
install -D -m 0644 "$tree/tools/newcomer/newcomer.service" "$machine/etc/systemd/system/newcomer.service"
mkdir -p "$machine/etc/systemd/system/multi-user.target.wants"
ln -s ../newcomer.service "$machine/etc/systemd/system/multi-user.target.wants/newcomer.service"

inside make build
# The company that the newcomer works for, which has a directory already.
inside make servers
inside go build -buildvcs=false -o /srv/domain ./internal/testdir/domain

systemd-nspawn --quiet --register=no --keep-unit --private-network --boot --console=pipe -D "$machine" </dev/null >"$work/console" 2>&1 || true
cat "$machine/srv/log"
[[ $(tail -1 "$machine/srv/log") == "The service runs." ]]
