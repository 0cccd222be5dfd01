// Requests to the service: with the key if there is one, and with an eye on the server's clock.
import { changed } from "./screen.ts";
import { refused } from "./charts/tally.ts";

export interface Answer {
  ok: boolean;
  /** 0 where no answer came. */
  status: number;
  text: string;
  // deno-lint-ignore no-explicit-any -- JSON of any shape; the contract says which
  body: any;
  headers: Headers;
  tookMs: number;
}

const STORED_AS = "inventory-agent-key";

/** The API key of this tab, and whether the service has asked for one. */
export const access = { key: sessionStorage.getItem(STORED_AS) ?? "", isWanted: false };

const keyListeners: (() => void)[] = [];
export const onKeyChange = (listener: () => void) => keyListeners.push(listener);

export function setKey(key: string): void {
  access.key = key;
  access.isWanted = false;
  if (key) sessionStorage.setItem(STORED_AS, key);
  else sessionStorage.removeItem(STORED_AS);
  keyListeners.forEach((listener) => listener());
  changed();
}

/** Notes that this key was not good enough, unless there is another by now. */
export function wantKey(key: string): void {
  if (access.key === key) access.isWanted = true;
}

export function keyHeaders(): Record<string, string> {
  return access.key ? { authorization: `Bearer ${access.key}` } : {};
}

/**
 * Sends a request and answers whatever comes, a lost connection included. What is quiet only tries a door:
 * being turned away there is no refusal of anything that somebody wanted.
 */
export async function send(
  method: string,
  path: string,
  body?: unknown,
  { isQuiet = false } = {},
): Promise<Answer> {
  const { key } = access;
  const headers: Record<string, string> = keyHeaders();
  if (body !== undefined) headers["content-type"] = "application/json";
  // Commands carry a key of their own, so that a repeat by the network has one effect.
  if (method === "POST") headers["idempotency-key"] = newIdempotencyKey();
  const startedAt = performance.now();
  try {
    const response = await fetch(path, {
      method,
      headers: { accept: "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const answer: Answer = {
      ok: response.ok,
      status: response.status,
      text,
      body: parse(text),
      headers: response.headers,
      tookMs: performance.now() - startedAt,
    };
    if (answer.status === 401) wantKey(key);
    // Before there is a key, being asked for one is no refusal.
    if (!answer.ok && !isQuiet && answer.status !== 401) {
      refused(answer.body?.code ?? String(answer.status), serverNow());
    }
    return answer;
  } catch (error) {
    const detail = `No answer from the service: ${(error as Error).message}`;
    return {
      ok: false,
      status: 0,
      text: detail,
      body: { title: "No answer", detail, retryable: true },
      headers: new Headers(),
      tookMs: performance.now() - startedAt,
    };
  } finally {
    changed();
  }
}

// deno-lint-ignore no-explicit-any -- as `body` above
function parse(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12)); // randomUUID is missing without TLS
  return "console-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The request as a person would type it. The key is left for him to fill in. */
export function curlLine(method: string, path: string, body?: unknown): string {
  const words = ["curl", "-s"];
  if (method !== "GET" && body === undefined) words.push("-X", method);
  words.push(quote(location.origin + path));
  if (access.key || access.isWanted) words.push("-H", '"Authorization: Bearer $INVENTORY_KEY"');
  if (body !== undefined) {
    words.push("-H", quote("Content-Type: application/json"), "-d", quote(JSON.stringify(body)));
  }
  return words.join(" ");
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

let clockOffsetMs: number | undefined;

/** Milliseconds since 1970 by the server's clock. */
export function serverNow(): number {
  return Date.now() + (clockOffsetMs ?? 0);
}

/** Asks what time it is there; half of the way is taken as the way back. */
export async function readClock(): Promise<void> {
  const before = Date.now();
  const { ok, body } = await send("GET", "/health");
  const wayMs = (Date.now() - before) / 2;
  if (ok) clockOffsetMs = Date.parse(body.timestamp) + wayMs - Date.now();
}

/** What has happened cannot lie ahead: an event from "later" means that the clock there is further on. */
export function sawInstant(atMs: number): void {
  const leastOffsetMs = atMs - Date.now();
  if (clockOffsetMs !== undefined && leastOffsetMs > clockOffsetMs) clockOffsetMs = leastOffsetMs;
}
