// The audit: what Redis holds against what clients were told, I1 to I8, straight from the keys.
import type { Ledger } from "./clients.ts";

type Ask = (...command: string[]) => Promise<unknown>;

type Line = [sku: string, location: string, quantity: number];

interface Record_ {
  status: string;
  lines: Line[];
  /** Of a part: what was sold out of it. Lua writes an empty list as an object. */
  sold?: Line[] | Record<string, never>;
}

/** Reads the event stream of one partition as it grows and keeps what it adds up to. */
export class Books {
  /** `prefix` is what every key of the partition begins with; it keeps the stock of the SKUs that it owns. */
  constructor(
    private readonly prefix = "",
    private readonly owns: (sku: string) => boolean = () => true,
  ) {}

  /** As last read: the holds that are decided here, and the parts of those that are decided elsewhere. */
  holds = new Map<string, Record_>();
  parts = new Map<string, Record_>();

  #lastId = "0-0";
  #received = new Map<string, number>();
  #onHand = new Map<string, number>();
  #held = new Map<string, number>();
  created = new Map<string, number>();
  ended = new Map<string, string[]>();
  sold = new Map<string, number>();
  faults: string[] = [];

  /** Takes in what happened since the last time. */
  async readEvents(ask: Ask): Promise<void> {
    while (true) {
      const entries = await ask(
        "XRANGE",
        `${this.prefix}events`,
        `(${this.#lastId}`,
        "+",
        "COUNT",
        "5000",
      ) as [string, string[]][];
      if (entries.length === 0) return;
      for (const [id, words] of entries) {
        if (!isLater(id, this.#lastId)) this.faults.push(`I7: ${id} after ${this.#lastId}`);
        this.#lastId = id;
        for (let i = 0; i < words.length; i += 2) this.#enter(words[i], words[i + 1]);
      }
    }
  }

  #enter(kind: string, detail: string): void {
    const words = detail.split(" ");
    if (kind === "stock.adjusted") {
      const [sku, location, before, after] = words;
      const delta = Number(after) - Number(before);
      add(this.#onHand, `${sku} ${location}`, delta);
      add(this.#received, `${sku} ${location}`, delta);
    } else if (kind === "stock.sold") {
      for (const [line, quantity] of linesOf(words)) {
        add(this.#onHand, line, -quantity);
        add(this.sold, line, quantity);
      }
    } else if (kind === "hold.created") {
      add(this.created, words[0], 1);
      for (const [line, quantity] of this.#ownLines(words.slice(2))) {
        add(this.#held, line, quantity);
      }
    } else if (kind === "part.taken") {
      for (const [line, quantity] of linesOf(words.slice(1))) add(this.#held, line, quantity);
    } else if (kind === "part.let_go") {
      const cut = words.indexOf("/");
      for (const [line, quantity] of linesOf(words.slice(1, cut))) {
        add(this.#held, line, -quantity);
        add(this.#onHand, line, -quantity);
      }
      for (const [line, quantity] of linesOf(words.slice(cut + 1))) {
        add(this.#held, line, -quantity);
      }
    } else if (["hold.confirmed", "hold.released", "hold.expired"].includes(kind)) {
      const [sold, back] = detail.split(" / ").map((part, i) =>
        this.#ownLines(part.split(" ").slice(i === 0 ? 1 : 0))
      );
      for (const [line, quantity] of [...sold, ...(back ?? [])]) add(this.#held, line, -quantity);
      if (kind === "hold.confirmed") {
        for (const [line, quantity] of sold) add(this.#onHand, line, -quantity);
      }
      this.ended.set(words[0], [...this.ended.get(words[0]) ?? [], kind.slice("hold.".length)]);
    }
  }

  /** Without those of a cart that are in other partitions: their own books tell of them. */
  #ownLines(words: string[]): [line: string, quantity: number][] {
    return linesOf(words).filter(([line]) => this.owns(line.split(" ")[0]));
  }

  /** Everything that is wrong, by invariant; empty when all is well. */
  async audit(ask: Ask, ledger: Ledger): Promise<string[]> {
    return [...await this.check(ask), ...compareWithTold([this], ledger)];
  }

  /** What is wrong with the keys and the events by themselves. */
  async check(ask: Ask): Promise<string[]> {
    // Sweeps go on while the keys are read, so they are read again until nothing happened meanwhile.
    let stock, holds, parts, indexed, before;
    do {
      await this.readEvents(ask);
      before = this.#lastId;
      stock = await readStock(ask, this.prefix);
      holds = await readRecords(ask, `${this.prefix}hold:`);
      parts = await readRecords(ask, `${this.prefix}part:`);
      indexed = new Set(
        await ask("ZRANGE", `${this.prefix}holds_by_expiry`, "0", "-1") as string[],
      );
      await this.readEvents(ask);
    } while (this.#lastId !== before);
    [this.holds, this.parts] = [holds, parts];
    const faults = this.faults.splice(0);
    const active = new Set<string>();
    const heldByHolds = new Map<string, number>();
    const addHeld = ({ lines }: Record_) => {
      for (const [sku, location, quantity] of lines) {
        if (this.owns(sku)) add(heldByHolds, `${sku} ${location}`, quantity);
      }
    };
    for (const part of parts.values()) if (part.status === "active") addHeld(part);
    for (const [id, record] of holds) {
      if (record.status === "given_up") {
        if (this.created.has(id)) faults.push(`I4: ${id} was made, and given up`);
        continue;
      }
      if (record.status === "active") {
        active.add(id);
        addHeld(record);
      }
      if (!this.created.has(id)) {
        faults.push(`I8: no event says that ${id} was made: ${JSON.stringify(record)}`);
      }
      const ends = this.ended.get(id) ?? [];
      const expected = record.status === "active" ? [] : [record.status];
      if (String(ends) !== String(expected)) {
        faults.push(`I4: ${id} is ${record.status}, its events say [${ends}]`);
      }
    }
    for (const [line, { onHand, held }] of stock) {
      if (onHand - held < 0 || held < 0) faults.push(`I3: ${line} on hand ${onHand} held ${held}`);
      if (held !== (heldByHolds.get(line) ?? 0)) {
        faults.push(`I2: ${line} held ${held}, its active holds ${heldByHolds.get(line) ?? 0}`);
      }
      if (onHand !== this.#onHand.get(line) || held !== (this.#held.get(line) ?? 0)) {
        faults.push(
          `I1/I8: ${line} is ${onHand}/${held}, events say ${this.#onHand.get(line)}/${
            this.#held.get(line) ?? 0
          }`,
        );
      }
    }
    if (indexed.symmetricDifference(active).size > 0) {
      faults.push(`I6: ${indexed.size} in holds_by_expiry, ${active.size} active`);
    }
    return faults;
  }
}

/** Every answer has its one effect, in the books of some partition, and there is no effect without an answer. */
export function compareWithTold(books: Books[], ledger: Ledger): string[] {
  const faults: string[] = [];
  const created = new Map(books.flatMap((each) => [...each.created]));
  const ended = new Map(books.flatMap((each) => [...each.ended]));
  const soldByBooks = new Map(books.flatMap((each) => [...each.sold]));
  const told = { created: new Set(), confirmed: new Set(), released: new Set() };
  const replaced = new Set<string>();
  const sold = new Map<string, number>();
  for (const { path, status, request, body } of ledger.told) {
    if (status !== 200) continue;
    if (path === "/hold" || path === "/hold/cart") {
      told.created.add(body.hold_id);
      if (request.replaces) replaced.add(request.replaces as string);
    }
    if (path === "/confirm") told.confirmed.add(body.hold_id);
    if (path === "/release" && body.status === "released") told.released.add(body.hold_id);
    if (path === "/simulate/sale") {
      add(sold, `${request.sku} ${request.location}`, request.quantity as number);
    }
  }
  const endedAs = (status: string) =>
    new Set(
      [...ended].filter(([id, ends]) => ends.includes(status) && created.has(id)).map((
        [id],
      ) => id),
    );
  const happened = {
    created: new Set(created.keys()),
    confirmed: endedAs("confirmed"),
    released: endedAs("released"),
  };
  for (const kind of ["created", "confirmed", "released"] as const) {
    const lost = told[kind].difference(happened[kind]);
    const extra = happened[kind].difference(told[kind])
      .difference(kind === "released" ? replaced : new Set());
    if (lost.size) faults.push(`LOST: ${lost.size} holds told ${kind}: ${[...lost].slice(0, 3)}`);
    if (extra.size) faults.push(`I5: ${extra.size} holds ${kind} that nobody was told of`);
  }
  for (const id of replaced) {
    const ends = ended.get(id)?.join() ?? "active";
    if (!["released", "expired"].includes(ends)) faults.push(`I4: ${id}, replaced, is ${ends}`);
  }
  for (const [id, times] of created) if (times > 1) faults.push(`I5: ${id} made ${times}x`);
  for (const line of new Set([...sold.keys(), ...soldByBooks.keys()])) {
    const [a, b] = [sold.get(line) ?? 0, soldByBooks.get(line) ?? 0];
    if (a > b) faults.push(`LOST: ${a - b} units told sold of ${line}`);
    if (a < b) faults.push(`I5: ${b - a} units sold of ${line} that nobody was told of`);
  }
  return faults;
}

/** `sku location` and quantity of each line; a reference word before them is passed over. */
function linesOf(words: string[]): [line: string, quantity: number][] {
  const lines: [string, number][] = [];
  for (let i = words.length % 3; i < words.length; i += 3) {
    lines.push([`${words[i]} ${words[i + 1]}`, Number(words[i + 2])]);
  }
  return lines;
}

async function readStock(
  ask: Ask,
  prefix: string,
): Promise<Map<string, { onHand: number; held: number }>> {
  const stock = new Map<string, { onHand: number; held: number }>();
  for (const sku of await ask("ZRANGE", `${prefix}skus`, "0", "-1") as string[]) {
    const fields = new Map<string, number>();
    const flat = await ask("HGETALL", `${prefix}stock:${sku}`);
    const pairs = Array.isArray(flat) ? flat : Object.entries(flat as object).flat();
    for (let i = 0; i < pairs.length; i += 2) fields.set(pairs[i], Number(pairs[i + 1]));
    for (const [field, units] of fields) {
      if (field.startsWith("held:")) continue;
      stock.set(`${sku} ${field}`, { onHand: units, held: fields.get(`held:${field}`) ?? 0 });
    }
  }
  return stock;
}

async function readRecords(ask: Ask, prefix: string): Promise<Map<string, Record_>> {
  const found = new Map<string, Record_>();
  let cursor = "0";
  do {
    const [next, keys] = await ask("SCAN", cursor, "MATCH", `${prefix}*`, "COUNT", "2000") as [
      string,
      string[],
    ];
    if (keys.length > 0) {
      const records = await ask("MGET", ...keys) as (string | null)[];
      keys.forEach((key, i) =>
        records[i] && found.set(key.slice(prefix.length), JSON.parse(records[i]))
      );
    }
    cursor = next;
  } while (cursor !== "0");
  return found;
}

function isLater(id: string, other: string): boolean {
  const [[ms, n], [otherMs, otherN]] = [id.split("-").map(Number), other.split("-").map(Number)];
  return ms > otherMs || (ms === otherMs && n > otherN);
}

function add(sums: Map<string, number>, name: string, amount: number): void {
  sums.set(name, (sums.get(name) ?? 0) + amount);
}
