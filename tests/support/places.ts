// Where the keys of a test's store are: the tests name them as a store of one partition has them.
import { Buffer } from "node:buffer";
import { homeOf } from "../../src/commits/hold_ids.ts";
import type { Store } from "../../src/commits/store.ts";

/** Commands about no key, or about all of them. */
const KEYLESS = new Set([
  "ACL",
  "CLIENT",
  "CONFIG",
  "DBSIZE",
  "DEBUG",
  "EVAL",
  "FLUSHALL",
  "INFO",
  "KEYS",
  "PING",
  "SCRIPT",
  "SHUTDOWN",
  "TIME",
]);

/** Sends a command to where its key is; one about all holds, events or SKUs to every partition, and joins the answers. */
export async function sendToPlace(store: Store, command: string[]): Promise<unknown> {
  const [name, key, ...rest] = command;
  if (KEYLESS.has(name.toUpperCase())) return await sendToAllNodes(store, command);
  const [, tag, bareKey] = key.match(/^\{(\d+)\}:(.*)/) ?? [];
  if (tag) return await store.commandAt(Number(tag), name, bareKey, ...rest);
  const places = placesOf(store, key, rest);
  const replies = await Promise.all(
    places.map((place) => store.commandAt(place, name, key, ...rest)),
  );
  return replies.length === 1 ? replies[0] : joined(key, replies);
}

async function sendToAllNodes(store: Store, command: string[]): Promise<unknown> {
  const replies = await Promise.all(store.nodes().map((node) => node.command(...command)));
  return command[0] === "KEYS" ? replies.flat() : replies[0];
}

function placesOf(store: Store, key: string, rest: string[]): number[] {
  const [kind, value] = key.split(":", 2);
  const named = kind === "holds_by_expiry" && rest.find((each) => each.startsWith("hold-"));
  if (kind === "hold" || named) return [homeOf(store, named || value)];
  if (kind === "stock" || kind === "rate") return [store.partitionOf(value)];
  if (kind === "skus" && rest.length === 1) return [store.partitionOf(rest[0])];
  return Array.from({ length: store.partitions }, (_, partition) => partition);
}

function joined(key: string, replies: unknown[]): unknown {
  if (replies.every((reply) => typeof reply === "number")) {
    return key.startsWith("idemp:")
      ? Math.max(...replies)
      : replies.reduce((sum, each) => sum + each, 0);
  }
  if (replies.every(Array.isArray)) {
    const all = replies.flat();
    return key === "events" ? all.toSorted(byId) : all;
  }
  // Of the places where it may be, the one that has it; of a key's record, the outcome and not the claim.
  const found = replies.filter((reply) => reply !== null && reply !== -2);
  return found.find((reply) => String(reply).includes('"reply"')) ?? found[0] ?? replies[0];
}

function byId(a: unknown, b: unknown): number {
  const [[ms, n], [otherMs, otherN]] = [a, b].map((entry) =>
    String((entry as [Buffer | string])[0]).split("-").map(Number)
  );
  return ms - otherMs || n - otherN;
}
