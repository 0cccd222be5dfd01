// Posts notices of incidents to where the operator wants them, signed as Standard Webhooks has it.
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { Notice } from "./incidents.ts";

export interface Webhook {
  url: string;
  /** `whsec_` and base64, as the standard has it, or any text. */
  secret: string;
  /** Which store the posts are about, so that those of several processes can be put together. */
  store: string;
}

const POST_TIMEOUT_MS = 5000;
const PAUSES_MS = [1000, 5000, 30_000];

/** Posts notices one after the other, each until it is taken or has failed four times. */
export function postTo(webhook: Webhook, log: Log, pausesMs = PAUSES_MS): (notice: Notice) => void {
  let last = Promise.resolve();
  return (notice) => {
    last = last.then(async () => {
      for (const pauseMs of [...pausesMs, undefined]) {
        const fault = await post(webhook, notice);
        if (fault === undefined) return;
        if (pauseMs !== undefined) await sleep(pauseMs, undefined, { ref: false });
        else log.error("alert not delivered", { incident_id: notice.incident_id, reason: fault });
      }
    });
  };
}

/** One attempt. Answers why it failed, if it did. */
async function post({ url, secret, store }: Webhook, notice: Notice): Promise<string | undefined> {
  const id = `${notice.incident_id}-${notice.status}`;
  const timestamp = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({ ...notice, store });
  const signature = createHmac("sha256", signingKey(secret)).update(`${id}.${timestamp}.${body}`)
    .digest("base64");
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": `v1,${signature}`,
      },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `answered ${response.status}`;
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    // What is behind the host often is a secret, and this goes into the log.
    return reason.replaceAll(new URL(url).href, new URL(url).origin);
  }
}

/** The libraries of Standard Webhooks read what follows `whsec_` as base64, so that is what it is here. */
function signingKey(secret: string): Uint8Array {
  return secret.startsWith("whsec_")
    ? Buffer.from(secret.slice("whsec_".length), "base64")
    : Buffer.from(secret);
}
