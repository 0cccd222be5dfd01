// What the client is. Every call, its input and its answers are those of the OpenAPI document.
import type { Client } from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

export interface RetryOptions {
  /** The longest that a call may take, its repeats and waits included; 10 000 by default. */
  deadlineMs?: number;
  /** The longest to wait for the answer to one attempt; 5000 by default. */
  attemptMs?: number;
  /** How long to wait before the first repeat, at most; it doubles with each; 100 by default. */
  backoffMs?: number;
  /** What sends one attempt: `fetch` by default. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

export interface ClientOptions extends RetryOptions {
  /** Where the service is, as in `http://localhost:8001`. */
  baseUrl: string;
  /** Sent with every request, as `{ authorization: "Bearer ..." }`. */
  headers?: Record<string, string>;
}

export type InventoryClient = Client<paths>;

/** Every answer that is not 2xx: `code` says what happened. */
export type Problem = components["schemas"]["Problem"];

/**
 * Makes a client: `const { data, error } = await client.POST("/hold", { body: { sku: "A", quantity: 1 } })`.
 * A refusal is an `error`; a service that could not be asked within the deadline is thrown.
 */
export function createInventoryClient(options: ClientOptions): InventoryClient;
