// The commands that can be given from the page, each as a form, the request it makes, and what came of it.
import { may, type Scope } from "../access/access.ts";
import { type Answer, send } from "../api.ts";
import { secondsToLive } from "../parts.ts";
import { changedByHand, drawDue } from "../screen.ts";
import { stock } from "../stock/stock.ts";

interface Field {
  name: string;
  label: string;
  type: "text" | "number" | "choice";
  choices?: string[];
  value: string;
  isOptional?: boolean;
}

interface CommandForm {
  path: string;
  /** What a key must be good for. */
  scope: Scope;
  does: string;
  fields: Field[];
  warning: string;
}

const text = (name: string, label: string, value = "", isOptional = false): Field => ({
  name,
  label,
  type: "text",
  value,
  isOptional,
});
const number = (name: string, label: string, value: string): Field => ({
  name,
  label,
  type: "number",
  value,
});

const REASONS = [
  "received",
  "correction",
  "cycle_count",
  "damaged",
  "shrinkage",
  "return",
  "other",
];

export const COMMANDS = {
  hold: {
    path: "/hold",
    scope: "hold",
    does: "Sets units aside for a while.",
    fields: [
      text("sku", "SKU"),
      number("quantity", "Quantity", "1"),
      text("location", "Location", "online"),
      number("ttl", "Seconds", String(secondsToLive(120))),
      text("reference", "Reference", "", true),
    ],
    warning: "",
  },
  extend: {
    path: "/extend",
    scope: "hold",
    does: "Gives a hold more time, counted from now.",
    fields: [text("hold_id", "Hold"), number("ttl", "Seconds", String(secondsToLive(300)))],
    warning: "",
  },
  confirm: {
    path: "/confirm",
    scope: "hold",
    does: "Turns a hold into a sale.",
    fields: [text("hold_id", "Hold")],
    warning: "A sale cannot be taken back.",
  },
  release: {
    path: "/release",
    scope: "hold",
    does: "Gives a hold's units back.",
    fields: [text("hold_id", "Hold")],
    warning: "The buyer loses these units.",
  },
  adjust: {
    path: "/adjust",
    scope: "stock",
    does: "Receives units, or writes them off with a number below 0.",
    fields: [
      text("sku", "SKU"),
      text("location", "Location", "online"),
      number("delta", "Change", "10"),
      { name: "reason", label: "Reason", type: "choice", choices: REASONS, value: "received" },
      text("reference", "Reference", "", true),
    ],
    warning: "This changes what is on hand.",
  },
} satisfies Record<string, CommandForm>;

export type Command = keyof typeof COMMANDS;

export const doing = {
  command: "hold" as Command,
  values: {} as Record<string, string>,
  /** Asked whether he means it. */
  isAsking: false,
  isSending: false,
  answer: undefined as Answer | undefined,
  copied: "" as "" | "yes" | "no",
};

export function valueOf(field: Field): string {
  const given = doing.values[`${doing.command}.${field.name}`] ?? doing.values[field.name];
  return given ?? (field.name === "sku" ? stock.chosen : field.value);
}

export function setValue(field: Field, value: string): void {
  // A SKU or a hold is the same one in every form; a number of seconds is not.
  const isShared = field.name === "sku" || field.name === "hold_id";
  doing.values[isShared ? field.name : `${doing.command}.${field.name}`] = value;
  doing.isAsking = false;
  changedByHand();
}

export function chooseCommand(command: Command): void {
  Object.assign(doing, { command, isAsking: false, answer: undefined, copied: "" });
  changedByHand();
}

/** From elsewhere on the page: the form with these values in it. */
export function prepare(command: Command, values: Record<string, string>): void {
  Object.assign(doing.values, values);
  chooseCommand(command);
  drawDue(); // a focus that came a frame later would catch what is being typed elsewhere by then
  const form = document.getElementById("doing")!;
  form.scrollIntoView({ block: "nearest" });
  form.querySelector<HTMLElement>("input, select")?.focus();
}

/** The request as it would be sent now. What is not a number goes as it is, for the service to explain. */
export function request(): { path: string; body: Record<string, unknown> } {
  const { path, fields } = COMMANDS[doing.command];
  const body: Record<string, unknown> = {};
  for (const field of fields as Field[]) {
    const value = valueOf(field).trim();
    if (value === "" && field.isOptional) continue;
    const isNumber = field.type === "number" && value !== "" && Number.isFinite(Number(value));
    body[field.name] = isNumber ? Number(value) : value;
  }
  return { path, body };
}

export async function submit(): Promise<void> {
  const { scope, warning } = COMMANDS[doing.command];
  if (doing.isSending || !may(scope)) return;
  if (warning && !doing.isAsking) {
    doing.isAsking = true;
    return changedByHand();
  }
  Object.assign(doing, { isAsking: false, isSending: true });
  const { path, body } = request();
  doing.answer = await send("POST", path, body);
  doing.isSending = false;
  if (doing.answer.ok && doing.command === "hold") doing.values.hold_id = doing.answer.body.hold_id;
  changedByHand();
}

export function cancel(): void {
  doing.isAsking = false;
  changedByHand();
}

export async function copy(line: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(line);
    doing.copied = "yes";
  } catch {
    doing.copied = "no"; // without TLS a browser has no clipboard for us; the line can be selected
  }
  changedByHand();
}
