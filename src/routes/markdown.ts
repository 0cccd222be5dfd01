// Markdown of ours as HTML: headings that can be linked to as on GitHub, and no HTML but what is made here.
import { Marked } from "marked";

/** `linkTo` says where a link leads, or undefined if it should be its text alone. */
export function renderMarkdown(text: string, linkTo: (href: string) => string | undefined): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        const title = this.parser.parseInline(tokens);
        return `<h${depth} id="${anchorOf(text)}">${title}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const shown = this.parser.parseInline(tokens);
        const target = linkTo(href);
        return target === undefined ? shown : `<a href="${escape(target)}">${shown}</a>`;
      },
      image: ({ text }) => escape(text),
      html: ({ text }) => /^<!--[^]*?-->\s*$/.test(text) ? "" : escape(text),
      table(token) {
        // Wider than a phone: it scrolls by itself, by keyboard too, and the page does not.
        const cells = (row: typeof token.header, tag: string) =>
          row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("");
        const rows = token.rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
        return `<div class="table" tabindex="0"><table><thead><tr>${cells(token.header, "th")}` +
          `</tr></thead><tbody>\n${rows}\n</tbody></table></div>\n`;
      },
      code: ({ text }) => `<pre tabindex="0"><code>${escape(text)}</code></pre>\n`,
    },
  });
  return marked.parse(text, { async: false });
}

/** The anchor of a heading, as GitHub makes it. */
export function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]);
}
