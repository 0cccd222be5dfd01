// A plain in-memory inventory: what the store should do, written without Redis, batches or Lua.
import type {
  ConfirmOutcome,
  ExtendOutcome,
  HoldOutcome,
  ReleaseOutcome,
} from "../../src/store/holds/holds.ts";
import type { HeldLine, Wish } from "../../src/store/holds/lines.ts";
import type { AdjustOutcome, TransferOutcome } from "../../src/store/movements.ts";
import type { SaleOutcome } from "../../src/store/sales.ts";
import { addUp, isSamePlace, type Place, planOf, type Refusal } from "./plan.ts";

export interface ModelHold {
  status: "active" | "confirmed" | "released" | "expired";
  createdAtMs: number;
  expiresAtMs: number;
  reference: string;
  lines: HeldLine[];
  restoredStock?: number;
  endedAtMs?: number;
  sold: HeldLine[];
  returned: HeldLine[];
  reacquiredAtMs?: number;
}

export class Model {
  nowMs: number;
  stock = new Map<string, Map<string, Place>>();
  holds = new Map<string, ModelHold>();

  constructor(startMs: number, private readonly lifetimeMaxMs: number) {
    this.nowMs = startMs;
  }

  available(sku: string, location: string): number {
    const { onHand = 0, held = 0 } = this.stock.get(sku)?.get(location) ?? {};
    return Math.max(0, onHand - held);
  }

