// Where counts come from: the demo catalogue and CSV files.
import assert from "node:assert/strict";
import { type CsvKind, describeFault, readCsv } from "../../src/catalogue/csv.ts";
import { DEMO_SKUS, DEMO_STORE_ENTRIES, demoCatalogue } from "../../src/catalogue/demo.ts";

Deno.test("the demo catalogue: 902 SKUs, 4,511 store entries, the first as documented, always the same", () => {
  const catalogue = [...demoCatalogue()];
  assert.equal(catalogue.length, DEMO_SKUS);
  const stores = catalogue.flatMap(({ onHand }) =>
    onHand.filter(([location]) => location !== "online")
  );
  assert.equal(stores.length, DEMO_STORE_ENTRIES);
  assert.deepEqual(catalogue[0], {
    sku: "SKU000001",
    onHand: [
      ["online", 500],
      ["store:STORE_MUMBAI", 182],
      ["store:STORE_DELHI", 249],
      ["store:STORE_BANGALORE", 152],
      ["store:STORE_PUNE", 54],
    ],
  });
  assert.equal(catalogue.at(-1)!.sku, "SKU000902");
  for (const { sku, onHand } of catalogue) {
    assert.equal(
      new Set(onHand.map(([location]) => location)).size,
      onHand.length,
      `${sku} names a place twice`,
    );
  }
  assert.deepEqual([...demoCatalogue()], catalogue);
});

async function read(kind: CsvKind, text: string | Uint8Array): Promise<string[]> {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
    const rows = [];
    for await (const row of readCsv(path, kind)) {
      rows.push(
        row.count
          ? `${row.count.sku} ${row.count.onHand.join(" ")}`
          : describeFault("/some/where/f.csv", row),
      );
    }
    return rows;
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("products: a sku column among any others; qty, online_stock, or 500", async () => {
  assert.deepEqual(await read("products", "name,sku,qty\nShirt,A,5\n"), ["A online,5"]);
  assert.deepEqual(await read("products", "sku,online_stock\nA,0\nB,7\n"), [
    "A online,0",
    "B online,7",
  ]);
  assert.deepEqual(await read("products", "sku,name\nA,x\n"), ["A online,500"]);
});

Deno.test("stores: sku, store_id, qty, in any order", async () => {
  assert.deepEqual(await read("stores", "qty,store_id,sku\n5,S1,A\n6,S2,A\n"), [
    "A store:S1,5",
    "A store:S2,6",
  ]);
});

Deno.test("BOM, CRLF, quoted fields with separators and line breaks, blank lines, no final newline", async () => {
  const text = '\ufeffsku,name,qty\r\n"A","Shirt, ""blue""",5\r\n\r\nB,"two\r\nlines",6';
  assert.deepEqual(await read("products", text), ["A online,5", "B online,6"]);
});

Deno.test("each bad row is named by file, line and reason, and the others are still read", async () => {
  const rows = await read(
    "stores",
    'sku,store_id,qty\nA,S1,-1\nB,S1,1.5\nC,S1,\nD D,S1,1\nE,S 1,1\nF,S1,1\nF,S1,2\nG,S1\nH,S1,1e3\nI,S1,"1,000"\nJ,S1,7\n',
  );
  assert.deepEqual(rows, [
    'f.csv, line 2: quantity "-1" must be a whole number from 0 to 1000000000',
    'f.csv, line 3: quantity "1.5" must be a whole number from 0 to 1000000000',
    'f.csv, line 4: quantity "" must be a whole number from 0 to 1000000000',
    'f.csv, line 5: sku "D D" must be 1 to 64 characters out of A-Z a-z 0-9 . _ ~ -',
    'f.csv, line 6: store_id "S 1" must be 1 to 64 characters out of A-Z a-z 0-9 _ -',
    "F store:S1,1",
    "f.csv, line 8: F at S1 is there twice",
    "f.csv, line 9: has 2 fields where the header has 3",
    'f.csv, line 10: quantity "1e3" must be a whole number from 0 to 1000000000',
    'f.csv, line 11: quantity "1,000" must be a whole number from 0 to 1000000000',
    "J store:S1,7",
  ]);
});

Deno.test("a header that will not do is a fault of line 1", async () => {
  assert.deepEqual(await read("stores", "sku;store_id;qty\nA;S1;5\n"), [
    "f.csv, line 1: the header has no column sku, store_id, qty",
  ]);
  assert.deepEqual(await read("products", "sku,sku\nA,B\n"), [
    'f.csv, line 1: the header names column "sku" twice',
  ]);
  assert.deepEqual(await read("products", ""), ["f.csv, line 1: the file is empty"]);
});
