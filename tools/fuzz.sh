#!/usr/bin/env bash
# Runs every fuzz target of the module, one after another, for a given time each.
#
#   tools/fuzz.sh TIME [PATTERN]     PATTERN: a regular expression for the names of the targets
#
# What a target finds stays in its package's testdata/fuzz/ and fails every `go test` from then on:
# fix the code, and commit the file as the test of the fix.
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:?usage: tools/fuzz.sh TIME [PATTERN]}
pattern=${2:-.}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Until Go 1.27 the end of the fuzzing time can itself be reported as a failure, without any input that fails
# (golang/go#75804). A finding always names the file it was written to.
only_the_clock() {
	grep -qx ' *context deadline exceeded' "$log" && ! grep -qE 'Failing input written|panic:|fuzzing process' "$log"
}

ran=0
while IFS=: read -r file func; do
	[[ $func =~ $pattern ]] || continue
	ran=$((ran + 1))
	# One try to make a finding smaller: inputs that merely reach new code are made smaller too, and that would eat the time.
	if ! go test -run='^$' -fuzz="^$func\$" -fuzztime="$time" -fuzzminimizetime=1x "$(dirname "$file")" 2>&1 | tee "$log"; then
		only_the_clock || exit 1
		echo "$func: no finding, the time was up in the middle of an input (golang/go#75804)"
	fi
done < <(grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's/func //' | sort)

if ((ran == 0)); then
	echo "no fuzz target matches '$pattern'" >&2
	exit 1
fi
