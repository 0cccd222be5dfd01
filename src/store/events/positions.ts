// Positions in the event streams, as callers carry them.
import { Buffer } from "node:buffer";

/**
 * A place in the stream of one partition: behind the first `seen` events of an entry. One commit writes one
 * entry, whose id begins with the millisecond of the commit.
 */
export interface Place {
  entry: string;
  seen: number;
}

/** How far a reader has come: a place in each partition's stream. */
export type Position = Place[];

export const BEGINNING: Place = { entry: "0-0", seen: 0 };
/** More events than any entry has. */
export const ALL_OF_IT = 999_999;

export function encodePosition(position: Position): string {
  const places = position.map(({ entry, seen }) => `${entry}.${seen}`);
  return Buffer.from(places.join(",")).toString("base64url");
}

/** Reads what `encodePosition` wrote in a store of so many partitions; undefined for anything else. */
export function decodePosition(text: string, partitions = 1): Position | undefined {
  const position: Position = [];
  for (const place of Buffer.from(text, "base64url").toString("latin1").split(",")) {
    const match = place.match(/^(\d{1,15}-\d{1,15})\.(\d{1,6})$/);
    if (!match) return undefined;
    position.push({ entry: match[1], seen: Number(match[2]) });
  }
  return position.length === partitions && encodePosition(position) === text ? position : undefined;
}

/** Whether the entry `id` was written after the entry `other`. */
export function isLater(id: string, other: string): boolean {
  const [ms, sequence] = id.split("-").map(Number);
  const [otherMs, otherSequence] = other.split("-").map(Number);
  return ms > otherMs || ms === otherMs && sequence > otherSequence;
}
