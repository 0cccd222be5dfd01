// What active holds add up to, kept right by replaying events: the arithmetic of a verification.
import type { BareEvent, PartEvent } from "../events/words.ts";
import { isLater } from "../events/positions.ts";

type Line = [sku: string, location: string, quantity: number, ...unknown[]];

interface KnownHold {
  /** The entry up to which its lines are as they were read; undefined when its making was replayed. */
  asOf?: string;
  unitsLeft: number;
}

export class HoldLedger {
  #holds = new Map<string, KnownHold>();
  #expected = new Map<string, Map<string, number>>();

  /** Of the lines of a hold, those are held here whose SKU `isHere`: a cart has others elsewhere. */
  constructor(private readonly isHere: (sku: string) => boolean = () => true) {}

  /** Takes in the record of an active hold, read when the stream ended at `asOf`. Its first reading counts. */
  meet(holdId: string, lines: Line[], asOf?: string): void {
    if (!this.#holds.has(holdId)) this.#add(holdId, this.#here(lines), asOf);
  }

  /** Applies one event; all of them must come, in their order, from before the first hold was read. */
  replay(entry: string, event: BareEvent | PartEvent): void {
    if (event.kind === "hold.created" || event.kind === "part.taken") {
      // A hold that has been met already was read with this behind it.
      this.meet(event.hold_id, event.lines.map(toLine));
    } else if (
      event.kind === "hold.confirmed" || event.kind === "hold.released" ||
      event.kind === "hold.expired"
    ) {
      const returned = event.kind === "hold.confirmed" ? event.returned ?? [] : [];
      this.#letGo(entry, event.hold_id, [...event.lines, ...returned].map(toLine));
    } else if (event.kind === "part.let_go") {
      this.#letGo(entry, event.hold_id, [...event.sold, ...event.returned].map(toLine));
    }
  }

  /** Units in active holds of one SKU, by location. */
  expectedOf(sku: string): ReadonlyMap<string, number> {
    return this.#expected.get(sku) ?? new Map();
  }

  /** SKUs that active holds name. */
  skus(): string[] {
    return [...this.#expected.keys()];
  }

  #here(lines: Line[]): Line[] {
    return lines.filter(([sku]) => this.isHere(sku));
  }

  #add(holdId: string, lines: Line[], asOf?: string): void {
    let units = 0;
    for (const [sku, location, quantity] of lines) {
      this.#change(sku, location, quantity);
      units += quantity;
    }
    this.#holds.set(holdId, { asOf, unitsLeft: units });
  }

  #letGo(entry: string, holdId: string, lines: Line[]): void {
    const hold = this.#holds.get(holdId);
    // Never met: it had ended before the walk came to it. Met later than this: its record showed it.
    if (!hold || hold.asOf !== undefined && !isLater(entry, hold.asOf)) return;
    for (const [sku, location, quantity] of this.#here(lines)) {
      this.#change(sku, location, -quantity);
      hold.unitsLeft -= quantity;
    }
    // A part may be confirmed and the rest kept; the hold has ended when nothing is left.
    if (hold.unitsLeft <= 0) this.#holds.delete(holdId);
  }

  #change(sku: string, location: string, units: number): void {
    const lines = this.#expected.getOrInsertComputed(sku, () => new Map());
    const left = (lines.get(location) ?? 0) + units;
    if (left === 0) lines.delete(location);
    else lines.set(location, left);
    if (lines.size === 0) this.#expected.delete(sku);
  }
}

function toLine(line: { sku: string; location: string; quantity: number }): Line {
  return [line.sku, line.location, line.quantity];
}
