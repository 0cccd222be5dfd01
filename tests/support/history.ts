// A random history of the store beside the model: each outcome is compared, and in the end all that is left.
import assert from "node:assert/strict";
import { AdjustRequest } from "../../src/contract/movements.ts";
import { Shortage } from "../../src/contract/problems.ts";
import { isOverPartitions } from "../../src/store/holds/carts.ts";
import { homeOf, isCart } from "../../src/commits/hold_ids.ts";
import { partitionPrefix } from "../../src/commits/keys.ts";
import { settleParts } from "../../src/commits/parts.ts";
import { getHold, listHolds } from "../../src/store/holds/records.ts";
import { confirm, extend, hold, release } from "../../src/store/holds/holds.ts";
import { count, getInventory, queryInventory } from "../../src/store/inventory.ts";
import { adjust, transfer } from "../../src/store/movements.ts";
import { sell } from "../../src/store/sales.ts";
import { settleAllDue } from "../../src/commits/sweep.ts";
import { Model } from "./model.ts";
import { allEvents, replay } from "./replay.ts";
import { call, type TestStore } from "./store.ts";
import { type Operation, SKUS } from "./operations.ts";

/** One history in both worlds: every command is applied to the store and to the model, and compared. */
export class History {
  readonly #outcomes = new Map<string, { what: string; outcome: unknown }>();
  readonly #holdIds: string[] = [];
  /** When all that was begun before has been compared. */
  #compared: Promise<void> = Promise.resolve();
  steps = 0;

  constructor(private readonly t: TestStore) {}

