// Other programs that a test runs where the machine has them.

/** Whether this command line works here; says once what is skipped where it does not. */
export async function isMissing(
  what: string,
  program: string,
  ...args: string[]
): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, { args, stdout: "null", stderr: "null" })
      .output();
    if (success) return false;
  } catch { /* not there */ }
  console.warn(`${what} is not tested: \`${[program, ...args].join(" ")}\` does not work here`);
  return true;
}

/** Runs a program to its end, which must be a good one; answers what it printed. */
export async function run(
  program: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, ...options }).output();
  const [printed, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (code !== 0) {
    throw new Error(`${program} ${args[0]} ended with ${code}: ${complaint}${printed}`);
  }
  return printed;
}
