// Programs in Lua that Redis keeps: how one is made known, and how it is called.
import { createHash } from "node:crypto";

/** A program in Lua, and how Redis is asked to run it. */
export interface Script {
  /** The command that runs it; the number of keys, the keys and the arguments follow. */
  run: [command: string, name: string];
  /** How Redis begins its answer when it does not know the program. */
  unknown: string;
  /** The command that makes it known. */
  load: string[];
  /** The command that asks whether it is known: then the answer is not empty. */
  find: string[];
}

/** A script that Redis keeps in memory, by its digest, until it restarts: it makes its functions anew in each call. */
export function makeScript(text: string): Script {
  const sha1 = createHash("sha1").update(text).digest("hex");
  return {
    run: ["EVALSHA", sha1],
    unknown: "NOSCRIPT",
    load: ["SCRIPT", "LOAD", text],
    find: ["SCRIPT", "EXISTS", sha1],
  };
}

/**
 * A function of a library that Redis keeps as it keeps data: made once, so that a call pays for its work alone.
 * Each text has a name of its own, so that services of two versions or settings do not meet.
 */
export function makeFunction(text: string, flags: string[]): Script {
  const name = `inventory_${createHash("sha1").update(text + flags).digest("hex").slice(0, 16)}`;
  const registration = `redis.register_function{
  function_name = '${name}',
  callback = function(_, args) return main(args) end,
  flags = { ${flags.map((flag) => `'${flag}'`).join(", ")} },
}`;
  return {
    run: ["FCALL", name],
    unknown: "ERR Function not found",
    load: ["FUNCTION", "LOAD", "REPLACE", `#!lua name=${name}\n${text}\n${registration}`],
    find: ["FUNCTION", "LIST", "LIBRARYNAME", name],
  };
}
