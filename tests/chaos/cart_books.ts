// Carts over partitions in the books: every part has come to what its home decided, all of it or nothing.
import { homeOf } from "../../src/commits/hold_ids.ts";
import { settleParts } from "../../src/commits/parts.ts";
import type { Store } from "../../src/commits/store.ts";
import type { Books } from "./books.ts";

type Line = [sku: string, location: string, quantity: number];

/** The parts that have not followed yet: active, where their hold is not. */
export function lateParts(store: Store, books: Books[]): [holdId: string, partition: number][] {
  return books.flatMap(({ parts }, partition) =>
    [...parts].filter(([id, { status }]) =>
      status === "active" && books[homeOf(store, id)].holds.get(id)?.status !== "active"
    ).map(([id]): [string, number] => [id, partition])
  );
}

/** Lets the late parts ask home now, as they would when they fall due. */
export async function letPartsAsk(store: Store, books: Books[]): Promise<void> {
  for (const [id, partition] of lateParts(store, books)) await settleParts(store, id, [partition]);
}

/** What is wrong between homes and parts, of books that have just been read. */
export function compareParts(store: Store, books: Books[]): string[] {
  const faults: string[] = [];
  for (const [partition, { parts }] of books.entries()) {
    for (const [id, part] of parts) {
      const hold = books[homeOf(store, id)].holds.get(id);
      const status = hold?.status ?? "given_up";
      const own = linesOf(hold?.lines).filter(([sku]) => store.partitionOf(sku) === partition);
      const expected = {
        isActive: status === "active",
        sold: status === "confirmed" ? show(own) : "",
        held: status === "active" ? show(own) : "",
      };
      const isActive = part.status === "active";
      const found = {
        isActive,
        sold: show(linesOf(part.sold)),
        held: isActive ? show(part.lines) : "",
      };
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        const words = [expected, found].map((each) => JSON.stringify(each)).join(", found ");
        faults.push(`part of ${id}, which is ${status}, in ${partition}: expected ${words}`);
      }
    }
  }
  for (const { holds } of books) {
    for (const [id, { lines, status }] of holds) {
      if (status === "given_up") continue;
      for (const [sku] of lines) {
        const partition = store.partitionOf(sku);
        if (partition !== homeOf(store, id) && !books[partition].parts.has(id)) {
          faults.push(`${id}, which is ${status}, has no part in ${partition}`);
        }
      }
    }
  }
  return faults;
}

/** Lua writes an empty list as an object. */
function linesOf(lines: unknown): Line[] {
  return Array.isArray(lines) ? lines : [];
}

function show(lines: Line[]): string {
  return lines.map(([sku, location, quantity]) => `${sku} ${location} ${quantity}`).sort().join();
}
