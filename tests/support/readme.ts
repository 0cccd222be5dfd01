// What the README and the pages of docs/ say, and their blocks that say that a test runs them.
import { readdirSync, readFileSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url);

/** The README and all pages by their path, as they stand. */
export const PAGES: ReadonlyMap<string, string> = new Map(
  ["README.md", ...readdirSync(new URL("docs", ROOT)).map((name) => `docs/${name}`)]
    .map((path) => [path, readFileSync(new URL(path, ROOT), "utf8")]),
);

/** The one block behind this remark, with the address of a service under test in place of the usual one. */
export function readmeBlock(remark: string, url: string): string {
  const places = [...PAGES.values()].flatMap((text) => text.split(`<!-- ${remark} -->`).slice(1));
  const block = places[0]?.match(/^\n+```\w+\n([\s\S]+?)```/)?.[1];
  if (places.length !== 1 || !block) {
    throw new Error(`${places.length} places say "${remark}", where one block should`);
  }
  return block.replaceAll("http://localhost:8001", url);
}
