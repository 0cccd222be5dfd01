// Configuration: every variable once, with its bounds, its default and what it is for.
import { z } from "zod";
import { isIP } from "node:net";
import { DEFAULT_BOUNDS, MAX_TTL_SECONDS } from "./contract/fields.ts";
import { parseApiKeys } from "./http/api_keys.ts";
import { LOG_LEVELS } from "./log.ts";

/** A whole number as people write it; `1e3`, `0x10` and ` 5` are refused. */
function wholeNumber(minimum: number, maximum: number) {
  return z.string().regex(/^\d{1,10}$/, "must be a whole number")
    .transform(Number)
    .pipe(
      z.int().min(minimum, `must be at least ${minimum}`).max(
        maximum,
        `must be at most ${maximum}`,
      ),
    );
}

/** Words apart by white space, each read by `read`, which throws an Error for what it does not take. */
function words<Word>(read: (text: string) => Word[]) {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue((error as Error).message);
      return z.NEVER;
    }
  });
}

function listOf(pattern: (word: string) => boolean, kind: string): (text: string) => string[] {
  return (text) => {
    const found = text.split(/[\s,]+/).filter((word) => word !== "");
    const bad = found.find((word) => !pattern(word));
    if (bad !== undefined) throw new Error(`must be ${kind}, and ${bad} is none`);
    return found;
  };
}

function isRedisUrl(word: string): boolean {
  return URL.canParse(word) && /^rediss?:$/.test(new URL(word).protocol);
}

/** As browsers write it: in lower case, without the port that goes without saying. `*` stands for nothing. */
function isHost(word: string): boolean {
  return !word.includes("*") && ["http", "https"].map((scheme) => `${scheme}://${word}`)
    .every((url) => URL.canParse(url) && new URL(url).host === word);
}

function isOrigin(word: string): boolean {
  return URL.canParse(word) && new URL(word).origin === word;
}

const flag = (byDefault: "true" | "false") =>
  z.enum(["true", "false"]).default(byDefault).transform((value) => value === "true");

/** The most partitions: a place in each of them is in every event id. */
const MAX_PARTITIONS = 256;
const PARTITIONS_OF_A_CLUSTER = 16;

export const ConfigSchema = z.object({
  PORT: wholeNumber(0, 65535).default(8001).describe("Port to listen on; 0 takes a free one."),
  HOST: z.string().default("127.0.0.1").describe("Address to listen on; `0.0.0.0` for all."),
  DATA_DIR: z.string().default(".data").describe(
    "Folder of the embedded Redis. Set it in the environment: the tasks read it before `.env`.",
  ),
  REDIS_URL: z.string().regex(
    /^(rediss?:\/\/|unix:\/\/|\/).+/,
    "must begin with redis://, rediss://, unix:// or / (a socket's path)",
  ).optional().describe(
    "A Redis to use instead of the embedded one: `redis://`, `rediss://`, or a unix socket.",
  ),
  REDIS_CLUSTER_URLS: words(listOf(isRedisUrl, "redis:// or rediss:// URLs apart by spaces"))
    .optional().describe(
      "Some nodes of a Redis Cluster to use instead of `REDIS_URL`; the others are found through them.",
    ),
  PARTITIONS: wholeNumber(1, MAX_PARTITIONS).optional().describe(
    "How many parts SKUs are spread over; fixed once the store is written. Unset: 1, and 16 on a cluster.",
  ),
  REDIS_TLS_CA: z.string().optional().describe(
    "PEM file with the authority to trust for `rediss://`.",
  ),
  DURABILITY: z.enum(["everysec", "always", "none", "replicated"]).default("everysec").describe(
    "How often the embedded Redis forces its file to disk. With a Redis of your own `replicated` waits for a copy of commits.",
  ),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info").describe("Least important lines to log."),
  REQUEST_TIMEOUT_MS: wholeNumber(100, 60_000).default(2000).describe(
    "The longest that a request may take, in milliseconds.",
  ),
  MAX_BODY_BYTES: wholeNumber(1024, 10_485_760).default(65_536).describe(
    "The largest body of a request, in bytes.",
  ),
  HOLD_LIFETIME_MAX_SECONDS: wholeNumber(1, MAX_TTL_SECONDS).default(
    DEFAULT_BOUNDS.holdLifetimeMaxSeconds,
  ).describe(
    "The longest life of a hold, and so the longest `ttl`, in seconds; the `ttl` of one without, where that is under 300.",
  ),
  IDEMPOTENCY_TTL_SECONDS: wholeNumber(60, 2_592_000).default(3600).describe(
    "How long the outcome under an idempotency key is kept, in seconds; for holds never shorter than a hold may live.",
  ),
  LOW_STOCK_THRESHOLD: wholeNumber(0, 1_000_000).default(10).describe(
    "A line that falls to this many available units is reported as low.",
  ),
  API_KEYS: words(parseApiKeys).optional().describe(
    "Entries `name:scope,scope:sha256` apart by spaces, as `deno task key` prints them. Unset: everybody may do everything.",
  ),
  PUBLIC_READS: flag("true").describe(
    "With keys: whether inventory and one's own holds may be read without one.",
  ),
  RATE_LIMIT_PER_MINUTE: wholeNumber(0, 1_000_000).default(0).describe(
    "Requests a minute for each key's name, or each address without one; 0 for no limit.",
  ),
  TRUSTED_PROXIES: words(listOf((word) => isIP(word) > 0, "addresses apart by spaces")).optional()
    .describe("Addresses of proxies whose `X-Forwarded-For` tells the caller's."),
  MAX_REQUESTS_IN_FLIGHT: wholeNumber(1, 1_000_000).default(10_000).describe(
    "Requests worked on at once; further ones are refused as `overloaded`.",
  ),
  MAX_LIVE_FEEDS: wholeNumber(0, 100_000).default(200).describe(
    "Live feeds of events open at once; further ones are refused as `overloaded`.",
  ),
  MAX_LIVE_FEEDS_PER_CALLER: wholeNumber(1, 100_000).default(20).describe(
    "Live feeds open at once for each key's name, or each address without one.",
  ),
  MAX_ACTIVE_HOLDS_PER_KEY: wholeNumber(0, 1_000_000).default(0).describe(
    "Active holds that one key's name may have at once in each partition; 0 for no limit.",
  ),
  MAX_HELD_UNITS_PER_KEY: wholeNumber(0, 1_000_000_000).default(0).describe(
    "Units that one key's name may hold at once in each partition; 0 for no limit.",
  ),
  PUBLIC_HOSTS: words(
    listOf(isHost, "hosts apart by spaces, as in stock.example or stock.example:8443"),
  )
    .optional().describe(
      "Names by which browsers reach the pages of this service, besides addresses and `localhost`.",
    ),
  CORS_ORIGINS: words(listOf(isOrigin, "origins apart by spaces, as in https://shop.example"))
    .optional().describe("Origins whose pages may call from a browser. Unset: none."),
  ALERT_AFTER_SECONDS: wholeNumber(2, 3600).default(60).describe(
    "How long no sweep may have gone well before that is an incident, in seconds.",
  ),
  ALERT_WEBHOOK_URL: z.string().regex(/^https?:\/\/\S+$/, "must be an http:// or https:// URL")
    .optional().describe(
      "Where incidents are posted, once when one begins and once when it is over.",
    ),
  ALERT_WEBHOOK_SECRET: z.string().regex(
    /^(?!whsec_).{16,}$|^whsec_[A-Za-z0-9+/]{22,}={0,2}$/,
    "must have at least 16 characters, which after whsec_ are base64",
  ).optional().describe(
    "What the posts are signed with (Standard Webhooks, HMAC-SHA256). Needed with the URL.",
  ),
  BACKUP_SCHEDULE: z.string().regex(
    /^\S+( \S+){4}$/,
    "must be five fields of cron, as in 0 3 * * *",
  )
    .optional().describe(
      "When Redis makes a snapshot, as five fields of cron in UTC. Unset: never.",
    ),
  BACKUP_KEEP: wholeNumber(1, 1000).default(7).describe(
    "How many snapshots of the embedded Redis are kept in `DATA_DIR/backups`.",
  ),
  REUSE_PORT: flag("false").describe(
    "Whether several processes may listen on one `PORT` and share its connections (Linux).",
  ),
  DRAIN_SECONDS: wholeNumber(0, 600).default(0).describe(
    "How long a stop waits before it takes no more requests, so that load balancers see `GET /ready` fail first.",
  ),
  OTEL_DENO: flag("false").describe(
    "Whether traces, metrics and logs go to an OpenTelemetry collector, which Deno's `OTEL_*` variables name.",
  ),
});

