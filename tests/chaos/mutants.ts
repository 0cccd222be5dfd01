// Bugs to plant: each a change of our own code that some test must notice. `deno task mutants` tries them all.

export interface Mutant {
  name: string;
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
  /** The tests that have to notice it; any of them if not said. */
  caughtBy?: string[];
}

const PARTITIONS = [
  "tests/store/partitions_test.ts",
  "tests/store/carts_over_partitions_test.ts",
  "tests/store/cart_parts_test.ts",
  "tests/store/replacing_carts_test.ts",
  "tests/store/claims_test.ts",
];
const HISTORIES = ["tests/e2e/histories_test.ts"];

export const MUTANTS: Mutant[] = [
  {
    name: "less than nothing is available where units are owed",
    file: "lua/commands/adjust.lua",
    find: "math.max(0, stock.on_hand)",
    replace: "stock.on_hand",
  },
  {
    name: "a hold that expired ended when it was settled",
    file: "lua/shared/holds.lua",
    find: "status == 'expired' and hold.expires_at_ms or now",
    replace: "now",
  },
  {
    name: "an older record tells when an expired hold was settled",
    file: "src/store/holds/records.ts",
    find: 'found.status === "expired" ||',
    replace: "false ||",
  },
  {
    name: "the id of `truncated` lies ahead of the events that follow",
    file: "src/routes/event_feed.ts",
    find: "${at(page.start)}",
    replace: "${at(position)}",
  },
  {
    name: "a gap is told of until its partition's turn comes",
    file: "src/store/events/events.ts",
    find: "if (step === 0) part.start = part.end;",
    replace: "",
  },
  {
    name: "exceeds_held_quantity is forgotten under its key",
    file: "src/commits/verbs.ts",
    find: "confirm: { lua: confirm, runsWhenFull: true }",
    replace: 'confirm: { lua: confirm, runsWhenFull: true, undecided: ["exceeds_held_quantity"] }',
  },
  {
    name: "a key stays claimed by a request that decided nothing",
    file: "src/commits/claims.ts",
    find: 'fault.code === "outcome_unknown")) await claim.release();',
    replace: 'fault.code === "outcome_unknown")) void 0;',
  },
  {
    name: "events of one millisecond are in the order of their partitions",
    file: "src/store/events/events.ts",
    find: "a.at === b.at && a.sequence < b.sequence",
    replace: "false",
    caughtBy: PARTITIONS,
  },
  {
    name: "ids of events say no more than the millisecond",
    file: "lua/shared/events.lua",
    find: "if partition_prefix == '' or not",
    replace: "if true or not",
    caughtBy: PARTITIONS,
  },
  {
    name: "an adjustment takes for before what its commit has found",
    file: "lua/shared/stock.lua",
    find: "local before = line.on_hand",
    replace: "local before = line.stored_on_hand or 0",
  },
  {
    name: "no idempotency check",
    file: "lua/commit.lua",
    find: "reply = recall(key, fingerprint)",
    replace: "reply = nil",
  },
  {
    name: "a key is not bound to its request",
    file: "lua/shared/idempotency.lua",
    find: "if record and record.fingerprint ~= fingerprint then",
    replace: "if false then",
  },
  {
    name: "an undecided outcome is kept under the key",
    file: "lua/commit.lua",
    find: "return reply, not UNDECIDED[reply[1]]",
    replace: "return reply, true",
  },
  {
    name: "the key of a hold is forgotten before the hold",
    file: "src/commits/open_store.ts",
    find: "Math.max(options.idempotencyTtlSeconds, options.holdLifetimeMaxSeconds)",
    replace: "options.idempotencyTtlSeconds",
  },
  {
    name: "one failing operation fails its batch",
    file: "lua/commit.lua",
    find: "local ok, reply = pcall(verbs[verb], commit, ...)",
    replace: "local ok, reply = true, verbs[verb](commit, ...)",
  },
  {
    name: "replies go to the wrong requests",
    file: "src/commits/batch_queue.ts",
    find: "const reply = replies[index];",
    replace: "const reply = replies[replies.length - 1 - index];",
  },
  {
    name: "a TTL on a live hold",
    file: "lua/shared/holds.lua",
    find: "set_text(HOLD .. hold_id, json)",
    replace: "set_text(HOLD .. hold_id, json, 300000)",
  },
  {
    name: "> for >= at expiry",
    file: "lua/shared/holds.lua",
    find: "return now >= hold.expires_at_ms",
    replace: "return now > hold.expires_at_ms",
  },
  {
    name: "settled a second early",
    file: "lua/shared/settle.lua",
    find: "HOLDS_BY_EXPIRY, '-inf', text_of(now),",
    replace: "HOLDS_BY_EXPIRY, '-inf', text_of(now + 1000),",
  },
  {
    name: "unbounded settling",
    file: "lua/shared/settle.lua",
    find: "'LIMIT', '0', SETTLE_LIMIT)",
    replace: "'LIMIT', 0, 1000000000)",
  },
  {
    name: "a clock of whole seconds",
    file: "lua/shared/clock.lua",
    find: "return time[1] * 1000 + math.floor(time[2] / 1000)",
    replace: "return time[1] * 1000",
  },
  {
    name: "the clock of the service's host",
    file: "src/store/holds/records.ts",
    find: "nowMs >= found.expiresAtMs",
    replace: "Date.now() >= found.expiresAtMs",
  },
  {
    name: "write before check",
    file: "lua/commands/hold.lua",
    find: "local plan = new_plan(replaced)",
    replace: `for _, wish in ipairs(wishes) do
    local stock = read_line(wish.sku, wish.location)
    change_line(stock, stock.on_hand, stock.held + wish.quantity)
  end
  local plan = new_plan(replaced)`,
  },
  {
    name: "what is held can be taken again",
    file: "lua/shared/plan.lua",
    find: "local free = line.on_hand - line.held +",
    replace: "local free = line.on_hand +",
  },
  {
    name: "an operation does not see what its batch has taken",
    file: "lua/shared/stock.lua",
    find: "  if line then\n    return line",
    replace: "  if false then\n    return line",
  },
  {
    name: "a request does not see its own repeat in the same batch",
    file: "lua/shared/texts.lua",
    find: "local text = texts[key]",
    replace: "local text = nil",
  },
  {
    name: "a commit remembers what the one before has read",
    file: "lua/shared/stock.lua",
    find: "shelves, wholly_read, changed, oversold = {}, {}, {}, nil",
    replace: "shelves, wholly_read, changed = shelves or {}, wholly_read or {}, {}",
  },
  {
    name: "one unit too many can be taken",
    file: "lua/shared/plan.lua",
    find: "if place.free < wish.quantity then",
    replace: "if place.free < wish.quantity - 1 then",
  },
  {
    name: "one unit too many can be taken by a hold of one line",
    file: "lua/commands/hold.lua",
    find: "if units <= math.min(line.available, MAX_QUANTITY) and",
    replace: "if units - 1 <= math.min(line.available, MAX_QUANTITY) and",
  },
  {
    name: "a hold of one line is asked no limits",
    file: "lua/commands/hold.lua",
    find: "not excess_of(owner, units, nil, commit.backlog) then",
    replace: "true then",
  },
  {
    name: "a place that is listed twice is taken twice",
    file: "lua/shared/plan.lua",
    find: "if place.listed_by ~= wish then",
    replace: "if true then",
  },
  {
    name: "repeated places are valid",
    file: "src/contract/hold_requests.ts",
    find: "if (first < i) context",
    replace: "if (first > i) context",
  },
  {
    name: "the last guard against overselling is away",
    file: "lua/shared/stock.lua",
    find: "  if oversold then\n    return redis",
    replace: "  if false then\n    return redis",
  },
  {
    name: "who would oversell fails the others in its batch",
    file: "src/commits/partition.ts",
    find: "if (requests.length > 1) return await this.#commitOneByOne(requests, deadlineMs);",
    replace: "",
  },
  {
    name: "a hold has more of a place than a line may name",
    file: "lua/shared/plan.lua",
    find: "math.max(0, math.min(free, MAX_QUANTITY))",
    replace: "math.max(0, free)",
  },
  {
    name: "lines that add up to more than a line may name are valid",
    file: "src/contract/hold_requests.ts",
    find: "if (sum > MAX_QUANTITY) {",
    replace: "if (false) {",
  },
  {
    name: "a part to sell may not add up to more than a line may name",
    file: "lua/shared/lines.lua",
    find: "whole_number(args[i + 2], 1, MAX_ON_HAND)",
    replace: "whole_number(args[i + 2], 1, MAX_QUANTITY)",
  },
  {
    name: "the order of lines decides whether a cart is served",
    file: "lua/shared/plan.lua",
    find: "  table.sort(open, chooses_before)\n",
    replace: "",
  },
  {
    name: "what other lines took is told as not there",
    file: "lua/shared/plan.lua",
    find: "return place.free + place.taken",
    replace: "return place.free",
  },
  {
    name: "what is owed cannot be expected",
    file: "lua/commands/adjust.lua",
    find: "signed_number(expected, MAX_ON_HAND)",
    replace: "whole_number(expected, 0, MAX_ON_HAND)",
  },
  {
    name: "what events say was before is not what was",
    file: "lua/shared/stock.lua",
    find: "local words = { line.name, before, on_hand, reason, reference }",
    replace: "local words = { line.name, line.stored_on_hand or 0, on_hand, reason, reference }",
  },
  {
    name: "a store that did not answer is taken for a new one",
    file: "src/commits/partitions.ts",
    find: "if (!isElsewhere(fault)) throw fault;",
    replace: "",
  },
  {
    name: "a start and an import wait no longer than a request",
    file: "src/commits/patience.ts",
    find: 'fault instanceof StoreFault && fault.code !== "store_full" &&',
    replace: "false &&",
  },
  {
    name: "another library's setting of cjson is ours",
    file: "lua/shared/begin.lua",
    find: "  cjson.encode_number_precision(14)\n",
    replace: "",
  },
  {
    name: "no status check in release",
    file: "lua/commands/release.lua",
    find: "if record.status == 'active' then",
    replace: "if true then",
  },
  {
    name: "confirmed though due",
    file: "lua/commands/confirm.lua",
    find: "if record.status == 'active' and is_due(record, now) then",
    replace: "if false then",
  },
  {
    name: "a sold hold keeps its units held",
    file: "lua/shared/holds.lua",
    find: "(sold and quantity or 0), stock.held - quantity)",
    replace: "(sold and quantity or 0), stock.held - (sold and 0 or quantity))",
  },
  {
    name: "an ended hold stays among those that fall due",
    file: "lua/shared/holds.lua",
    find: "index_hold(hold_id, false, hold.owner, hold.reference)",
    replace: "",
  },
  {
    name: "numbers are what tonumber takes",
    file: "lua/shared/numbers.lua",
    find: "if not (string.match(text, '^[1-9]%d*$') or text == '0') or #text > 14 then",
    replace: "if not tonumber(text) then",
  },
  {
    name: "events are lost",
    file: "lua/shared/events.lua",
    find: "for first = 1, words,",
    replace: "for first = 3, words,",
  },
  {
    name: "a read shows units of due holds as held",
    file: "lua/questions/get_inventory.lua",
    find: "due[args[1]] or {}",
    replace: "{}",
  },
  {
    name: "sent again after a lost connection",
    file: "src/redis/link.ts",
    find: "      throw asStoreFault(error);\n    }\n  }\n\n  close()",
    replace: `      if (error instanceof ErrorReply) throw asStoreFault(error);
      while (!this.ready) await new Promise((resolve) => setTimeout(resolve, 1));
      return await runOn(this.#client, script, keys, args);
    }
  }

  close()`,
  },
  {
    name: "a lost reply told as nothing done",
    file: "src/redis/answers.ts",
    find: `new StoreFault("outcome_unknown", "the connection`,
    replace: `new StoreFault("store_unavailable", "the connection`,
  },
  {
    name: "a connection counts before Redis answers on it",
    file: "src/redis/link.ts",
    find: "return this.#answering && this.#client.isReady;",
    replace: "return this.#client.isReady;",
  },
  {
    name: "a silent connection is kept",
    file: "src/commits/partition.ts",
    find: `onStall: () => this.#giveUp("commits"),`,
    replace: "onStall: () => {},",
  },
  {
    name: "a full queue takes more",
    file: "src/commits/batch_queue.ts",
    find: "if (this.#waiting.length >= this.limits.maxWaiting) {",
    replace: "if (false) {",
  },
  {
    name: "releases need memory",
    file: "src/commits/verbs.ts",
    find: "release: { lua: release, runsWhenFull: true },",
    replace: "release: { lua: release },",
  },
  {
    name: "holds are made without memory",
    file: "lua/commit.lua",
    find: "if MEMORY_IS_FULL and not RUNS_WHEN_FULL[verb] then",
    replace: "if false then",
  },
  {
    name: "the embedded Redis keeps no file",
    file: "src/redis/embedded/server.ts",
    find: `appendonly: appendOnly ? "yes" : "no",`,
    replace: `appendonly: "no",`,
  },
  {
    name: "a stopped Redis gets a second one beside it",
    file: "src/redis/embedded/server.ts",
    find: "while (await isListening(socketPath)) {",
    replace: "while (await answers(socketPath)) {",
  },
  {
    name: "an embedded Redis that died stays dead",
    file: "src/configured_store.ts",
    find: "if (embedded) revive(embedded, log);",
    replace: "",
  },
  {
    name: "histories: a read of what was a moment ago",
    file: "src/store/inventory.ts",
    find:
      `return readInventory(sku, await store.ask({ verb: "get_inventory", args: [sku], partition }));`,
    replace: `const kept = (globalThis as any).kept ??= new Map();
  const { at = 0, reply: old } = kept.get(sku) ?? {};
  const reply = Date.now() - at < 20 ? old : await store.ask({ verb: "get_inventory", args: [sku], partition });
  if (reply !== old) kept.set(sku, { at: Date.now(), reply });
  return readInventory(sku, reply);`,
    caughtBy: HISTORIES,
  },
  {
    name: "histories: a sale that looks first and takes afterwards",
    file: "src/store/sales.ts",
    find: `const reply = await store.commit({ verb: "sell", args, partition, request }, call);`,
    replace: `const { sku, location, quantity } = request;
  const looked = await store.ask({ verb: "get_inventory", args: [sku] });
  const fields = (looked[1] ?? []) as string[];
  const at = (field: string) => Number(fields[fields.indexOf(field) + 1] ?? 0);
  const held = fields.includes("held:" + location) ? at("held:" + location) : 0;
  const left = at(location) - quantity;
  const sale = [sku, location, "count", left, "sale", "", ""];
  const answer: unknown[] = left < held
    ? await store.commit({ verb: "sell", args, request }, call)
    : await store.commit({ verb: "adjust", args: sale, request }, call);
  const [status, onHand, heldNow] = answer as [string, number, number];
  const reply = (status === "adjusted" ? ["sold", onHand - heldNow] : answer) as any;`,
    caughtBy: HISTORIES,
  },
  {
    name: "histories: a hold that takes nothing, now and then",
    file: "lua/shared/holds.lua",
    find: "change_line(line, line.on_hand, line.held + units)",
    replace:
      "change_line(line, line.on_hand, line.held + (units == 3 and 0 or units)) - (units == 3 and 3 or 0)",
    caughtBy: HISTORIES,
  },
  {
    name: "a spoilt record is an error",
    file: "lua/shared/records.lua",
    find: "local ok, record = pcall(cjson.decode, json)",
    replace: "local ok, record = true, cjson.decode(json)",
  },
  {
    name: "a commit begins though the ACL will stop it",
    file: "lua/commit.lua",
    find: "local denied = missing_permission()",
    replace: "local denied = nil",
  },
  {
    name: "a body is waited for without end",
    file: "src/http/deadline.ts",
    find: "each.end();",
    replace: "",
  },
  {
    name: "done after all, though told that nothing was",
    file: "src/http/body.ts",
    find: "if (deadline.isOver) return;",
    replace: "",
  },
  {
    name: "a byte order mark is read over",
    file: "src/http/body.ts",
    find: "ignoreBOM: true",
    replace: "ignoreBOM: false",
  },
  {
    name: "only the first append-only file is forced to disk",
    file: "src/redis/embedded/disk_sync.ts",
    find: "const paths = await incrementalFiles(dataDir);",
    replace: `const paths = [dataDir + "/appendonlydir/appendonly.aof.1.incr.aof"];`,
  },
  {
    name: "one key declared, so that a script meets half a slot",
    file: "src/redis/nodes.ts",
    find: "node[kind].run(script, keys, args,",
    replace: "node[kind].run(script, keys.slice(0, 1), args,",
  },
  {
    name: "a slot that has moved is not followed",
    file: "src/redis/nodes.ts",
    find: `const SENT_ELSEWHERE = ["MOVED", "ASK", "TRYAGAIN"];`,
    replace: `const SENT_ELSEWHERE = ["ASK", "TRYAGAIN"];`,
  },
  {
    name: "tried again after the deadline",
    file: "src/redis/nodes.ts",
    find: "if (performance.now() >= deadlineMs) {",
    replace: "if (false) {",
  },
  {
    name: "a master of an older epoch is believed",
    file: "src/redis/cluster.ts",
    find: "if (isClaimed && claim.epoch >= (best?.epoch ?? 0)) best = claim;",
    replace: "if (isClaimed) best = claim;",
  },
  {
    name: "a copy that is not there counts",
    file: "src/redis/run.ts",
    find: "Number(acknowledged.value) >= replicas",
    replace: "Number(acknowledged.value) >= 0",
  },
  {
    name: "a late decision makes a hold whose parts have gone back",
    file: "lua/parts/judge_part.lua",
    find: '    set_text(HOLD .. hold_id, \'{"status":"given_up"}\', 1000 * ENDED_HOLD_SECONDS)\n',
    replace: "",
    caughtBy: PARTITIONS,
  },
  {
    name: "an old verdict undoes a new one",
    file: "lua/parts/settle_part.lua",
    find: "if not part or part.status ~= 'active' then",
    replace: "if not part then",
    caughtBy: PARTITIONS,
  },
  {
    name: "parts of a cart that is refused stay",
    file: "src/store/holds/carts.ts",
    find: "if (!isMade) await settleParts",
    replace: "if (!isMade && !reply) await settleParts",
    caughtBy: PARTITIONS,
  },
  {
    name: "parts do not ask their home",
    file: "src/commits/parts.ts",
    find: "reachable.map((holdId) => followHome(store, holdId, partition)),",
    replace: "[].map((holdId) => followHome(store, holdId, partition)),",
    caughtBy: PARTITIONS,
  },
  {
    name: "the rest of a cart is not given back",
    file: "lua/parts/settle_part.lua",
    find: "local returned = without(without(part.lines, newly_sold), held)",
    replace: "local returned = {}",
    caughtBy: PARTITIONS,
  },
  {
    name: "a cart leaves the hold that it replaces as it is",
    file: "lua/commands/hold_cart.lua",
    find: "    give_back(replaces, replaced, now)\n",
    replace: "",
    caughtBy: PARTITIONS,
  },
  {
    name: "a repeat does not finish what a replacing cart began",
    file: "src/store/holds/carts.ts",
    find: "return undefined;\n    await this.#settleReplaced(reply);",
    replace: "return undefined;",
    caughtBy: PARTITIONS,
  },
  {
    name: "parts fall due later than their hold",
    file: "lua/parts/take_part.lua",
    find: "1000 * whole_number(ttl_seconds, 1, MAX_TTL_SECONDS)",
    replace: "2000 + 1000 * whole_number(ttl_seconds, 1, MAX_TTL_SECONDS)",
    caughtBy: PARTITIONS,
  },
  {
    name: "refused for want of units that a cart has given back",
    file: "lua/shared/plan.lua",
    find: "return commit.waits_for_parts and parts_are_due(commit.now)",
    replace: "return false",
    caughtBy: PARTITIONS,
  },
  {
    name: "a read shows units of carts that are over as held",
    file: "lua/read.lua",
    find: "waits and parts_are_due(now)",
    replace: "false",
    caughtBy: PARTITIONS,
  },
  {
    name: "a key is not claimed where it belongs",
    file: "src/commits/claims.ts",
    find: 'return store.partitions > 1 && key !== "" && store.partitionOf(key) !== partition;',
    replace: "return false;",
    caughtBy: PARTITIONS,
  },
  {
    name: "a claim does not make others wait",
    file: "lua/commands/claim.lua",
    find: "if record and (record.leased_until_ms or 0) > now then",
    replace: "if false then",
    caughtBy: PARTITIONS,
  },
  {
    name: "another number of partitions is taken",
    file: "src/commits/partitions.ts",
    find: "if (kept !== undefined && kept !== store.partitions) return kept;",
    replace: "if (kept === 0) return kept;",
    caughtBy: PARTITIONS,
  },
  {
    name: "lists forget a partition",
    file: "src/commits/open_store.ts",
    find: "return Promise.all(partitions.map((_, partition) => askAt(question, partition)));",
    replace:
      "return Promise.all(partitions.slice(0, 7).map((_, partition) => askAt(question, partition)));",
    caughtBy: PARTITIONS,
  },
  {
    name: "a Redis that came back behind goes unnoticed",
    file: "src/commits/partition.ts",
    find: "if (missing <= 0) {",
    replace: "if (true) {",
  },
  {
    name: "a repeat has nothing to wait for",
    file: "lua/commit.lua",
    find: "number_of_commit(count > 1 or settled > 0)",
    replace: "number_of_commit(settled > 0)",
  },
  {
    name: "a commit does not wait for its copy",
    file: "src/commits/partition.ts",
    find: `kind === "commits" && requests.length > 0 ? this.#options.replicas : 0`,
    replace: "0",
  },
  {
    name: "five minutes, however short holds may live",
    file: "src/contract/fields.ts",
    find: "return Math.min(300, holdLifetimeMaxSeconds);",
    replace: "return 300;",
    caughtBy: ["tests/api/bounds_test.ts"],
  },
  {
    name: "the document states bounds that are not this service's",
    file: "src/routes/docs.ts",
    find: "makeDocument(bounds)",
    replace: "makeDocument()",
    caughtBy: ["tests/api/bounds_test.ts"],
  },
  {
    name: "any name that points here is ours",
    file: "src/http/exposure.ts",
    find: "(hosts.includes(hostname) || isSafeFromRebinding(hostname))",
    replace: "hostname !== ''",
    caughtBy: ["tests/api/exposure_test.ts"],
  },
  {
    name: "only /mcp is guarded against foreign pages",
    file: "src/http/exposure.ts",
    find: "if (ONLY_LOOKS.includes(c.req.method)) return next();",
    replace: "if (c.req.path !== '/mcp') return next();",
    caughtBy: ["tests/api/exposure_test.ts"],
  },
  {
    name: "over HTTP/2 no page is ours",
    file: "src/http/exposure.ts",
    find: 'headers.get("host") ?? new URL(c.req.url).host',
    replace: 'headers.get("host") ?? ""',
    caughtBy: ["tests/api/exposure_test.ts"],
  },
  {
    name: "answers may be kept by whoever passes them on",
    file: "src/http/envelope.ts",
    find: 'res.headers.set("cache-control", "no-store")',
    replace: 'res.headers.set("vary", "accept")',
    caughtBy: ["tests/api/exposure_test.ts"],
  },
  {
    name: "one caller may have all live feeds",
    file: "src/http/live_feeds.ts",
    find: "if (own >= this.mostPerCaller)",
    replace: "if (own < 0)",
    caughtBy: ["tests/api/limits_test.ts"],
  },
  {
    name: "a feed that ends gives back all places of its caller",
    file: "src/http/live_feeds.ts",
    find: "if (own > 0) this.byCaller.set(caller, own);\n    else this.byCaller.delete(caller);",
    replace: "this.byCaller.delete(caller);",
    caughtBy: ["tests/api/limits_test.ts"],
  },
  {
    name: "a feed that is too late for its deadline keeps its place",
    file: "src/routes/events.ts",
    find: 'if (c.get("deadline").isOver)',
    replace: "if (after === undefined)",
    caughtBy: ["tests/api/limits_test.ts"],
  },
  {
    name: "a body that is missing is taken for {}",
    file: "src/http/validation.ts",
    find: 'c.get("bodyText") === ""',
    replace: "false",
    caughtBy: ["tests/api/bad_input_test.ts"],
  },
  {
    name: "a tool asks for a SKU .. elsewhere",
    file: "src/routes/mcp.ts",
    find: 'Object.defineProperty(new Request(url, init), "url", { value: url })',
    replace: "new Request(url, init)",
    caughtBy: ["tests/api/mcp_test.ts"],
  },
];
