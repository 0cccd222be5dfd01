// Reads counts out of CSV files (RFC 4180; BOM, CRLF and quoted fields accepted), a row at a time.
import { parse } from "csv-parse";
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
 * A wrong header is a fault of line 1 and ends the file.
 */
export async function* readCsv(path: string, kind: CsvKind): AsyncGenerator<CsvRow> {
  const skipped: CsvRow[] = [];
  const parser = parse({
    bom: true,
    columns: (header: string[]) => checkHeader(header, kind),
    info: true,
    trim: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: 65_536,
    on_skip: (error) => {
      if (error) {
        skipped.push({ line: error.lines as number, bytesRead: 0, fault: plainFault(error) });
      }
    },
  });
  const file = createReadStream(path);
  file.on("error", (error) => parser.destroy(error));
  file.pipe(parser);
  try {
    const seen = new Set<string>();
    for await (const { record, info } of parser) {
      yield* skipped.splice(0);
      yield { line: info.lines, bytesRead: info.bytes, ...readRecord(record, kind, seen) };
    }
    yield* skipped;
  } catch (error) {
    if (!(error instanceof HeaderFault)) throw error;
    yield { line: 1, bytesRead: 0, fault: error.message };
  } finally {
    file.destroy();
  }
}

/** The rows of a file as `file, line, reason`, the way people are told of them. */
export function describeFault(path: string, row: CsvRow): string {
  return `${basename(path)}, line ${row.line}: ${row.fault}`;
}

class HeaderFault extends Error {}

function checkHeader(header: string[], kind: CsvKind): string[] {
  const needed = kind === "products" ? ["sku"] : ["sku", "store_id", "qty"];
  const missing = needed.filter((column) => !header.includes(column));
  if (missing.length > 0) throw new HeaderFault(`the header has no column ${missing.join(", ")}`);
  const twice = header.find((column, index) => header.indexOf(column) !== index);
  if (twice !== undefined) throw new HeaderFault(`the header names column "${twice}" twice`);
  return header;
}

function readRecord(
  record: Record<string, string>,
  kind: CsvKind,
  seen: Set<string>,
): Pick<CsvRow, "count" | "fault"> {
  const { sku } = record;
  if (!Sku.safeParse(sku).success) {
    return { fault: `sku "${sku}" must be 1 to 64 characters out of A-Z a-z 0-9 . _ ~ -` };
  }
  if (kind === "stores" && !StoreId.safeParse(record.store_id).success) {
    return {
      fault: `store_id "${record.store_id}" must be 1 to 64 characters out of A-Z a-z 0-9 _ -`,
    };
  }
  const quantity = kind === "stores"
    ? record.qty
    : record.online_stock ?? record.qty ?? DEFAULT_ONLINE_UNITS;
  if (!/^\d{1,10}$/.test(quantity) || Number(quantity) > MAX_ON_HAND) {
    return { fault: `quantity "${quantity}" must be a whole number from 0 to ${MAX_ON_HAND}` };
  }
  const location = kind === "stores" ? `store:${record.store_id}` : "online";
  const name = `${sku} ${location}`;
  if (seen.has(name)) {
    return {
      fault: kind === "stores"
        ? `${sku} at ${record.store_id} is there twice`
        : `${sku} is there twice`,
    };
  }
  seen.add(name);
  return { count: { sku, onHand: [[location, Number(quantity)]] } };
}

function plainFault(error: Error & { code?: string }): string {
  return error.code === "CSV_RECORD_INCONSISTENT_COLUMNS"
    ? "has not as many fields as the header"
    : error.message;
}