export type Config = z.infer<typeof ConfigSchema> & { PARTITIONS: number };

/** Whether the service runs a Redis of its own. */
export function isEmbedded(
  { REDIS_URL, REDIS_CLUSTER_URLS }: Pick<Config, "REDIS_URL" | "REDIS_CLUSTER_URLS">,
): boolean {
  return !REDIS_URL && !REDIS_CLUSTER_URLS;
}

/** What the operator set is not usable; `message` names every variable at fault and what it takes. */
export class ConfigError extends Error {}

/** Reads the configuration out of the environment. An empty value counts as unset. */
export function readConfig(readVariable: (name: string) => string | undefined): Config {
  const given = Object.keys(ConfigSchema.shape).map((
    name,
  ) => [name, readVariable(name) || undefined]);
  const result = ConfigSchema.safeParse(Object.fromEntries(given));
  if (result.success) {
    const { ALERT_WEBHOOK_URL, ALERT_WEBHOOK_SECRET, REDIS_CLUSTER_URLS, REDIS_URL } = result.data;
    if (ALERT_WEBHOOK_URL && !ALERT_WEBHOOK_SECRET) {
      throw new ConfigError("ALERT_WEBHOOK_SECRET must be set with ALERT_WEBHOOK_URL");
    }
    if (REDIS_URL && REDIS_CLUSTER_URLS) {
      throw new ConfigError("set REDIS_URL or REDIS_CLUSTER_URLS, not both");
    }
    if (result.data.DURABILITY === "replicated" && isEmbedded(result.data)) {
      throw new ConfigError("DURABILITY=replicated needs REDIS_URL or REDIS_CLUSTER_URLS");
    }
    const { PARTITIONS = REDIS_CLUSTER_URLS ? PARTITIONS_OF_A_CLUSTER : 1 } = result.data;
    if (REDIS_CLUSTER_URLS && PARTITIONS < 2) {
      throw new ConfigError("PARTITIONS must be at least 2 with REDIS_CLUSTER_URLS");
    }
    return { ...result.data, PARTITIONS };
  }
  const faults = result.error.issues.map((issue) => `${issue.path[0].toString()} ${issue.message}`);
  throw new ConfigError(faults.join("; "));
}