  #place(sku: string, location: string): Place {
    const places = this.stock.getOrInsertComputed(sku, () => new Map());
    return places.getOrInsertComputed(location, () => ({ onHand: 0, held: 0 }));
  }

  /** What every commit does first. Due holds go in order of expiry, those of one instant in order of id. */
  settle(): void {
    const due = [...this.holds].filter(([, hold]) =>
      hold.status === "active" && this.nowMs >= hold.expiresAtMs
    );
    due.sort(([a, one], [b, other]) => one.expiresAtMs - other.expiresAtMs || (a < b ? -1 : 1));
    for (const [, hold] of due) this.#end(hold, "expired");
  }

  #letGo(lines: HeldLine[], sold: boolean): number {
    let restored = 0;
    for (const { sku, location, quantity } of lines) {
      const place = this.#place(sku, location);
      place.held -= quantity;
      if (sold) place.onHand -= quantity;
      restored += this.available(sku, location);
    }
    return restored;
  }

  #end(hold: ModelHold, status: "confirmed" | "released" | "expired"): void {
    hold.restoredStock = this.#letGo(hold.lines, status === "confirmed");
    hold.status = status;
    hold.endedAtMs = status === "expired" ? hold.expiresAtMs : this.nowMs;
  }

  #plan(wishes: Wish[], freed?: HeldLine[]): HeldLine[] | Refusal {
    return planOf(this.stock, wishes, freed);
  }

  /** Of a hold to replace, the units of SKUs that are not at home are given back after the new ones were taken. */
  hold(
    request: { lines: Wish[]; ttl: number; reference?: string; replaces?: string },
    holdId: string,
    isAtHome: (sku: string) => boolean,
  ): HoldOutcome {
    this.settle();
    const replaced = this.holds.get(request.replaces ?? "");
    if (request.replaces && !replaced) return { status: "hold_not_found" };
    if (replaced && isSold(replaced)) return { status: "hold_confirmed" };
    const given = replaced?.status === "active" ? replaced : undefined;
    const plan = this.#plan(request.lines, given?.lines.filter(({ sku }) => isAtHome(sku)));
    if (!Array.isArray(plan)) return plan;
    const take = (line: HeldLine) => {
      this.#place(line.sku, line.location).held += line.quantity;
      return { ...line, remaining_stock: this.available(line.sku, line.location) };
    };
    const away = plan.filter(({ sku }) => !isAtHome(sku)).map(take);
    if (given) this.#end(given, "released");
    const lines = [...plan.filter(({ sku }) => isAtHome(sku)).map(take), ...away];
    const expiresAtMs = this.nowMs + request.ttl * 1000;
    this.holds.set(holdId, {
      status: "active",
      createdAtMs: this.nowMs,
      expiresAtMs,
      reference: request.reference ?? "",
      lines: plan,
      sold: [],
      returned: [],
    });
    return { status: "active", holdId, expiresAtMs, lines };
  }

  release(holdId: string): ReleaseOutcome {
    this.settle();
    const hold = this.holds.get(holdId);
    if (!hold) return { status: "hold_not_found" };
    if (isSold(hold)) return { status: "hold_confirmed" };
    if (hold.status === "active") this.#end(hold, "released");
    return { status: hold.status as "released" | "expired", restoredStock: hold.restoredStock! };
  }

  confirm(
    holdId: string,
    { lines = [], remainder, on_expired }: {
      lines?: HeldLine[];
      remainder: "release" | "keep";
      on_expired: "refuse" | "reacquire";
    },
  ): ConfirmOutcome {
    this.settle();
    const hold = this.holds.get(holdId);
    if (!hold) return { status: "hold_not_found" };
    if (isSold(hold)) return confirmed(hold);
    if (hold.status === "released") return { status: "hold_released" };
    if (hold.status === "expired" && on_expired === "refuse") return { status: "hold_expired" };
    const part = lines.length > 0 ? addUp(lines) : hold.lines;
    const heldOf = (line: HeldLine) =>
      hold.lines.find((held) => isSamePlace(held, line))?.quantity ?? 0;
    const partOf = (held: HeldLine) => part.find((line) => isSamePlace(held, line))?.quantity ?? 0;
    const excess = part.find((line) => line.quantity > heldOf(line));
    if (excess) {
      const { sku, location, quantity } = excess;
      return {
        status: "exceeds_held_quantity",
        sku,
        location,
        requested: quantity,
        held: heldOf(excess),
      };
    }
    const split = (quantityOf: (held: HeldLine) => number) =>
      hold.lines.map((held) => ({ ...held, quantity: quantityOf(held) })).filter(({ quantity }) =>
        quantity > 0
      );
    const sold = split(partOf);
    const rest = split((held) => held.quantity - partOf(held));
    if (hold.status === "expired") {
      const plan = this.#plan(sold);
      if (!Array.isArray(plan)) return plan;
      for (const { sku, location, quantity } of sold) this.#place(sku, location).onHand -= quantity;
      hold.sold = addUp([...hold.sold, ...sold]);
      hold.reacquiredAtMs = this.nowMs;
      return confirmed(hold);
    }
    if (rest.length > 0 && remainder === "keep") {
      this.#letGo(sold, true);
      hold.sold = addUp([...hold.sold, ...sold]);
      hold.lines = rest;
      return {
        status: "partly_confirmed",
        confirmedAtMs: this.nowMs,
        lines: hold.sold,
        remaining: rest,
      };
    }
    this.#letGo(rest, false);
    hold.lines = sold;
    hold.returned = rest;
    this.#end(hold, "confirmed");
    hold.sold = addUp([...hold.sold, ...sold]);
    return confirmed(hold);
  }

  extend(holdId: string, ttl: number): ExtendOutcome {
    this.settle();
    const hold = this.holds.get(holdId);
    if (!hold) return { status: "hold_not_found" };
    if (hold.status !== "active") return { status: `hold_${hold.status}` };
    const expiresAtMs = this.nowMs + ttl * 1000;
    const maxExpiresAtMs = hold.createdAtMs + this.lifetimeMaxMs;
    if (expiresAtMs > maxExpiresAtMs) return { status: "lifetime_exceeded", maxExpiresAtMs };
    hold.expiresAtMs = expiresAtMs;
    return { status: "extended", expiresAtMs, maxExpiresAtMs };
  }

  sell({ sku, quantity, location }: HeldLine): SaleOutcome {
    this.settle();
    const plan = this.#plan([{ sku, quantity, location }]);
    if (!Array.isArray(plan)) return plan;
    this.#place(sku, location).onHand -= quantity;
    return { status: "sold", remainingStock: this.available(sku, location) };
  }

  count(sku: string, location: string, units: number): void {
    this.settle();
    this.#place(sku, location).onHand = units;
  }

  adjust({ sku, location, delta, count, expected }: {
    sku: string;
    location: string;
    delta?: number;
    count?: number;
    expected?: number;
  }): AdjustOutcome {
    this.settle();
    const { onHand = 0, held = 0 } = this.stock.get(sku)?.get(location) ?? {};
    const after = count ?? onHand + delta!;
    const takes = delta !== undefined && delta < 0;
    if (takes && !this.stock.has(sku)) return { status: "sku_not_found", sku };
    if (expected !== undefined && expected !== onHand) return { status: "stale_quantity", onHand };
    if (takes && after < 0) {
      const shortage = {
        sku,
        location,
        requested: -delta,
        available: Math.max(0, onHand),
        elsewhere: {},
      };
      return { status: "insufficient_stock", shortages: [shortage] };
    }
    this.#place(sku, location).onHand = after;
    return { status: "adjusted", onHand: after, held };
  }

  transfer({ sku, from, to, quantity }: {
    sku: string;
    from: string;
    to: string;
    quantity: number;
  }): TransferOutcome {
    this.settle();
    const plan = this.#plan([{ sku, quantity, location: from }]);
    if (!Array.isArray(plan)) return plan;
    this.#place(sku, from).onHand -= quantity;
    this.#place(sku, to).onHand += quantity;
    return {
      status: "transferred",
      availableFrom: this.available(sku, from),
      availableTo: this.available(sku, to),
    };
  }

  /** Active holds by now, in order of expiry. */
  active(reference?: string): string[] {
    return [...this.holds]
      .filter(([, hold]) => hold.status === "active" && hold.expiresAtMs > this.nowMs)
      .filter(([, hold]) => reference === undefined || hold.reference === reference)
      .toSorted(([a, one], [b, other]) => one.expiresAtMs - other.expiresAtMs || (a < b ? -1 : 1))
      .map(([holdId]) => holdId);
  }
}

function isSold(hold: ModelHold): boolean {
  return hold.status === "confirmed" || hold.reacquiredAtMs !== undefined;
}

function confirmed(hold: ModelHold): ConfirmOutcome {
  const confirmedAtMs = hold.reacquiredAtMs ?? hold.endedAtMs!;
  return { status: "confirmed", confirmedAtMs, lines: hold.sold, returned: hold.returned };
}
