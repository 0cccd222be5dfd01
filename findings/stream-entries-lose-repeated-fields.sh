#!/usr/bin/env bash
# A stream entry may name a field many times; @redis/client and redis-py give only the last of each name, in silence.
#
# Versions: @redis/client 6.3.1 and ioredis 6.0.0 (npm), redis-py 8.1.0 (PyPI), Redis 7.0.15 (Debian).
# Guess that missed: redis-py has lists of pairs where a mapping would lose something, as its manual's words on
# ordered entries suggest, and RESP3 helps. Redis keeps all pairs and their order, and redis-cli shows them.
# Behaviour: both make an object or a dict of the pairs, under RESP2 and RESP3 alike: of a commit's entry with three
# events, two of the kind `hold.created`, the first hold is gone. ioredis gives the list.
# Who is hurt: whoever reads a log in which one entry carries all events of a group commit, kind by kind.
# In redis-py a response callback of one's own for XRANGE gives the whole list (shown below).
# Output seen, of the holds A and B that one entry created:
#   @redis/client RESP 2: B     @redis/client RESP 3: B     ioredis: A B     redis-cli: A B
#   redis-py protocol 2: B      redis-py protocol 3: B      redis-py, own callback: A B
# Needs node with npm, python3 with venv and pip, and Debian's redis-server and redis-tools (installed where run by root).
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
npm install --silent --no-audit --no-fund --prefix "$work" @redis/client@6.3.1 ioredis@6.0.0 > /dev/null
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check redis==8.1.0
redis-server --port 0 --unixsocket "$work/redis.sock" --dir "$work" --save '' > "$work/redis.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do redis-cli -s "$work/redis.sock" ping > /dev/null 2>&1 && break || sleep 0.1; done
redis-cli -s "$work/redis.sock" xadd events '*' hold.created A hold.created B stock.changed C > /dev/null

cat > "$work/read.mjs" << 'PROGRAM'
import { createClient } from "@redis/client";
import Redis from "ioredis";
const path = process.argv[2];
for (const RESP of [2, 3]) {
  const client = createClient({ socket: { path }, RESP, maintNotifications: "disabled" });
  await client.connect();
  const [{ message }] = await client.xRange("events", "-", "+");
  console.log(`@redis/client RESP ${RESP}: ${message["hold.created"]}`);
  client.destroy();
}
const redis = new Redis({ path });
const [[, words]] = await redis.xrange("events", "-", "+");
console.log(`ioredis: ${words.filter((_, i) => words[i - 1] === "hold.created").join(" ")}`);
redis.disconnect();
PROGRAM
cat > "$work/read.py" << 'PROGRAM'
import sys
import redis
for protocol in (2, 3):
    client = redis.Redis(unix_socket_path=sys.argv[1], protocol=protocol, decode_responses=True)
    [(_, fields)] = client.xrange("events")
    print(f"redis-py protocol {protocol}: {fields['hold.created']}")
client.set_response_callback("XRANGE", lambda reply, **_: reply)
[[_, words]] = client.xrange("events")
print("redis-py, own callback:", *[words[i + 1] for i in range(0, len(words), 2) if words[i] == "hold.created"])
PROGRAM
{
  timeout 30 node "$work/read.mjs" "$work/redis.sock"
  timeout 30 "$work/env/bin/python" "$work/read.py" "$work/redis.sock"
  echo "redis-cli: $(redis-cli -s "$work/redis.sock" xrange events - + | grep -A1 hold.created | grep -E '^[AB]$' | paste -sd' ')"
} | tee "$work/seen"
diff "$work/seen" - << 'EXPECTED' || { echo "not as found"; exit 1; }
@redis/client RESP 2: B
@redis/client RESP 3: B
ioredis: A B
redis-py protocol 2: B
redis-py protocol 3: B
redis-py, own callback: A B
redis-cli: A B
EXPECTED
