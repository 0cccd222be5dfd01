FROM denoland/deno:debian-2.9.6

RUN apt-get update \
 && apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir /data && chown deno:deno /data

USER deno
WORKDIR /app
COPY deno.json deno.lock ./
COPY docs docs
COPY lua lua
COPY openapi openapi
COPY src src
COPY scripts scripts
RUN deno install --frozen --entrypoint src/main.ts scripts/redis.ts

ENV HOST=0.0.0.0 DATA_DIR=/data
VOLUME /data
EXPOSE 8001
HEALTHCHECK CMD ["deno", "eval", "if (!(await fetch('http://127.0.0.1:8001/health')).ok) Deno.exit(1)"]
CMD ["deno", "task", "start"]
