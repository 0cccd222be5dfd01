// The blocks of the README that say that a test runs them.

const text = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

/** The block behind this remark, with the address of a service under test in place of the usual one. */
export function readmeBlock(remark: string, url: string): string {
  const [, behind] = text.split(`<!-- ${remark} -->`);
  const block = behind?.match(/^\n+```\w+\n([\s\S]+?)```/)?.[1];
  if (!block) throw new Error(`the README has no block behind "${remark}"`);
  return block.replaceAll("http://localhost:8001", url);
}
