// Reads counts out of CSV files (RFC 4180; BOM, CRLF and quoted fields accepted), a row at a time.
import { type Info, parse } from "csv-parse";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { MAX_ON_HAND, Sku, StoreId } from "../contract/fields.ts";
import type { Count } from "../store/inventory.ts";

export type CsvKind = "products" | "stores";

/** One row of a file: what it counts, or what is wrong with it; and how far into the file it ends. */
export interface CsvRow {
  line: number;
  bytesRead: number;
  count?: Count;
  fault?: string;
}

const DEFAULT_ONLINE_UNITS = "500";

/**
 * Reads a file of counts. `products` has a `sku` column among any others, and units online in
 * `online_stock` or `qty` (500 where there is neither column); `stores` has `sku,store_id,qty`.
 * A header that will not do is a fault of line 1 and ends the file.
 */
export async function* readCsv(path: string, kind: CsvKind): AsyncGenerator<CsvRow> {
  const unreadable: CsvRow[] = [];
  const parser = parse({
    bom: true,
    info: true,
    trim: true,
    relax_column_count: true, // told below, with the row's line
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: 65_536,
    on_skip: (error) => {
      if (error) {
        unreadable.push({ line: error.lines as number, bytesRead: 0, fault: error.message });
      }
    },
  });
  const file = createReadStream(path);
  file.on("error", (error) => parser.destroy(error));
  file.pipe(parser);
  try {
    let columns: string[] | undefined;
    const seen = new Set<string>();
    for await (
      const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>
    ) {
      yield* unreadable.splice(0);
      const row = { line: info.lines, bytesRead: info.bytes };
      if (columns) {
        yield { ...row, ...readRecord(record, columns, kind, seen) };
      } else {
        columns = record;
        const fault = headerFault(columns, kind);
        if (fault) return yield { ...row, fault };
      }
    }
    yield* unreadable;
    if (!columns) yield { line: 1, bytesRead: 0, fault: "the file is empty" };
  } finally {
    file.destroy();
  }
}

/** A bad row the way people are told of it: file, line, reason. */
export function describeFault(path: string, row: CsvRow): string {
  return `${basename(path)}, line ${row.line}: ${row.fault}`;
}

function headerFault(columns: string[], kind: CsvKind): string | undefined {
  const needed = kind === "products" ? ["sku"] : ["sku", "store_id", "qty"];
  const missing = needed.filter((column) => !columns.includes(column));
  if (missing.length > 0) return `the header has no column ${missing.join(", ")}`;
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) return `the header names column "${twice}" twice`;
}

function readRecord(
  record: string[],
  columns: string[],
  kind: CsvKind,
  seen: Set<string>,
): Pick<CsvRow, "count" | "fault"> {
  if (record.length !== columns.length) {
    return { fault: `has ${record.length} fields where the header has ${columns.length}` };
  }
  const field = (name: string): string | undefined => record[columns.indexOf(name)];
  const sku = field("sku")!;
  if (!Sku.safeParse(sku).success) {
    return { fault: `sku "${sku}" must be 1 to 64 characters out of A-Z a-z 0-9 . _ ~ -` };
  }
  const storeId = field("store_id")!;
  if (kind === "stores" && !StoreId.safeParse(storeId).success) {
    return { fault: `store_id "${storeId}" must be 1 to 64 characters out of A-Z a-z 0-9 _ -` };
  }
  const quantity = (kind === "products" ? field("online_stock") : undefined) ?? field("qty") ??
    DEFAULT_ONLINE_UNITS;
  if (!/^\d{1,10}$/.test(quantity) || Number(quantity) > MAX_ON_HAND) {
    return { fault: `quantity "${quantity}" must be a whole number from 0 to ${MAX_ON_HAND}` };
  }
  const location = kind === "stores" ? `store:${storeId}` : "online";
  const name = `${sku} ${location}`;
  if (seen.has(name)) {
    return {
      fault: kind === "stores" ? `${sku} at ${storeId} is there twice` : `${sku} is there twice`,
    };
  }
  seen.add(name);
  return { count: { sku, onHand: [[location, Number(quantity)]] } };
}
