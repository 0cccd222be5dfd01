// How a program is run on a connection: by its name, told to Redis where it does not know it, and copied where asked.
import { ErrorReply } from "@redis/client";
import { StoreFault } from "./faults.ts";
import type { Script } from "./script.ts";

/** What is needed of a connection. */
interface Client {
  sendCommand(command: string[]): Promise<unknown>;
}

/** How many replicas must have what was written, and how long that may take. */
export interface Copies {
  replicas: number;
  withinMs: number;
}

export async function runOn(
  client: Client,
  script: Script,
  keys: string[],
  args: string[],
  copies?: Copies,
): Promise<unknown> {
  const command = [...script.run, String(keys.length), ...keys, ...args];
  try {
    return await sendWith(copies, client, command);
  } catch (error) {
    if (!isUnknown(error, script)) throw error;
    return await loadAndRun(client, script, command, copies);
  }
}

/** In one breath, so that nobody makes Redis forget the program in between. */
async function loadAndRun(
  client: Client,
  script: Script,
  command: string[],
  copies?: Copies,
): Promise<unknown> {
  const loading = client.sendCommand(script.load);
  const answer = sendWith(copies, client, command);
  const [loaded, answered] = await Promise.allSettled([loading, answer]);
  if (answered.status === "fulfilled") return answered.value;
  if (!isUnknown(answered.reason, script)) throw answered.reason;
  if (loaded.status === "rejected") throw loaded.reason;
  throw new StoreFault("store_unavailable", "Redis forgot a program as soon as it was told", {
    cause: answered.reason,
  });
}

function isUnknown(error: unknown, script: Script): boolean {
  return error instanceof ErrorReply && error.message.startsWith(script.unknown);
}

function sendWith(
  copies: Copies | undefined,
  client: Client,
  command: string[],
): Promise<unknown> {
  return copies ? sendCopied(copies, client, command) : client.sendCommand(command);
}

/**
 * WAIT asks about what its own connection wrote, so it has to travel right behind: sent later, it could meet a
 * new connection, which has written nothing and is told that all is well.
 */
async function sendCopied(copies: Copies, client: Client, command: string[]): Promise<unknown> {
  const answer = client.sendCommand(command);
  const { replicas, withinMs } = copies;
  const waited = client.sendCommand(["WAIT", String(replicas), String(Math.max(1, withinMs))]);
  const [replied, acknowledged] = await Promise.allSettled([answer, waited]);
  if (replied.status === "rejected") throw replied.reason;
  if (acknowledged.status === "fulfilled" && Number(acknowledged.value) >= replicas) {
    return replied.value;
  }
  const reason = acknowledged.status === "rejected"
    ? String(acknowledged.reason)
    : `${acknowledged.value} of ${replicas} replicas have it`;
  throw new StoreFault("outcome_unknown", `not known to be copied: ${reason}`);
}
