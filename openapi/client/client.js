// @ts-check
// The client: openapi-fetch with the types of the OpenAPI document, over a `fetch` that repeats.
import createClient from "openapi-fetch";
import { retryingFetch } from "./retry.js";

/**
 * @param {import("./types.d.ts").ClientOptions} options
 * @returns {import("./types.d.ts").InventoryClient}
 */
export function createInventoryClient({ baseUrl, headers, ...retryOptions }) {
  return createClient({ baseUrl, headers, fetch: retryingFetch(retryOptions) });
}