  get #isSpread(): boolean {
    return this.t.store.partitions > 1;
  }

  /** With several partitions a commit settles its own alone; the others, and the parts of carts, come later. */
  async #settleAll(): Promise<void> {
    const { store, redis } = this.t;
    for (let partition = 0; partition < store.partitions; partition++) {
      await settleAllDue(store, partition);
    }
    for (let partition = 0; this.#isSpread && partition < store.partitions; partition++) {
      const key = `${partitionPrefix(partition, store.partitions)}parts_by_due`;
      const parts = await redis.send("ZRANGE", key, "0", "-1") as string[];
      for (const holdId of parts) await settleParts(store, holdId, [partition]);
    }
  }

  #holdId(which: number): string {
    return which < 0 || this.#holdIds.length === 0
      ? "hold-nosuch"
      : this.#holdIds[which % this.#holdIds.length];
  }

  /** Several commands that arrive together: one partition decides them in one commit, in their order. */
  async applyTogether(
    operations: [Operation, key: string | undefined][],
    model: Model,
  ): Promise<void> {
    await Promise.all(operations.map(([operation, key]) => this.apply(operation, key, model)));
  }

  async apply(operation: Operation, key: string | undefined, model: Model): Promise<void> {
    this.steps++;
    const { store } = this.t;
    if (this.#isSpread) {
      await this.#settleAll();
      model.settle();
    }
    switch (operation.kind) {
      case "pass":
        model.nowMs += operation.ms;
        return await this.t.setTime(model.nowMs);
      case "sweep":
        await this.#settleAll();
        return model.settle();
      case "look":
        return await this.#look(model, this.#holdId(operation.which), operation.reference);
      case "count":
        await count(store, { sku: operation.sku, onHand: [[operation.location, operation.units]] });
        return model.count(operation.sku, operation.location, operation.units);
      case "hold": {
        const { kind: _, replaces, ...rest } = operation;
        const request = {
          ...rest,
          replaces: replaces === undefined ? undefined : this.#holdId(replaces),
        };
        return await this.#same(
          key,
          "hold",
          request,
          async (call) => {
            const outcome = await hold(store, request, call);
            if (outcome.status === "active" && !call.replayOf) this.#holdIds.push(outcome.holdId);
            return outcome;
          },
          (actual) => {
            const holdId = (actual as { holdId?: string }).holdId ?? "";
            const home = request.replaces && isOverPartitions(store, request)
              ? homeOf(store, request.replaces)
              : undefined;
            const isAtHome = (sku: string) => home === undefined || store.partitionOf(sku) === home;
            return model.hold(request, holdId, isAtHome);
          },
          model,
        );
      }
      case "release": {
        const request = { hold_id: this.#holdId(operation.which) };
        const expect = () => model.release(request.hold_id);
        return await this.#same(
          key,
          "release",
          request,
          (call) => release(store, request, call),
          expect,
          model,
        );
      }
      case "confirm": {
        const { remainder, on_expired } = operation;
        const hold_id = this.#holdId(operation.which);
        // Half of the parts are a part of what the hold has, since random lines seldom are.
        const held = model.holds.get(hold_id)?.lines ?? [];
        const lines = operation.fraction && operation.lines && held.length > 0
          ? held.slice(0, operation.lines.length).map((each) => ({
            ...each,
            quantity: Math.ceil(each.quantity / 2),
          }))
          : operation.lines;
        const request = { hold_id, lines, remainder, on_expired };
        // A cart over partitions is not taken again once it has expired.
        const modelled = isCart(store, hold_id)
          ? { ...request, on_expired: "refuse" as const }
          : request;
        const expect = () => model.confirm(hold_id, modelled);
        return await this.#same(
          key,
          "confirm",
          request,
          (call) => confirm(store, request, call),
          expect,
          model,
        );
      }
      case "extend": {
        const request = { hold_id: this.#holdId(operation.which), ttl: operation.ttl };
        const expect = () => model.extend(request.hold_id, request.ttl);
        return await this.#same(
          key,
          "extend",
          request,
          (call) => extend(store, request, call),
          expect,
          model,
        );
      }
      case "sell": {
        const expect = () => model.sell(operation.line);
        return await this.#same(
          key,
          "sell",
          operation.line,
          (call) => sell(store, operation.line, call),
          expect,
          model,
        );
      }
      case "adjust": {
        const { sku, location, change } = operation;
        // What is there may always be expected, also where units are owed.
        const expected = operation.expected === "current"
          ? model.stock.get(sku)?.get(location)?.onHand ?? 0
          : operation.expected;
        const request = AdjustRequest.parse({
          sku,
          location,
          ...change,
          expected,
          reason: "other",
        });
        const expect = () => model.adjust(request);
        return await this.#same(
          key,
          "adjust",
          request,
          (call) => adjust(store, request, call),
          expect,
          model,
        );
      }
      case "transfer": {
        const { sku, places: [from, to], quantity } = operation;
        const request = { sku, from, to, quantity };
        const expect = () => model.transfer(request);
        return await this.#same(
          key,
          "transfer",
          request,
          (call) => transfer(store, request, call),
          expect,
          model,
        );
      }
    }
  }

  /** Runs a command in both worlds; under a key that was used before, the model does nothing at all. */
  async #same(
    key: string | undefined,
    target: string,
    request: unknown,
    act: (commandCall: ReturnType<typeof call>) => Promise<unknown>,
    expect: (actual: unknown) => { status: string },
    model: Model,
  ): Promise<void> {
    const acting = act(call(target, key));
    const what = `${target} ${JSON.stringify(request)}`;
    const compare = async () => this.#compare(await acting, { key, what, expect, model });
    this.#compared = this.#compared.then(compare);
    return await this.#compared;
  }

  #compare(
    actual: unknown,
    { key, what, expect, model }: {
      key: string | undefined;
      what: string;
      expect: (actual: unknown) => { status: string };
      model: Model;
    },
  ): void {
    const kept = key === undefined ? undefined : this.#outcomes.get(key);
    if (kept) {
      model.settle();
      assert.deepEqual(
        actual,
        kept.what === what ? kept.outcome : { status: "idempotency_key_reused" },
      );
      return;
    }
    const expected = expect(actual);
    const seen = this.#isSpread ? withoutOrder : (outcome: unknown) => outcome;
    assert.deepEqual(seen(actual), seen(expected));
    // As the contract has them: no bound is broken, whatever a place owes.
    for (const each of (actual as { shortages?: unknown[] }).shortages ?? []) Shortage.parse(each);
    // Later commands change the model's holds, not what was answered.
    if (key !== undefined) {
      this.#outcomes.set(key, { what, outcome: structuredClone(actual) });
    }
  }

  async #look(model: Model, holdId: string, reference: string): Promise<void> {
    const found = await getHold(this.t.store, holdId);
    const modelled = model.holds.get(holdId);
    const isDue = modelled?.status === "active" && model.nowMs >= modelled.expiresAtMs;
    assert.equal(found.status, !modelled ? "hold_not_found" : isDue ? "expired" : modelled.status);
    if (found.status !== "hold_not_found") {
      assert.equal(found.endedAtMs, isDue ? modelled!.expiresAtMs : modelled!.endedAtMs);
    }
    for (const each of [undefined, reference]) {
      const page = await listHolds(this.t.store, { limit: 100, reference: each });
      assert(page.status === "found");
      assert.deepEqual(page.holds.map(({ holdId }) => holdId), model.active(each).slice(0, 100));
    }
    const { items, missing } = await queryInventory(this.t.store, SKUS);
    assert.deepEqual(missing, SKUS.filter((each) => !model.stock.has(each)));
    for (const { sku, lines } of items) {
      for (const [location, { onHand, held }] of lines) {
        const due = [...model.holds.values()]
          .filter((each) => each.status === "active" && model.nowMs >= each.expiresAtMs)
          .flatMap((each) => each.lines).filter((each) =>
            each.sku === sku && each.location === location
          )
          .reduce((sum, each) => sum + each.quantity, 0);
        const place = model.stock.get(sku)!.get(location)!;
        assert.deepEqual([onHand, held], [place.onHand, place.held - due]);
      }
    }
  }

  /** The invariants, straight from Redis. */
  async check(model: Model): Promise<void> {
    await this.#settleAll();
    model.settle();
    const active = [...model.holds].filter(([, { status }]) => status === "active");
    const prefixes = Array.from(
      { length: this.t.store.partitions },
      (_, partition) => partitionPrefix(partition, this.t.store.partitions),
    );
    const indexes = await Promise.all(
      prefixes.map((prefix) =>
        this.t.redis.send("ZRANGE", `${prefix}holds_by_expiry`, "0", "-1") as Promise<string[]>
      ),
    );
    const indexed = indexes.flat();
    assert.deepEqual(indexed.toSorted(), active.map(([holdId]) => holdId).toSorted());
    const summed = replay(await allEvents(this.t.store));
    for (const [sku, places] of model.stock) {
      const outcome = await getInventory(this.t.store, sku);
      assert(outcome.status === "found");
      for (const [location, { onHand, held }] of places) {
        const name = `${sku} ${location}`;
        const heldByHolds = active.flatMap(([, { lines }]) => lines)
          .filter((each) => each.sku === sku && each.location === location)
          .reduce((sum, each) => sum + each.quantity, 0);
        assert.equal(held, heldByHolds, `held of ${name} is what active holds have`);
        const actual = outcome.lines.get(location);
        assert.deepEqual([actual?.onHand, actual?.held], [onHand, held], name);
        const { onHand: byEvents = 0, held: heldByEvents = 0 } = summed.get(name) ?? {};
        assert.deepEqual([byEvents, heldByEvents], [onHand, held], `the events of ${name} add up`);
      }
    }
  }
}

/** What an outcome says, whatever the order of its lines; and what is said of a cart's home alone left out. */
function withoutOrder(outcome: unknown): unknown {
  const { restoredStock: _, ...rest } = outcome as Record<string, unknown>;
  if (rest.status === "sku_not_found") return rest.status;
  for (const [name, value] of Object.entries(rest)) {
    if (Array.isArray(value)) {
      rest[name] = value.map((each) => JSON.stringify(Object.entries(each).toSorted())).toSorted();
    }
  }
  return rest;
}
