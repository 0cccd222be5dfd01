// Cursors: where a list goes on. Opaque to callers, so that they can hold a position in each partition later.

/** A position as callers get it. */
export function encodeCursor(position: (string | number)[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(position));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The position, or undefined for what `encodeCursor` did not make of values of these types. */
export function decodeCursor(
  cursor: string,
  types: ("string" | "number")[],
): (string | number)[] | undefined {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    const position = JSON.parse(new TextDecoder().decode(bytes));
    const fits = Array.isArray(position) && position.length === types.length &&
      types.every((type, i) => typeof position[i] === type);
    return fits ? position : undefined;
  } catch {
    return undefined;
  }
}
