// What a kill can leave at the end of Redis' append-only file, and must not stay there.
//
// Redis 7.0 cuts a file that ends in the middle of a command behind the last whole command, also where that is
// inside a transaction (aof.c, loadSingleAppendOnlyFile). The half transaction is not applied then, but it stays in
// the file, and at the next start it runs into the transaction written behind it: half a commit comes to life.

const MULTI = new TextEncoder().encode("*1\r\n$5\r\nMULTI\r\n");
const EXEC = new TextEncoder().encode("*1\r\n$4\r\nEXEC\r\n");
/** Longer than any commit: a batch is bounded. */
const TAIL_BYTES = 16 * 1024 * 1024;

/**
 * Cuts a transaction without an end off the append-only file of a data folder whose server is not running;
 * answers how many bytes. Nothing of it had been acknowledged. No value of ours can look like the words of the
 * protocol, since none can hold a line break.
 */
export async function dropHalfTransaction(dataDir: string): Promise<number> {
  const path = (await incrementalFiles(dataDir)).at(-1);
  if (path === undefined) return 0;
  using file = await Deno.open(path, { read: true, write: true });
  const { size } = await file.stat();
  const from = Math.max(0, size - TAIL_BYTES);
  await file.seek(from, Deno.SeekMode.Start);
  const tail = new Uint8Array(size - from);
  for (let read = 0; read < tail.length;) {
    read += await file.read(tail.subarray(read)) ?? tail.length;
  }
  const begins = lastIndexOf(tail, MULTI);
  if (begins === -1 || lastIndexOf(tail, EXEC) > begins) return 0;
  await file.truncate(from + begins);
  return tail.length - begins;
}

/** The files that commands are appended to, the last one now, as the manifest names them; none before the first. */
export async function incrementalFiles(dataDir: string): Promise<string[]> {
  const folder = `${dataDir}/appendonlydir`;
  try {
    const manifest = await Deno.readTextFile(`${folder}/appendonly.aof.manifest`);
    return [...manifest.matchAll(/^file (\S+) seq \d+ type i/gm)].map(([, name]) =>
      `${folder}/${name}`
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function lastIndexOf(bytes: Uint8Array, word: Uint8Array): number {
  for (
    let at = bytes.lastIndexOf(word[0]);
    at !== -1;
    at = at === 0 ? -1 : bytes.lastIndexOf(word[0], at - 1)
  ) {
    if (word.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
