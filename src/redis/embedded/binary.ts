// Which server program to run as the embedded Redis.

const CANDIDATES = ["redis-server", "valkey-server"];
const OLDEST_SUPPORTED = 7;

/** The name of a server program on this machine that is new enough, or undefined. */
export async function findRedisServer(): Promise<string | undefined> {
  for (const name of CANDIDATES) {
    const version = await outputOf(name, ["--version"]);
    const major = Number(version?.match(/\bv=(\d+)\./)?.[1]);
    if (major >= OLDEST_SUPPORTED) return name;
  }
}

export const HOW_TO_GET_REDIS =
  "no redis-server or valkey-server 7.0 or newer was found: install one " +
  "(Debian, Ubuntu: `sudo apt-get install redis-server`; macOS: `brew install redis`), " +
  "or set REDIS_URL to a Redis that runs elsewhere";

/** A program's standard output, or undefined where it is missing, forbidden or fails. */
export async function outputOf(
  program: string,
  args: string[],
  env?: Record<string, string>,
): Promise<string | undefined> {
  try {
    const command = new Deno.Command(program, {
      args,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}
