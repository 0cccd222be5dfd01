// The Lua programs, put together from the files in lua/ by plain concatenation.
import { makeFunction, makeScript, type Script } from "../redis/script.ts";
import { KEY_NAMES, NOBODY } from "./keys.ts";
import { COMMANDS, QUESTIONS, RUNS_WHEN_FULL, UNDECIDED } from "./verbs.ts";

import begin from "../../lua/shared/begin.lua" with { type: "text" };
import clock from "../../lua/shared/clock.lua" with { type: "text" };
import due from "../../lua/shared/due.lua" with { type: "text" };
import events from "../../lua/shared/events.lua" with { type: "text" };
import holds from "../../lua/shared/holds.lua" with { type: "text" };
import indexes from "../../lua/shared/indexes.lua" with { type: "text" };
import idempotency from "../../lua/shared/idempotency.lua" with { type: "text" };
import lines from "../../lua/shared/lines.lua" with { type: "text" };
import owners from "../../lua/shared/owners.lua" with { type: "text" };
import partsDue from "../../lua/shared/parts_due.lua" with { type: "text" };
import partRecords from "../../lua/shared/parts.lua" with { type: "text" };
import permissions from "../../lua/shared/permissions.lua" with { type: "text" };
import plan from "../../lua/shared/plan.lua" with { type: "text" };
import records from "../../lua/shared/records.lua" with { type: "text" };
import texts from "../../lua/shared/texts.lua" with { type: "text" };
import numbers from "../../lua/shared/numbers.lua" with { type: "text" };
import settle from "../../lua/shared/settle.lua" with { type: "text" };
import stock from "../../lua/shared/stock.lua" with { type: "text" };
import stream from "../../lua/shared/stream.lua" with { type: "text" };

import commit from "../../lua/commit.lua" with { type: "text" };
import read from "../../lua/read.lua" with { type: "text" };

/** Bounds and settings that the programs know as constants. */
export interface ProgramSettings {
  /** The most units one line or one count may name. */
  MAX_QUANTITY: number;
  MAX_ON_HAND: number;
  /** The longest time to live of a hold, in seconds. */
  MAX_TTL_SECONDS: number;
  /** `stock.low` is recorded when what is available falls to this. */
  LOW_STOCK_THRESHOLD: number;
  /** The most holds, and units in holds, that one owner may have at once; 0 for no limit. */
  MAX_HOLDS_PER_OWNER: number;
  MAX_UNITS_PER_OWNER: number;
  /** The most due holds one script settles. */
  SETTLE_LIMIT: number;
  /** How long the record of an ended hold is kept, in seconds. */
  ENDED_HOLD_SECONDS: number;
  /** The same of a cart over partitions. */
  ENDED_CART_SECONDS: number;
  /** About how many entries the event stream keeps. */
  EVENTS_KEPT: number;
  /** About how many holds one step of a verification looks at. */
  VERIFY_PAGE: number;
  /** Whether commits are numbered, so that a Redis that came back behind is noticed. */
  COUNT_COMMITS: boolean;
  /** A repair is refused when this many event entries were written since the line was looked at. */
  REPAIR_LOOKBACK: number;
}

function compose(settings: ProgramSettings, parts: string[]): string {
  const keys = Object.entries(KEY_NAMES);
  const prelude = [
    `local NOBODY = '${NOBODY}'`,
    ...Object.entries(settings).map(([name, value]) => `local ${name} = ${value}`),
    ...keys.map(([name]) => `local ${name}`),
    "local partition_prefix",
    "local function use_keys_of(prefix)",
    "  if prefix == partition_prefix then return end",
    "  partition_prefix = prefix",
    ...keys.map(([name, key]) => `  ${name} = prefix .. '${key}'`),
    "end",
    "local verbs = {}",
  ];
  return [...prelude, ...parts].join("\n");
}

/** Each verb in a scope of its own. */
function asVerbs(verbs: Record<string, { lua: string }>): string[] {
  return Object.entries(verbs)
    .map(([name, { lua }]) => `do\n${lua}\nverbs.${name} = ${name}\nend`);
}

/** A set that Lua and TypeScript share, as a table. */
function asTable(name: string, words: Iterable<string>): string {
  return `local ${name} = { ${[...words].map((word) => `${word} = true`).join(", ")} }`;
}

/**
 * The program that decides, in two forms. Redis refuses the first before it starts when memory has run out; the
 * second runs then too, and refuses by itself every verb but those that set something free. It is a script, since
 * Redis takes no new function without memory. `clockSource` lets a test own the time; everybody else leaves it.
 */
export function commitPrograms(
  settings: ProgramSettings,
  clockSource: string = clock,
): { usual: Script; whenFull: Script } {
  const gathered = [begin, numbers, texts, indexes, events];
  const rules = [
    stock,
    lines,
    partsDue,
    plan,
    owners,
    records,
    holds,
    partRecords,
    settle,
    idempotency,
  ];
  const tables = [asTable("RUNS_WHEN_FULL", RUNS_WHEN_FULL), asTable("UNDECIDED", UNDECIDED)];
  const parts = [permissions, clockSource, ...gathered, ...rules, ...asVerbs(COMMANDS), commit];
  const form = (memoryIsFull: boolean) =>
    compose(settings, [`local MEMORY_IS_FULL = ${memoryIsFull}`, ...tables, ...parts]);
  return {
    usual: makeFunction(form(false), []),
    whenFull: makeScript(`#!lua flags=allow-oom\n${form(true)}\nreturn main(ARGV)`),
  };
}

/** The program that answers questions. `no-writes` keeps it answering where writes are refused or paused. */
export function readProgram(settings: ProgramSettings, clockSource: string = clock): Script {
  const shared = [begin, numbers, clockSource, texts, records, due, partsDue, stream];
  const text = compose(settings, [...shared, ...asVerbs(QUESTIONS), read]);
  return makeFunction(text, ["no-writes"]);
}
