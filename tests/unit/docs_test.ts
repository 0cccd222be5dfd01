// What the README and the pages say to each other: no link leads nowhere, and a newcomer can finish the README.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { marked, type Token } from "marked";
import { anchorOf, renderMarkdown } from "../../src/routes/markdown.ts";
import { PAGES } from "../support/readme.ts";

const ROOT = new URL("../../", import.meta.url);
const DOORS = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  marked.walkTokens(marked.lexer(text), (token) => void tokens.push(token));
  return tokens;
}

const texts = new Map(PAGES);
for (const path of DOORS) texts.set(path, await Deno.readTextFile(new URL(path, ROOT)));

Deno.test("every relative link and every anchor leads somewhere", () => {
  let links = 0;
  for (const [path, text] of texts) {
    for (const token of tokensOf(text)) {
      if (token.type !== "link" && token.type !== "image") continue;
      if (/^https?:/.test(token.href)) continue;
      const { pathname, hash } = new URL(token.href, new URL(path, ROOT));
      assert(existsSync(pathname), `${path} links to ${token.href}`);
      links++;
      if (!hash) continue;
      const headings = tokensOf(texts.get(pathname.replace(ROOT.pathname, ""))!)
        .filter(({ type }) => type === "heading")
        .map((heading) => `#${anchorOf((heading as { text: string }).text)}`);
      assert(headings.includes(hash), `${path} links to ${token.href}, of ${headings.join()}`);
    }
  }
  assert(links > 20, "the walk found the links");
});

Deno.test("the README links to every page, and has at most 220 lines", () => {
  const readme = texts.get("README.md")!;
  assert(readme.trimEnd().split("\n").length <= 220);
  for (const path of [...texts.keys()].filter((path) => path !== "README.md")) {
    assert(readme.includes(`](${path})`), `the README does not link to ${path}`);
  }
});

Deno.test("HTML in Markdown is shown, not obeyed; comments are left out", () => {
  const text = `# A <b>\n\n<!-- a remark -->\n\n<script>alert("1")</script>\n\n` +
    `a <img src=x onerror=alert(1)> \`<i>\`\n\n<!-- --><script>2</script><!-- -->\n\n` +
    "```\n<u>\n```\n\n| <s> |\n| --- |\n| <em> |\n";
  const html = renderMarkdown(text, () => undefined);
  assert.doesNotMatch(html, /<(script|img|b|i|u|s|em)\b/);
  assert.doesNotMatch(html, /remark/);
  assert.match(html, /&lt;script&gt;alert\(&quot;1&quot;\)/);
});

Deno.test("a link leads where it is said to lead, or is its text", () => {
  const linkTo = (href: string) => href.startsWith("a") ? `/x?"&${href}` : undefined;
  const html = renderMarkdown("[one *b*](a.md) [two](javascript:alert(1))", linkTo);
  assert.equal(html, '<p><a href="/x?&quot;&amp;a.md">one <em>b</em></a> two</p>\n');
});
