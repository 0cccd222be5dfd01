// @ts-check
// The client: openapi-fetch with the types of the OpenAPI document, over a `fetch` that repeats.
import createClient, { defaultPathSerializer } from "openapi-fetch";
import { retryingFetch } from "./retry.js";

/**
 * @param {import("./types.d.ts").ClientOptions} options
 * @returns {import("./types.d.ts").InventoryClient}
 */
export function createInventoryClient({ baseUrl, headers, ...retryOptions }) {
  const fetch = retryingFetch(retryOptions);
  return createClient({ baseUrl, headers, fetch, pathSerializer: pathOf });
}

/**
 * URLs leave out segments that are `.` or `..`, however they are written, and would lead elsewhere.
 * @param {string} template
 * @param {Record<string, unknown>} params
 */
function pathOf(template, params) {
  for (const value of Object.values(params)) {
    if (value === "." || value === "..") {
      throw new TypeError(
        `a URL cannot have ${value} in its path: ask POST /inventory/query for it`,
      );
    }
  }
  return defaultPathSerializer(template, params);
}
