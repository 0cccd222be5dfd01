// Events as the scripts write them, words separated by single spaces, turned into those of the contract.
import type { Event } from "../../contract/event_kinds.ts";

/** An event without what its place in the stream says: id and time. */
type Bare<E> = E extends unknown ? Omit<E, "id" | "at"> : never;
export type BareEvent = Bare<Event>;
type Line = Extract<Event, { kind: "hold.created" }>["lines"][number];

/**
 * What happens to those units of a cart that are in another partition than its hold. Only for those who replay a
 * partition's stream: callers are told of the hold.
 */
export type PartEvent =
  | { kind: "part.taken"; hold_id: string; lines: Line[] }
  | { kind: "part.let_go"; hold_id: string; sold: Line[]; returned: Line[] };

export function isPartEvent(event: BareEvent | PartEvent): event is PartEvent {
  return event.kind === "part.taken" || event.kind === "part.let_go";
}

/**
 * Reads one event. Undefined for what is not an event of this version: a newer one that runs beside it
 * may write kinds that this one's contract cannot express, and a feed must not stop at them.
 */
export function decodeEvent(kind: string, detail: string): BareEvent | PartEvent | undefined {
  const words = detail.split(" ");
  try {
    return decodeWords(kind as (BareEvent | PartEvent)["kind"], words);
  } catch (error) {
    if (error instanceof NotAnEvent) return undefined;
    throw error;
  }
}

class NotAnEvent extends Error {}

function decodeWords(
  kind: (BareEvent | PartEvent)["kind"],
  words: string[],
): BareEvent | PartEvent | undefined {
  switch (kind) {
    case "hold.created": {
      const [hold_id, expiresAtMs, reference, ...rest] = words;
      const expires_at = readInstant(expiresAtMs);
      return { kind, hold_id, expires_at, ...readReference(reference), lines: readLines(rest) };
    }
    case "hold.extended": {
      const [hold_id, expiresAtMs, reference] = words;
      return { kind, hold_id, expires_at: readInstant(expiresAtMs), ...readReference(reference) };
    }
    case "hold.confirmed": {
      const [hold_id, reference, ...rest] = words;
      const cut = rest.indexOf("/");
      const lines = readLines(cut < 0 ? rest : rest.slice(0, cut));
      const returned = cut < 0 ? {} : { returned: readLines(rest.slice(cut + 1)) };
      return { kind, hold_id, ...readReference(reference), lines, ...returned };
    }
    case "hold.released":
    case "hold.expired": {
      const [hold_id, reference, ...rest] = words;
      return { kind, hold_id, ...readReference(reference), lines: readLines(rest) };
    }
    case "stock.adjusted": {
      const [sku, location, before, after, reason, reference] = words;
      if (reason === undefined) throw new NotAnEvent();
      const [on_hand_before, on_hand_after] = [readInteger(before), readInteger(after)];
      return {
        kind,
        sku,
        location,
        on_hand_before,
        on_hand_after,
        reason,
        ...readReference(reference),
      };
    }
    case "stock.transferred": {
      const [sku, from, to, quantity] = words;
      return { kind, sku, from, to, quantity: readInteger(quantity) };
    }
    case "stock.sold": {
      const [sku, location, quantity] = words;
      return { kind, sku, location, quantity: readInteger(quantity) };
    }
    case "stock.low":
    case "stock.out":
    case "stock.back": {
      const [sku, location, available] = words;
      return { kind, sku, location, available: readInteger(available) };
    }
    case "stock.repaired": {
      const [sku, location, before, after] = words;
      const [held_before, held_after] = [readInteger(before), readInteger(after)];
      return { kind, sku, location, held_before, held_after };
    }
    case "part.taken": {
      const [hold_id, ...rest] = words;
      return { kind, hold_id, lines: readLines(rest) };
    }
    case "part.let_go": {
      const [hold_id, ...rest] = words;
      const cut = rest.indexOf("/");
      const [sold, returned] = [rest.slice(0, cut), rest.slice(cut + 1)]
        .map((part) => part.length > 0 ? readLines(part) : []);
      return { kind, hold_id, sold, returned };
    }
    default:
      kind satisfies never;
  }
}

/** An empty word stands for "nothing was said". */
function readReference(word: string | undefined): { reference?: string } {
  return word ? { reference: word } : {};
}

function readLines(words: string[]): Line[] {
  if (words.length === 0 || words.length % 3 !== 0) throw new NotAnEvent();
  const lines: Line[] = [];
  for (let i = 0; i < words.length; i += 3) {
    lines.push({ sku: words[i], quantity: readInteger(words[i + 2]), location: words[i + 1] });
  }
  return lines;
}

function readInteger(word: string | undefined): number {
  if (word === undefined || !/^-?\d{1,15}$/.test(word)) throw new NotAnEvent();
  return Number(word);
}

function readInstant(word: string | undefined): string {
  return new Date(readInteger(word)).toISOString();
}
