#!/usr/bin/env bash
# Two services that answer two GETs with 503 "busy, try again in a second" are unreachable behind nginx for ten.
#
# Versions: nginx 1.22.1 (Debian), upstreams by Node's http module.
# Guess that missed: with `proxy_next_upstream error timeout http_503` a busy answer sends a GET to the other upstream,
# and where that is busy too its 503 with Retry-After goes to the caller, now and at each further try; only failures
# to connect or to answer mark an upstream as down.
# Behaviour: a 503 that is passed over counts as a failure, and max_fails is 1. The first GET marks one upstream and
# gets the other's 503; the second marks that too, and is 502 without Retry-After itself, as is every request after
# it, of any method and path: "no live upstreams" for fail_timeout (10 s), nobody is asked, although both would
# answer. A POST, which may not be passed over, marks nothing. With `max_fails=0` all are asked, and each 503 arrives.
# Who is hurt: services that shed load honestly: two refused reads take the sales of ten seconds away.
# Output seen (+ is Retry-After):
#   POST busy: 503+ 503+ 503+, then GET: 200
#   GET busy: 503+ 502, then GET: 502 502, then POST: 502; upstreams asked: 3
#   max_fails=0: GET busy: 503+ 503+, then GET: 200 200
# Needs node, curl, and Debian's nginx (nginx-light installed where run by root).
set -euo pipefail
work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do { kill "$pid" && wait "$pid"; } 2> /dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

command -v nginx > /dev/null ||
  { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light; } > /dev/null
cat > "$work/upstreams.mjs" << 'PROGRAM'
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
const servers = [1, 2].map(() =>
  createServer((request, response) => {
    appendFileSync("asked", `${request.url}\n`);
    request.resume();
    if (request.url === "/busy") response.writeHead(503, { "retry-after": "1" });
    response.end();
  })
);
await Promise.all(servers.map((each) => new Promise((ready) => each.listen(0, "127.0.0.1", ready))));
writeFileSync("ports.new", servers.map((each) => each.address().port).join(" ") + "\n");
renameSync("ports.new", "ports");
PROGRAM
cd "$work"
node upstreams.mjs &
pids+=($!)
for _ in $(seq 100); do [ -e ports ] && break || sleep 0.1; done
read -r one two < ports

serve() { # name, what is said of each server
  cat > "$1.conf" << CONF
daemon off; pid $work/$1.pid; error_log $work/$1.log; worker_processes 1;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path $work/b; proxy_temp_path $work/p;
  fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  upstream service { server 127.0.0.1:$one $2; server 127.0.0.1:$two $2; }
  server {
    listen unix:$work/$1.sock;
    location / { proxy_pass http://service; proxy_next_upstream error timeout http_503; }
  }
}
CONF
  nginx -c "$work/$1.conf" 2> "$work/$1.err" &
  pids+=($!)
  for _ in $(seq 100); do [ -S "$work/$1.sock" ] && break || sleep 0.1; done
}
ask() { # name, path, arguments of curl
  curl -s -m 5 -o /dev/null -D - --unix-socket "$work/$1.sock" "http://stock$2" "${@:3}" | tr -d '\r' |
    awk '/^HTTP/ { code = $2 } tolower($1) == "retry-after:" { after = "+" } END { print code after }'
}
nginx -v
serve usual ''
serve patient max_fails=0
several() { for path in "${@:2}"; do ask "$1" "$path"; done | paste -sd' '; }
{
  echo "POST busy: $(for _ in 1 2 3; do ask usual /busy -d '{}'; done | paste -sd' '), then GET: $(ask usual /read)"
  : > asked
  echo "GET busy: $(several usual /busy /busy), then GET: $(several usual /read /read), then POST: $(ask usual /read -d '{}');" \
    "upstreams asked: $(wc -l < asked)"
  echo "max_fails=0: GET busy: $(several patient /busy /busy), then GET: $(several patient /read /read)"
} | tee seen
diff seen - << 'EXPECTED' || { echo "not as found"; exit 1; }
POST busy: 503+ 503+ 503+, then GET: 200
GET busy: 503+ 502, then GET: 502 502, then POST: 502; upstreams asked: 3
max_fails=0: GET busy: 503+ 503+, then GET: 200 200
EXPECTED
