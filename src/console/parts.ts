// Small pieces of the page that several panels share.
import type { Answer } from "./api.ts";
import { html, type VNode } from "./html.ts";

export const count = (units: number) => units.toLocaleString("en");
export const shortPlace = (location: string) => location.replace(/^store:(STORE_)?/, "");

/** The request that a panel lives on, for who wants to ask the same. */
export const Call = ({ line }: { line: string }): VNode =>
  html`<code class="call" title="Where this comes from">${line}</code>`;

/** Why a panel has nothing to show. What a key may not do is not a fault. */
export function Refusal({ what, answer }: { what: string; answer: Answer }): VNode {
  const why = answer.status === 401
    ? `A key is needed to ${what}.`
    : answer.status === 403
    ? `This key may not ${what}.`
    : `Could not ${what}.`;
  return html`<p class="refusal"><b>${why}</b> ${withCode(answer.body?.detail ?? "")}</p>`;
}

/** Text of the service, in which what is to be typed stands between backticks. */
export function withCode(text: string): (string | VNode)[] {
  return text.split("`").map((part, i) => i % 2 === 0 ? part : html`<code>${part}</code>`);
}

/** So many seconds, or as many as a hold may live here. */
export function secondsToLive(wanted: number): number {
  return Math.min(wanted, Number(document.documentElement.dataset.longestTtl ?? wanted));
}

export function clockTime(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}

/** Time left as a person reads it; by the tenth of a second when it is nearly over. */
export function timeLeft(ms: number): string {
  if (ms <= 0) return "due";
  if (ms < 10_000) return `${(Math.ceil(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  if (hours > 0) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${minutes}:${String(seconds % 60).padStart(2, "0")} min`;
}
