#!/usr/bin/env bash
# redis-py sends one FCALL, or one whole MULTI, up to eleven times by itself, and answers as if it had been once.
#
# Versions: redis-py 8.1.0 (PyPI), Redis 7.0.15 (Debian).
# Guess that missed: at most three more tries, as for many versions; and none for a transaction, or for what may have
# been carried out: its connection broke after the command was written.
# Behaviour: ten more tries, with pauses, in the blocking and the asyncio client. A proxy that loses the first 10
# replies (it closes the connection once Redis has answered) sees every one of 11 requests carried out; the caller is
# given the last reply and no error. A function that takes a unit of stock has then taken 11.
# Who is hurt: whoever calls functions with effects without a key of their own for "this has been done".
# `redis.Redis(retry=Retry(NoBackoff(), 0))` sends it once and raises ConnectionError.
# Output seen (the effects of one call, and what it was told):
#   fcall: 11 effects, told 11       multi: 11 effects, told [11]
#   asyncio fcall: 11 effects, told 11       retry 0: 1 effects, told ConnectionError
# Needs python3 with venv and pip, and Debian's redis-server (installed where run by root).
set -euo pipefail
work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do { kill -9 "$pid" && wait "$pid"; } 2> /dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

command -v redis-server > /dev/null ||
  { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server; } > /dev/null
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check redis==8.1.0
redis-server --port 0 --unixsocket "$work/redis.sock" --dir "$work" --save '' > "$work/redis.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do [ -S "$work/redis.sock" ] && break || sleep 0.1; done

cat > "$work/lose.py" << 'PROGRAM'
import asyncio, socket, sys, threading
import redis, redis.asyncio
from redis.backoff import NoBackoff
from redis.retry import Retry

path, to_lose = sys.argv[1], 0

def carry(client):
    global to_lose
    with client, socket.socket(socket.AF_UNIX) as server:
        server.connect(path)
        while data := client.recv(65536):
            server.sendall(data)
            reply = server.recv(65536)
            if to_lose > 0 and (b"take" in data or b"INCR" in data):
                to_lose -= 1
                return
            client.sendall(reply)

door = socket.create_server(("127.0.0.1", 0))
def accept():
    while True:
        threading.Thread(target=carry, args=(door.accept()[0],), daemon=True).start()
threading.Thread(target=accept, daemon=True).start()

direct = redis.Redis(unix_socket_path=path)
direct.function_load("#!lua name=t\nredis.register_function('take', function(k) return redis.call('INCR', k[1]) end)")
def attempt(name, call, **options):
    global to_lose
    direct.delete("taken")
    to_lose = 10
    try:
        told = call(dict(host="127.0.0.1", port=door.getsockname()[1], **options))
    except redis.RedisError as error:
        told = type(error).__name__
    print(f"{name}: {int(direct.get('taken'))} effects, told {told}", flush=True)

def in_multi(options):
    pipeline = redis.Redis(**options).pipeline(transaction=True)
    pipeline.incr("taken")
    return pipeline.execute()
async def later(options):
    async with redis.asyncio.Redis(**options) as client:
        return await client.fcall("take", 1, "taken")

attempt("fcall", lambda options: redis.Redis(**options).fcall("take", 1, "taken"))
attempt("multi", in_multi)
attempt("asyncio fcall", lambda options: asyncio.run(later(options)))
attempt("retry 0", lambda options: redis.Redis(**options).fcall("take", 1, "taken"), retry=Retry(NoBackoff(), 0))
PROGRAM
timeout 60 "$work/env/bin/python" "$work/lose.py" "$work/redis.sock" | tee "$work/seen"
diff "$work/seen" - << 'EXPECTED' || { echo "not as found"; exit 1; }
fcall: 11 effects, told 11
multi: 11 effects, told [11]
asyncio fcall: 11 effects, told 11
retry 0: 1 effects, told ConnectionError
EXPECTED
