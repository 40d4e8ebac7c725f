#!/usr/bin/env bash
# Runs one stage of the Makefile so that whoever waits can see that it lives: says what it does and how
# long it may take, tells each half minute that it is still at it, and how long it took.
#
#   tools/stage.sh WHAT HOW-LONG COMMAND [ARGUMENT...]
set -euo pipefail

what=${1:?usage: tools/stage.sh WHAT HOW-LONG COMMAND [ARGUMENT...]}
long=${2:?}
shift 2

printf '==> %s (%s)\n' "$what" "$long" >&2
SECONDS=0
"$@" &
command=$!
trap 'kill "$command" 2>/dev/null; wait "$command"; exit 130' INT TERM

while kill -0 "$command" 2>/dev/null; do
	sleep 1
	if ((SECONDS % 30 == 0)) && kill -0 "$command" 2>/dev/null; then
		printf '    %s: at it for %d:%02d minutes\n' "$what" $((SECONDS / 60)) $((SECONDS % 60)) >&2
	fi
done

status=0
wait "$command" || status=$?
if ((status == 0)); then
	printf '    %s: done in %d:%02d minutes\n' "$what" $((SECONDS / 60)) $((SECONDS % 60)) >&2
else
	printf '    %s: FAILED after %d:%02d minutes\n' "$what" $((SECONDS / 60)) $((SECONDS % 60)) >&2
fi
exit "$status"
