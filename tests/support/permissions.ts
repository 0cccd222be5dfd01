// What the processes that tests start really touch, by Deno's permission audit, and what their tasks grant.
// Deno writes down net, env, read and write, refused or not; what is run it does not write down.
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the audits are put, a file a process: Deno begins its file anew in each. */
export const AUDIT_DIR_VARIABLE = "PERMISSION_AUDIT_DIR";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const { tasks, permissions } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));

/** What prom-client asks for and does without: the service tells its memory itself. */
const REFUSED_ON_PURPOSE = [
  "read /proc/self/limits",
  "read /proc/self/fd",
  "read /proc/self/status",
];

interface Started {
  task: string;
  dataDir: string;
}

/** Variables that have a process audited, for the process of `task`. */
export function auditVariables(task: string, env: Record<string, string>): Record<string, string> {
  const dir = env[AUDIT_DIR_VARIABLE] ?? Deno.env.get(AUDIT_DIR_VARIABLE);
  if (!dir) return {};
  const path = join(dir, crypto.randomUUID());
  const started: Started = { task, dataDir: env.DATA_DIR ?? join(ROOT, ".data") };
  Deno.writeTextFileSync(`${path}.json`, JSON.stringify(started));
  return { DENO_AUDIT_PERMISSIONS: `${path}.jsonl` };
}

interface Touched {
  permission: string;
  value: string;
}

export interface Audit {
  /** What was touched, each once, in words that are the same in every run. */
  used: string[];
  /** What the task's flags do not allow, and so was refused. */
  refused: string[];
  processes: number;
}

/** What all audited processes of each task have touched. */
export async function readAudits(dir: string): Promise<Map<string, Audit>> {
  const audits = new Map<string, Audit>();
  for await (const { name } of Deno.readDir(dir)) {
    if (!name.endsWith(".json")) continue;
    const started: Started = JSON.parse(await Deno.readTextFile(join(dir, name)));
    const text = await Deno.readTextFile(join(dir, name + "l")).catch(() => "");
    const lines = text.split("\n").filter((line) => line.endsWith("}")); // a killed process leaves half a line
    const audit = audits.get(started.task) ?? { used: [], refused: [], processes: 0 };
    audits.set(started.task, audit);
    audit.processes++;
    const records: Touched[] = lines.map((line) => JSON.parse(line));
    for (const record of records) {
      if (isEchoOfRead(started, record, records)) continue;
      const words = inGeneral(record, started.dataDir);
      const list = isGranted(started, record) ? audit.used : audit.refused;
      if (!list.includes(words) && !REFUSED_ON_PURPOSE.includes(words)) list.push(words);
    }
  }
  for (const audit of audits.values()) {
    audit.used.sort();
    audit.refused.sort();
  }
  return audits;
}

/** Where a task may read everything, Deno writes down each read as a write too, which it does not ask for. */
function isEchoOfRead({ task }: Started, record: Touched, records: Touched[]): boolean {
  return record.permission === "write" && /--allow-read /.test(tasks[task].command) &&
    records.some(({ permission, value }) => permission === "read" && value === record.value);
}

function isGranted({ task, dataDir }: Started, { permission, value }: Touched): boolean {
  const granted = grantedTo(task, permission);
  if (typeof granted === "boolean") return granted;
  if (permission === "env") return granted.includes(value);
  const path = resolve(dataDir, value); // in a deep folder the socket's path is relative to it
  return granted.map((each: string) => each === "$DATA" ? dataDir : resolve(ROOT, each))
    .some((folder: string) => `${path}/`.startsWith(`${folder}/`));
}

/** What the flags of a task and its permission set allow of one kind: all of it, none, or these. */
function grantedTo(task: string, permission: string): boolean | string[] {
  const { command } = tasks[task];
  const flag = command.match(new RegExp(`--allow-${permission}(=\\S+)?(?= )`));
  if (flag) return flag[1] === undefined || flag[1].slice(1).split(",");
  const set = command.match(/ -P=(\w+) /)?.[1];
  return permissions[set ?? ""]?.[permission] ?? false;
}

/** Without what differs from run to run: folders, ports, times. */
function inGeneral({ permission, value }: Touched, dataDir: string): string {
  return `${permission} ` + value.replaceAll(dataDir, "$DATA").replace(ROOT, "./")
    .replace(/\/tmp\/[\w-]+/, "$TMP")
    .replace(/:\d+\/?$/, ":PORT").replace(/aof\.\d+/, "aof.N").replaceAll(
      /\d{4}-\d\d-[\dTZ-]+/g,
      "TIME",
    );
}
