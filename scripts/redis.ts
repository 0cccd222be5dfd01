// Makes sure that there is a redis-server to embed: finds one, or installs Debian's where that needs no
// question (root, or a sudo without a password). Runs before the service, so that the service itself need
// not be allowed to install anything. Does nothing where REDIS_URL names a Redis.
import { findRedisServer, HOW_TO_GET_REDIS, outputOf } from "../src/redis/embedded/binary.ts";

if (!Deno.env.get("REDIS_URL") && !await findRedisServer() && !await installRedisServer()) {
  console.error(`inventory-agent: ${HOW_TO_GET_REDIS}`);
  Deno.exit(1);
}

async function installRedisServer(): Promise<boolean> {
  if (await outputOf("apt-get", ["--version"]) === undefined) return false;
  const isRoot = Deno.uid() === 0;
  if (!isRoot && await outputOf("sudo", ["-n", "true"]) === undefined) return false;
  const aptGet = async (...args: string[]) =>
    await (isRoot
      ? outputOf("apt-get", args, { DEBIAN_FRONTEND: "noninteractive" })
      : outputOf("sudo", ["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args])) !==
      undefined;
  const install = () => aptGet("install", "-y", "--no-install-recommends", "redis-server");
  console.log(
    "No Redis 7.0 or newer here: installing Debian's package redis-server with apt-get ...",
  );
  if (await install()) return true;
  console.log("That failed; fetching the list of packages first (apt-get update) ...");
  return await aptGet("update") && await install();
}
