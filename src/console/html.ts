// Templates: htm's tagged strings, bound to preact.
import { type ComponentChild, h, type VNode } from "preact";
import htm from "htm";

type Html = (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
// htm's types describe its CommonJS file, whose default is one step further in.
export const html = (htm as unknown as { bind(create: typeof h): Html }).bind(h);

export type { ComponentChild, VNode };
