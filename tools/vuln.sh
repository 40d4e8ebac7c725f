#!/usr/bin/env bash
# Looks for known vulnerabilities in what the program calls, by the database of the Go team.
#
#   tools/vuln.sh VERSION      the version of golang.org/x/vuln
#
# Ends with 0 where none is known, 3 where some are (govulncheck lists them), 69 where the database could not be asked, so
# that nothing is known, and 1 after any other failure. Through make each of them but 0 is "Error N" and code 2.
set -euo pipefail

version=${1:?usage: tools/vuln.sh VERSION}
bin=$PWD/bin
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# Built, not run through `go run`, which turns every code into 1.
GOBIN=$bin go install "golang.org/x/vuln/cmd/govulncheck@$version"
status=0
"$bin/govulncheck" ./... 2>"$said" || status=$?
if ((status != 0 && status != 3)) && grep -q '^govulncheck: fetching vulnerabilities:' "$said"; then
	echo "nothing is known: the database of vulnerabilities cannot be asked ($(sed -n 's/^govulncheck: fetching vulnerabilities: //p' "$said" | head -n 1))" >&2
	exit 69
fi
cat "$said" >&2
exit "$status"
