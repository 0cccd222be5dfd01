// Every verb of the store once: its Lua, and what is peculiar to it. The programs, the types and the rules that
// Lua and TypeScript share are made from these two tables.
import hold from "../../lua/hold.lua" with { type: "text" };
import release from "../../lua/release.lua" with { type: "text" };
import confirm from "../../lua/confirm.lua" with { type: "text" };
import extend from "../../lua/extend.lua" with { type: "text" };
import sell from "../../lua/sell.lua" with { type: "text" };
import count from "../../lua/count.lua" with { type: "text" };
import adjust from "../../lua/adjust.lua" with { type: "text" };
import transfer from "../../lua/transfer.lua" with { type: "text" };
import repair from "../../lua/repair.lua" with { type: "text" };
import spend from "../../lua/spend.lua" with { type: "text" };
import claim from "../../lua/claim.lua" with { type: "text" };
import unclaim from "../../lua/unclaim.lua" with { type: "text" };
import lookBack from "../../lua/look_back.lua" with { type: "text" };
import takePart from "../../lua/take_part.lua" with { type: "text" };
import holdCart from "../../lua/hold_cart.lua" with { type: "text" };
import judgePart from "../../lua/judge_part.lua" with { type: "text" };
import settlePart from "../../lua/settle_part.lua" with { type: "text" };
import getInventory from "../../lua/get_inventory.lua" with { type: "text" };
import queryInventory from "../../lua/query_inventory.lua" with { type: "text" };
import listInventory from "../../lua/list_inventory.lua" with { type: "text" };
import getHold from "../../lua/get_hold.lua" with { type: "text" };
import listHolds from "../../lua/list_holds.lua" with { type: "text" };
import lastEvent from "../../lua/last_event.lua" with { type: "text" };
import readEvents from "../../lua/read_events.lua" with { type: "text" };
import measure from "../../lua/measure.lua" with { type: "text" };
import dueParts from "../../lua/due_parts.lua" with { type: "text" };
import verifyHolds from "../../lua/verify_holds.lua" with { type: "text" };
import verifyParts from "../../lua/verify_parts.lua" with { type: "text" };
import verifySkus from "../../lua/verify_skus.lua" with { type: "text" };
import verifyStock from "../../lua/verify_stock.lua" with { type: "text" };

/** A verb that may change something: lua/commit.lua runs it. */
interface Command {
  /** The text of the file that defines a function with the verb's name. */
  lua: string;
  /** Whether it still runs when Redis has no memory left: all that sets something free does, and what keys need. */
  runsWhenFull?: true;
  /** Whether its outcome is kept under the key as long as a hold may live. */
  keepsLikeHolds?: true;
  /** Replies of its own that leave nothing decided, so that nothing is kept under the key. */
  undecided?: string[];
}

/** A verb that only looks: lua/read.lua runs it. */
interface Question {
  lua: string;
  /** Whether its answer depends on units that parts of carts may be about to give back. */
  isAboutStock?: true;
}

export const COMMANDS = {
  hold: { lua: hold, keepsLikeHolds: true },
  release: { lua: release, runsWhenFull: true },
  confirm: { lua: confirm, runsWhenFull: true, undecided: ["exceeds_held_quantity"] },
  extend: { lua: extend },
  sell: { lua: sell },
  count: { lua: count },
  adjust: { lua: adjust },
  transfer: { lua: transfer },
  repair: { lua: repair },
  spend: { lua: spend },
  claim: { lua: claim, runsWhenFull: true },
  unclaim: { lua: unclaim, runsWhenFull: true },
  look_back: { lua: lookBack, runsWhenFull: true, undecided: ["nothing_yet"] },
  take_part: { lua: takePart },
  hold_cart: { lua: holdCart, keepsLikeHolds: true, undecided: ["given_up"] },
  judge_part: { lua: judgePart },
  settle_part: { lua: settlePart },
} satisfies Record<string, Command>;

export const QUESTIONS = {
  get_inventory: { lua: getInventory, isAboutStock: true },
  query_inventory: { lua: queryInventory, isAboutStock: true },
  list_inventory: { lua: listInventory, isAboutStock: true },
  get_hold: { lua: getHold },
  list_holds: { lua: listHolds },
  last_event: { lua: lastEvent },
  read_events: { lua: readEvents },
  measure: { lua: measure },
  due_parts: { lua: dueParts },
  verify_holds: { lua: verifyHolds },
  verify_parts: { lua: verifyParts },
  verify_skus: { lua: verifySkus },
  verify_stock: { lua: verifyStock },
} satisfies Record<string, Question>;

export type CommandName = keyof typeof COMMANDS;
export type QuestionName = keyof typeof QUESTIONS;

const commands = Object.entries<Command>(COMMANDS);

export const RUNS_WHEN_FULL: ReadonlySet<string> = new Set(
  commands.flatMap(([verb, { runsWhenFull }]) => runsWhenFull ? [verb] : []),
);

/** Replies under which nothing is kept; the first two any verb may give, and the operation goes round again. */
export const UNDECIDED: ReadonlySet<string> = new Set([
  "unsettled",
  "parts_due",
  ...commands.flatMap(([, { undecided = [] }]) => undecided),
]);

/** Whether the outcome of a verb must not be forgotten while a hold that it made may still live. */
export function keepsLikeHolds(verb: CommandName): boolean {
  return (COMMANDS[verb] as Command).keepsLikeHolds ?? false;
}

/** Whether a question is answered only when parts of carts have asked their homes. */
export function isAboutStock(verb: QuestionName): boolean {
  return (QUESTIONS[verb] as Question).isAboutStock ?? false;
}
