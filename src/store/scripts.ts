// The two Lua scripts, put together from the files in lua/ by plain concatenation.
import { createHash } from "node:crypto";
import { KEY_NAMES, NOBODY } from "./keys.ts";

import clock from "../../lua/shared/clock.lua" with { type: "text" };
import due from "../../lua/shared/due.lua" with { type: "text" };
import events from "../../lua/shared/events.lua" with { type: "text" };
import holds from "../../lua/shared/holds.lua" with { type: "text" };
import indexes from "../../lua/shared/indexes.lua" with { type: "text" };
import idempotency from "../../lua/shared/idempotency.lua" with { type: "text" };
import lines from "../../lua/shared/lines.lua" with { type: "text" };
import owners from "../../lua/shared/owners.lua" with { type: "text" };
import partRecords from "../../lua/shared/parts.lua" with { type: "text" };
import permissions from "../../lua/shared/permissions.lua" with { type: "text" };
import plan from "../../lua/shared/plan.lua" with { type: "text" };
import records from "../../lua/shared/records.lua" with { type: "text" };
import texts from "../../lua/shared/texts.lua" with { type: "text" };
import numbers from "../../lua/shared/numbers.lua" with { type: "text" };
import settle from "../../lua/shared/settle.lua" with { type: "text" };
import stock from "../../lua/shared/stock.lua" with { type: "text" };
import stream from "../../lua/shared/stream.lua" with { type: "text" };
import wanted from "../../lua/shared/wanted.lua" with { type: "text" };

import adjust from "../../lua/adjust.lua" with { type: "text" };
import claim from "../../lua/claim.lua" with { type: "text" };
import confirm from "../../lua/confirm.lua" with { type: "text" };
import count from "../../lua/count.lua" with { type: "text" };
import dueParts from "../../lua/due_parts.lua" with { type: "text" };
import extend from "../../lua/extend.lua" with { type: "text" };
import unclaim from "../../lua/unclaim.lua" with { type: "text" };
import getHold from "../../lua/get_hold.lua" with { type: "text" };
import getInventory from "../../lua/get_inventory.lua" with { type: "text" };
import listHolds from "../../lua/list_holds.lua" with { type: "text" };
import hold from "../../lua/hold.lua" with { type: "text" };
import holdCart from "../../lua/hold_cart.lua" with { type: "text" };
import judgePart from "../../lua/judge_part.lua" with { type: "text" };
import lastEvent from "../../lua/last_event.lua" with { type: "text" };
import listInventory from "../../lua/list_inventory.lua" with { type: "text" };
import lookBack from "../../lua/look_back.lua" with { type: "text" };
import measure from "../../lua/measure.lua" with { type: "text" };
import queryInventory from "../../lua/query_inventory.lua" with { type: "text" };
import readEvents from "../../lua/read_events.lua" with { type: "text" };
import release from "../../lua/release.lua" with { type: "text" };
import repair from "../../lua/repair.lua" with { type: "text" };
import sell from "../../lua/sell.lua" with { type: "text" };
import settlePart from "../../lua/settle_part.lua" with { type: "text" };
import spend from "../../lua/spend.lua" with { type: "text" };
import takePart from "../../lua/take_part.lua" with { type: "text" };
import transfer from "../../lua/transfer.lua" with { type: "text" };
import verifyHolds from "../../lua/verify_holds.lua" with { type: "text" };
import verifyParts from "../../lua/verify_parts.lua" with { type: "text" };
import verifySkus from "../../lua/verify_skus.lua" with { type: "text" };
import verifyStock from "../../lua/verify_stock.lua" with { type: "text" };

import commit from "../../lua/commit.lua" with { type: "text" };
import read from "../../lua/read.lua" with { type: "text" };

/** Bounds and settings that the scripts know as constants. */
export interface ScriptSettings {
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
  /** How much later than its hold a part of a cart falls due, in milliseconds. */
  PART_GRACE_MS: number;
  /** About how many holds one step of a verification looks at. */
  VERIFY_PAGE: number;
  /** Whether commits are numbered, so that a Redis that came back behind is noticed. */
  COUNT_COMMITS: boolean;
  /** A repair is refused when this many event entries were written since the line was looked at. */
  REPAIR_LOOKBACK: number;
}

export interface Script {
  text: string;
  sha1: string;
}

function compose(firstLine: string, settings: ScriptSettings, parts: string[]): Script {
  const prelude = [
    `local NOBODY = '${NOBODY}'`,
    ...Object.entries(KEY_NAMES).map(([name, key]) => `local ${name} = ARGV[1] .. '${key}'`),
    ...Object.entries(settings).map(([name, value]) => `local ${name} = ${value}`),
  ].join("\n");
  const text = [firstLine, prelude, ...parts].join("\n");
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}

/** The verbs as lua/shared/wanted.lua wants them. */
function ifWanted(verbs: Record<string, string>): string[] {
  return Object.entries(verbs).map(([name, text]) =>
    `if wanted.${name} then\n${text}\nverbs.${name} = ${name}\nend`
  );
}

/**
 * The script that decides, under two first lines. Redis refuses the first before it starts when memory has
 * run out; the second runs then too, and refuses by itself every verb but those that set something free.
 * `clockSource` lets a test own the time; everybody else leaves it.
 */
export function commitScripts(
  settings: ScriptSettings,
  clockSource: string = clock,
): { usual: Script; whenFull: Script } {
  const gathered = [wanted, texts, indexes, events];
  const rules = [stock, lines, plan, owners, records, holds, partRecords, settle, idempotency];
  const verbs = {
    ...{ hold, release, confirm, extend, sell, count, adjust, transfer, repair, spend },
    ...{ claim, unclaim, look_back: lookBack },
    ...{ take_part: takePart, hold_cart: holdCart, judge_part: judgePart, settle_part: settlePart },
  };
  const checked = [permissions, numbers, clockSource];
  const parts = [...checked, ...gathered, ...rules, ...ifWanted(verbs), commit];
  return {
    usual: compose("#!lua", settings, ["local MEMORY_IS_FULL = false", ...parts]),
    whenFull: compose("#!lua flags=allow-oom", settings, ["local MEMORY_IS_FULL = true", ...parts]),
  };
}

/**
 * The script that answers questions. `no-writes` keeps it answering where writes are refused or paused.
 */
export function readScript(settings: ScriptSettings, clockSource: string = clock): Script {
  const shared = [numbers, clockSource, texts, records, due, stream];
  const inventory = [getInventory, queryInventory, listInventory];
  const verbs = [
    getHold,
    listHolds,
    lastEvent,
    readEvents,
    verifyHolds,
    verifyParts,
    dueParts,
    verifySkus,
    verifyStock,
    measure,
  ];
  return compose("#!lua flags=no-writes", settings, [...shared, ...inventory, ...verbs, read]);
}
