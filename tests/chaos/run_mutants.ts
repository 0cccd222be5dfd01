// deno task mutants: plants each bug in a copy of the tree and runs the tests there until some of them fail.
import { type Mutant, MUTANTS } from "./mutants.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** The quick ones first; a bug that they catch is not tried on the slow ones. */
const SUITES = [
  ["tests/unit/batch_queue_test.ts", ...await filesOf("tests/store", "cluster_test.ts")],
  ["tests/api"],
  [
    "tests/e2e/embedded_test.ts",
    "tests/e2e/disk_sync_test.ts",
    "tests/e2e/deadline_test.ts",
    "tests/e2e/chaos_test.ts",
    "tests/e2e/histories_test.ts",
  ],
  ["tests/cluster"],
];
const SUITE_TIMEOUT_MS = 120_000;

const wanted = Deno.args.filter((arg) => arg !== "--");
const mutants = MUTANTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
// What fails without a bug, on a machine too busy for its bars of time, catches none.
const unsteady = new Set<string>();
for (const suite of SUITES) {
  for (const test of await failingTests(ROOT, suite, "all")) unsteady.add(test);
}
console.log(`these fail without a bug: ${[...unsteady].join("; ") || "none"}`);
const rows: Record<string, { "caught by": string; tests: string }> = {};
let missed = 0;
for (const mutant of mutants) {
  const caught = await tryMutant(mutant);
  if (!caught) missed++;
  rows[mutant.name] = caught
    ? { "caught by": caught.suite, tests: shorten(caught.tests) }
    : { "caught by": "NOBODY", tests: "" };
  console.log(`${mutant.name}: ${rows[mutant.name]["caught by"]}`);
}
console.table(rows);
console.log(`${mutants.length} bugs planted, ${missed} not caught`);
Deno.exit(missed > 0 ? 1 : 0);

async function tryMutant(mutant: Mutant): Promise<{ suite: string; tests: string[] } | undefined> {
  const copy = await Deno.makeTempDir({ prefix: "ia-mutant-" });
  try {
    for (
      const path of [
        "src",
        "lua",
        "tests",
        "openapi",
        "scripts",
        "docs",
        "README.md",
        "deno.json",
        "deno.lock",
      ]
    ) {
      await copyTree(`${ROOT}${path}`, `${copy}/${path}`);
    }
    const file = `${copy}/${mutant.file}`;
    const text = await Deno.readTextFile(file);
    if (text.split(mutant.find).length !== 2) {
      throw new Error(`${mutant.name}: ${mutant.file} does not hold its text exactly once`);
    }
    await Deno.writeTextFile(file, text.replace(mutant.find, () => mutant.replace));
    for (const suite of mutant.caughtBy ? [mutant.caughtBy] : SUITES) {
      let tests = await failingTests(copy, suite, "first");
      if (tests.some((test) => unsteady.has(test))) {
        tests = (await failingTests(copy, suite, "all")).filter((test) => !unsteady.has(test));
      }
      if (tests.length > 0) {
        return { suite: folderOf(suite), tests };
      }
    }
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

/** The names of the tests that fail; a run that does not end counts as one. */
async function failingTests(
  root: string,
  suite: string[],
  which: "first" | "all",
): Promise<string[]> {
  const stop = which === "first" ? ["--fail-fast"] : [];
  const flags = ["--quiet", ...stop, "--no-check", "--frozen", "--parallel", "--allow-all"];
  const run = new Deno.Command(Deno.execPath(), {
    args: ["test", ...flags, ...suite],
    cwd: root,
    detached: true, // a group of its own, so that what it started ends with it
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    Deno.kill(-run.pid, "SIGKILL");
  }, SUITE_TIMEOUT_MS);
  const { success, stdout } = await run.output();
  clearTimeout(late);
  if (success) return [];
  const text = new TextDecoder().decode(stdout);
  const names = [...text.matchAll(/^(?:\S+ => )?(.+?) \.\.\. (?:.*)FAILED/gm)].map(([, name]) =>
    name
  );
  return names.length > 0 ? names : [
    isLate
      ? "(does not end)"
      : /uncaught error/i.test(text)
      ? "(uncaught error)"
      : "(does not run)",
  ];
}

/** The tests of a folder, but for those that take long and that no bug of the list is for. */
async function filesOf(folder: string, slow: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${ROOT}${folder}`));
  return entries.filter(({ name }) => name !== slow).map(({ name }) => `${folder}/${name}`);
}

function folderOf(suite: string[]): string {
  return suite.length === 1 ? suite[0] : suite.at(-1)!.split("/").slice(0, 2).join("/");
}

async function copyTree(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await copyTree(`${from}/${name}`, `${to}/${name}`);
  }
}

function shorten(tests: string[]): string {
  const [first] = tests;
  const shown = first.length > 60 ? `${first.slice(0, 57)}...` : first;
  return tests.length > 1 ? `${shown} and ${tests.length - 1} more` : shown;
}
