// How much of the chosen SKU was available and held, over the time that the page has been looking.
import { serverNow } from "./api.ts";
import type { Row } from "./stock.ts";

const MOST_SAMPLES = 600;

export const levels = {
  sku: "",
  atSeconds: [] as number[],
  available: [] as number[],
  held: [] as number[],
};

/** Takes a sample; beginning anew with another SKU. */
export function watchLevel(row: Row): void {
  if (levels.sku !== row.sku) {
    Object.assign(levels, { sku: row.sku, atSeconds: [], available: [], held: [] });
  }
  levels.atSeconds.push(serverNow() / 1000);
  levels.available.push(row.total_stock);
  levels.held.push(Object.values(row.held).reduce((sum, units) => sum + units, 0));
  for (const row of [levels.atSeconds, levels.available, levels.held]) {
    if (row.length > MOST_SAMPLES) row.splice(0, row.length - MOST_SAMPLES);
  }
}
