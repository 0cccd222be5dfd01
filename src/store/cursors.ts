// Cursors: where a list went on, as a string that means nothing to callers.

/** Wraps a position, which may be anything that JSON can hold. */
export function encodeCursor(position: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(position));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The position in a cursor, for the reader to check: callers can send anything. Undefined for no cursor. */
export function decodeCursor(cursor: string): unknown {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
