// Structured log: one JSON object a line on standard output.
import { setImmediate } from "node:timers";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type LogFields = Record<string, unknown>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Makes a log that writes lines of `level` and above. Errors among the fields are written with their stack. */
export function makeLog(level: LogLevel, write: (line: string) => void = writeSoon): Log {
  const threshold = LOG_LEVELS.indexOf(level);
  const writer = (name: Exclude<LogLevel, "silent">) => {
    if (LOG_LEVELS.indexOf(name) < threshold) return () => {};
    return (message: string, fields: LogFields = {}) =>
      write(
        JSON.stringify({ time: nowAsText(), level: name, message, ...shown(fields) }),
      );
  };
  return {
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
  };
}

/** For a person who runs a task: what is wrong, and what is waited for, each in a line on standard error. */
export function makeTaskLog(task: string): Log {
  const tell = (message: string, { reason, warning }: LogFields = {}) =>
    console.error(
      [task, message, reason ?? warning].filter((word) => word !== undefined).join(": "),
    );
  return { ...makeLog("silent"), warn: tell, error: tell };
}

let pending = "";

/** Lines of one turn of the event loop go out together: a write for each would be a system call a request. */
function writeSoon(line: string): void {
  if (pending === "") setImmediate(writePending);
  pending += line + "\n";
}

/** Writes what is waiting. To be called before the process ends. */
export function writePending(): void {
  const bytes = new TextEncoder().encode(pending);
  pending = "";
  try {
    for (let written = 0; written < bytes.length;) {
      written += Deno.stdout.writeSync(bytes.subarray(written));
    }
  } catch {
    // Nobody reads the log any more; that is no reason to stop serving.
  }
}

let textMs = 0;
let text = "";

/** Many lines are of the same millisecond, and putting it in words costs as much as all the rest of a line. */
function nowAsText(): string {
  const ms = Date.now();
  if (ms !== textMs) [textMs, text] = [ms, new Date(ms).toISOString()];
  return text;
}

/** Errors as text. Most lines have none, and then nothing is copied. */
function shown(fields: LogFields): LogFields {
  const values = Object.values(fields);
  if (!values.some((value) => value instanceof Error)) return fields;
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): unknown {
  return value instanceof Error
    ? (value.stack ?? String(value)) + (value.cause ? `\ncaused by ${value.cause}` : "")
    : value;
}
