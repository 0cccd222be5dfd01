#!/usr/bin/env bash
# ioredis with enableAutoPipelining: multi(), pipeline() and quit() overtake the commands that were called before them.
#
# Versions: ioredis 6.0.0 (npm) under Node, Redis 7.0.15 (Debian).
# Guess that missed: automatic pipelining changes when commands are sent, not their order, since all of them share one
# connection and each call was made in turn.
# Behaviour: single commands are put aside until the end of the event loop's turn; multi(), pipeline() and quit() are
# written at once. So a transaction reads the value from before the SET that stands above it in the program, and
# an INCR that was called before quit() is never sent: it rejects with "Connection is closed.". Without the option the
# same lines read the new value and count.
# Who is hurt: "write the stock, then read it in a MULTI" without an await between; a shutdown that counts once more.
# Output seen:
#   autoPipelining false: multi reads 1, pipeline reads 1, incr before quit: 1
#   autoPipelining true:  multi reads null, pipeline reads null, incr before quit: Connection is closed.
# Needs node with npm, and Debian's redis-server and redis-tools (installed where run by root).
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
npm install --silent --no-audit --no-fund --prefix "$work" ioredis@6.0.0 > /dev/null
redis-server --port 0 --unixsocket "$work/redis.sock" --dir "$work" --save '' > "$work/redis.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do redis-cli -s "$work/redis.sock" ping > /dev/null 2>&1 && break || sleep 0.1; done

cat > "$work/order.mjs" << 'PROGRAM'
import Redis from "ioredis";
const path = process.argv[2];
for (const enableAutoPipelining of [false, true]) {
  const redis = new Redis({ path, enableAutoPipelining });
  redis.on("error", () => {});
  const readBy = async (batch) => {
    await redis.del("stock");
    const written = redis.set("stock", "1");
    const [[error, seen]] = await redis[batch]().get("stock").exec();
    await written;
    return error ?? seen;
  };
  const inMulti = await readBy("multi");
  const inPipeline = await readBy("pipeline");
  await redis.del("count");
  const counted = redis.incr("count").catch((error) => error.message);
  const ended = redis.quit().catch((error) => error.message);
  const count = await counted;
  await ended;
  console.log(
    `autoPipelining ${enableAutoPipelining}: multi reads ${inMulti}, pipeline reads ${inPipeline}, incr before quit: ${count}`,
  );
  redis.disconnect();
}
PROGRAM
node --version
timeout 30 node "$work/order.mjs" "$work/redis.sock" | tee "$work/seen"
diff "$work/seen" - << 'EXPECTED' || { echo "not as found"; exit 1; }
autoPipelining false: multi reads 1, pipeline reads 1, incr before quit: 1
autoPipelining true: multi reads null, pipeline reads null, incr before quit: Connection is closed.
EXPECTED
