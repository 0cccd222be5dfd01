// Asks for an API key where the service wants one.
import { access, setKey } from "../api.ts";
import { html, type VNode } from "../html.ts";

export function KeyPanel(): VNode | null {
  if (!access.isWanted) return null;
  const onSubmit = (event: Event) => {
    event.preventDefault();
    const input = (event.target as HTMLFormElement).elements.namedItem("key") as HTMLInputElement;
    setKey(input.value.trim());
  };
  return html`
    <form class="panel key" onSubmit=${onSubmit} aria-labelledby="key-title">
      <h2 id="key-title">${access.key
        ? "This key was not accepted"
        : "This service wants a key"}</h2>
      <p>Everything that it allows will be shown. It is kept for this tab alone and sent to this service only. Whoever runs the service makes keys with <code>deno task key</code>.</p>
      <label><span>API key</span>
        <input name="key" type="password" autocomplete="off" required /></label>
      <button type="submit" class="primary">Use this key</button>
    </form>
  `;
}
