// Every verb of the store once: its Lua, and what is peculiar to it. The programs, the types and the rules that
// Lua and TypeScript share are made from these two tables.
import hold from "../../lua/commands/hold.lua" with { type: "text" };
import release from "../../lua/commands/release.lua" with { type: "text" };
import confirm from "../../lua/commands/confirm.lua" with { type: "text" };
import extend from "../../lua/commands/extend.lua" with { type: "text" };
import sell from "../../lua/commands/sell.lua" with { type: "text" };
import count from "../../lua/commands/count.lua" with { type: "text" };
import adjust from "../../lua/commands/adjust.lua" with { type: "text" };
import transfer from "../../lua/commands/transfer.lua" with { type: "text" };
import repair from "../../lua/commands/repair.lua" with { type: "text" };
import spend from "../../lua/commands/spend.lua" with { type: "text" };
import claim from "../../lua/commands/claim.lua" with { type: "text" };
import unclaim from "../../lua/commands/unclaim.lua" with { type: "text" };
import lookBack from "../../lua/commands/look_back.lua" with { type: "text" };
import takePart from "../../lua/parts/take_part.lua" with { type: "text" };
import holdCart from "../../lua/commands/hold_cart.lua" with { type: "text" };
import judgePart from "../../lua/parts/judge_part.lua" with { type: "text" };
import settlePart from "../../lua/parts/settle_part.lua" with { type: "text" };
import getInventory from "../../lua/questions/get_inventory.lua" with { type: "text" };
import queryInventory from "../../lua/questions/query_inventory.lua" with { type: "text" };
import listInventory from "../../lua/questions/list_inventory.lua" with { type: "text" };
import getHold from "../../lua/questions/get_hold.lua" with { type: "text" };
import listHolds from "../../lua/questions/list_holds.lua" with { type: "text" };
import lastEvent from "../../lua/questions/last_event.lua" with { type: "text" };
import readEvents from "../../lua/questions/read_events.lua" with { type: "text" };
import measure from "../../lua/questions/measure.lua" with { type: "text" };
import dueParts from "../../lua/questions/due_parts.lua" with { type: "text" };
import verifyHolds from "../../lua/questions/verify_holds.lua" with { type: "text" };
import verifyParts from "../../lua/questions/verify_parts.lua" with { type: "text" };
import verifySkus from "../../lua/questions/verify_skus.lua" with { type: "text" };
import verifyStock from "../../lua/questions/verify_stock.lua" with { type: "text" };

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
  confirm: { lua: confirm, runsWhenFull: true },
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
