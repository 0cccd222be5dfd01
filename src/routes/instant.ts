let lastMs = NaN;
let lastText = "";

/**
 * An instant as the contract writes it: RFC 3339, UTC, milliseconds. Holds that begin together often end
 * together: it is worded once.
 */
export function instant(ms: number): string {
  if (ms !== lastMs) [lastMs, lastText] = [ms, new Date(ms).toISOString()];
  return lastText;
}
