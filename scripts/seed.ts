// Loads counts of what is on hand: the demo catalogue, or CSV files. What is held stays held.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { SingleBar } from "cli-progress";
import { type CsvKind, describeFault, readCsv } from "../src/catalogue/csv.ts";
import { demoCatalogue } from "../src/catalogue/demo.ts";
import { tellOnce } from "../src/commits/patience.ts";
import { countAll } from "../src/catalogue/load.ts";
import { readConfig } from "../src/config.ts";
import { makeTaskLog } from "../src/log.ts";
import { openConfiguredStore } from "../src/configured_store.ts";
import type { Count } from "../src/store/inventory.ts";

const USAGE = `usage: deno task seed [--products FILE] [--stores FILE]
  without files   the demo catalogue: 902 SKUs, 4,511 store entries
  --products      CSV with a sku column; units online in qty or online_stock, else 500
  --stores        CSV with columns sku, store_id, qty`;
const FAULTS_SHOWN = 100;

interface Source {
  path: string;
  kind: CsvKind;
}

/** What was loaded, for the closing summary. */
class Summary {
  readonly skus = new Set<string>();
  storeEntries = 0;

  add({ sku, onHand }: Count): void {
    this.skus.add(sku);
    this.storeEntries += onHand.filter(([location]) => location !== "online").length;
  }
}

function readArguments(): Source[] {
  try {
    const { values } = parseArgs({
      options: { products: { type: "string" }, stores: { type: "string" } },
    });
    return (["products", "stores"] as const)
      .flatMap((kind) => values[kind] === undefined ? [] : [{ path: resolve(values[kind]), kind }]);
  } catch (error) {
    fail(`${(error as Error).message}\n${USAGE}`);
  }
}

function fail(message: string): never {
  console.error(`seed: ${message}`);
  Deno.exit(1);
}

/** Reads every file to its end before anything is written: one bad row, and nothing is. */
async function checkFiles(sources: Source[]): Promise<number> {
  const faults: string[] = [];
  let faultCount = 0;
  let rows = 0;
  for (const source of sources) {
    for await (const row of readCsv(source.path, source.kind)) {
      if (row.fault === undefined) rows++;
      else if (++faultCount <= FAULTS_SHOWN) faults.push(describeFault(source.path, row));
    }
  }
  if (faultCount > 0) {
    const more = faultCount > FAULTS_SHOWN ? `\n... and ${faultCount - FAULTS_SHOWN} more` : "";
    fail(`${faultCount} bad rows, nothing was written\n${faults.join("\n")}${more}`);
  }
  return rows;
}

async function* readCounts(sources: Source[]): AsyncGenerator<Count> {
  if (sources.length === 0) yield* demoCatalogue();
  for (const { path, kind } of sources) {
    for await (const { count } of readCsv(path, kind)) {
      if (count) yield count;
    }
  }
}

async function* tally(counts: AsyncIterable<Count>, summary: Summary): AsyncGenerator<Count> {
  for await (const count of counts) {
    summary.add(count);
    yield count;
  }
}

const sources = readArguments();
const startedAt = performance.now();
try {
  for (const { path } of sources) await Deno.stat(path);
  const total = sources.length > 0 ? await checkFiles(sources) : [...demoCatalogue()].length;
  const config = readConfig(Deno.env.get);
  const { store, place, close } = await openConfiguredStore(config, makeTaskLog("seed"), {
    loadDemo: false,
  });
  const bar = new SingleBar({
    format: "seeding [{bar}] {percentage}% {value}/{total} rows, {eta} s left",
    noTTYOutput: true,
    notTTYSchedule: 2000,
  });
  const summary = new Summary();
  bar.start(total, 0);
  await countAll(store, tally(readCounts(sources), summary), {
    onProgress: (applied) => bar.update(applied),
    onRepeat: tellOnce((reason) => console.error(`\nwaiting for the store: ${reason}`)),
  });
  bar.stop();
  await close();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `${summary.skus.size} SKUs, ${summary.storeEntries} store entries in ${seconds} s into ${place}`,
  );
} catch (error) {
  fail((error as Error).message);
}
