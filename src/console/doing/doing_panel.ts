// The form of commands: the request as a curl line, and the answer in full.
import { may } from "../access/access.ts";
import { access, curlLine } from "../api.ts";
import {
  cancel,
  chooseCommand,
  type Command,
  COMMANDS,
  copy,
  doing,
  request,
  setValue,
  submit,
  valueOf,
} from "./doing.ts";
import { html, type VNode } from "../html.ts";
import { withCode } from "../parts.ts";

type Field = (typeof COMMANDS)[Command]["fields"][number];

export function DoingPanel(): VNode {
  const { command, isAsking, isSending, copied } = doing;
  const { does, fields, scope, warning } = COMMANDS[command];
  const { path, body } = request();
  const line = curlLine("POST", path, body);
  const onSubmit = (event: Event) => {
    event.preventDefault();
    submit();
  };
  return html`
    <section class="panel doing" id="doing" aria-labelledby="doing-title">
      <header>
        <h2 id="doing-title">Do it yourself</h2>
        <div class="tabs" role="group" aria-label="Command">
          ${(Object.keys(COMMANDS) as Command[]).map((each) =>
            html`
              <button type="button" aria-pressed=${each === command}
                onClick=${() => chooseCommand(each)}>${each}${!may(COMMANDS[each].scope) &&
                  html`<small> · not allowed</small>`}</button>
            `
          )}
        </div>
      </header>
      <form onSubmit=${onSubmit}>
        <p class="hint">${does}</p>
        <div class="fields">${(fields as Field[]).map((field) =>
          html`<${Input} key=${command + field.name} field=${field} />`
        )}</div>
        <div class="curl">
          <code id="curl" tabindex="0" aria-label="The request as a curl line">${line}</code>
          <button type="button" class="small" onClick=${() => copy(line)}>
            ${copied === "yes" ? "Copied" : copied === "no" ? "Select it" : "Copy"}</button>
        </div>
        <div class="send">
          ${!may(scope)
            ? html`
              <p
                class="refusal"><b>${access.key
                  ? "This key"
                  : "Without a key you"} may not ${command}.</b> It takes one with <code>${scope}</code>; the line above shows how it would be sent.</p>
            `
            : isAsking
            ? html`
              <span role="alert">${warning} Sure?</span>
              <button type="submit" class="danger">Yes, ${command}</button>
              <button type="button" onClick=${cancel}>No</button>
            `
            : html`<button type="submit" class="primary" disabled=${isSending}>
                ${isSending ? "Sending…" : `Send ${command}`}</button>`}
        </div>
      </form>
      <${AnswerShown} />
    </section>
  `;
}

function Input({ field }: { field: Field }): VNode {
  const onInput = (event: Event) => setValue(field, (event.target as HTMLInputElement).value);
  const optional = "isOptional" in field && field.isOptional;
  return html`
    <label class=${field.name}>
      <span>${field.label}${optional && html`<small> optional</small>`}</span>
      ${field.type === "choice"
        ? html`<select name=${field.name} onChange=${onInput}>
            ${
          field.choices!.map((each) =>
            html`<option selected=${each === valueOf(field)}>${each}</option>`
          )
        }
          </select>`
        : html`
          <input name=${field.name} value=${valueOf(field)} onInput=${onInput} autocomplete="off"
            spellcheck=${false} inputmode=${field.type === "number" ? "numeric" : "text"} />
        `}
    </label>
  `;
}

function AnswerShown(): VNode {
  const { answer } = doing;
  if (!answer) {
    return html`<p class="hint answer" role="status">The answer will be shown here, in full.</p>`;
  }
  const { status, body, text, ok, tookMs } = answer;
  return html`
    <div class=${`answer ${ok ? "ok" : "not-ok"}`} role="status">
      <p class="outcome">
        <b>${ok ? "✓" : "✕"} ${status || "no answer"}</b>
        ${!ok && html`<b>${body?.title}</b>`}
        ${!ok && body?.code && html`<code>${body.code}</code>`}
        <small>in ${tookMs.toFixed(0)} ms</small>
      </p>
      ${!ok && html`<p>${withCode(body?.detail ?? "")}</p>`}
      ${body?.type?.startsWith("/problems/") &&
        html`<p><a href=${body.type}>What ${body.code} means</a></p>`}
      <pre tabindex="0" aria-label="The answer">${body === undefined
        ? text
        : JSON.stringify(body, null, 2)}</pre>
    </div>
  `;
}
