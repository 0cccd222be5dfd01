// The names of all Redis keys, the only place that knows them. The Lua scripts get them as a prelude.

/** The owner of what is done without a key while keys are configured. No key can have this name. */
export const NOBODY = "-";

/** Taken by the process that makes the scheduled backup. No script knows it. */
export const BACKUP_LOCK = "backup_lock";

/**
 * The keys that every call of a script declares: the first is always there and holds the number of partitions,
 * the second never is. While a slot of Redis Cluster is on its way to another node, Redis refuses such a call
 * with TRYAGAIN before it begins, on both nodes, so that no script meets half of its keys.
 */
export function declaredKeys(prefix: string): [there: string, never: string] {
  return [`${prefix}partitions`, `${prefix}nothing`];
}

/** A hash of the incidents that all processes share, by kind. No script knows it either. */
export const INCIDENTS = "incidents";

/** Lua constant -> what follows the partition prefix. A name ending in ":" takes a value behind it. */
export const KEY_NAMES = {
  STOCK: "stock:",
  HOLD: "hold:",
  HOLDS_BY_EXPIRY: "holds_by_expiry",
  HOLDS_BY_REFERENCE: "holds_by_reference:",
  HOLDS_BY_OWNER: "holds_by_owner:",
  PART: "part:",
  PARTS_BY_DUE: "parts_by_due",
  UNITS_HELD: "units_held",
  UNITS_BY_OWNER: "units_by_owner",
  RATE: "rate:",
  IDEMPOTENCY: "idemp:",
  SKUS: "skus",
  EVENTS: "events",
  COMMITS: "commits",
} as const;

/**
 * What every key of one partition begins with: nothing when there is one partition, `{7}:` when there
 * are several, so that the partition's keys share one Redis Cluster slot.
 */
export function partitionPrefix(partition: number, partitions: number): string {
  return partitions === 1 ? "" : `{${partition}}:`;
}
