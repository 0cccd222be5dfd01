// @ts-check
// When to send a request again. A command carries an idempotency key that all its attempts share, so that
// it has one effect however many of them arrive. Only two things are repeated: an answer that says
// `retryable`, and an attempt that got no whole answer. Everything else is the caller's to decide.

const LONGEST_BACKOFF_MS = 5000;
const WITHOUT_BODY = [204, 205, 304];

/**
 * @param {import("./types.d.ts").RetryOptions} [options]
 * @returns {(request: Request) => Promise<Response>}
 */
export function retryingFetch(options = {}) {
  const { deadlineMs = 10_000, attemptMs = 5000, backoffMs = 100 } = options;
  const send = options.fetch ?? fetch;

  return async (request) => {
    const endsAt = performance.now() + deadlineMs;
    const attempt = await prepare(request);
    for (let repeats = 0;; repeats++) {
      const left = endsAt - performance.now();
      const outcome = await attempt(send, Math.min(attemptMs, left));
      // Jitter, so that clients that failed together do not return together.
      const backoff = Math.min(backoffMs * 2 ** repeats, LONGEST_BACKOFF_MS) * Math.random();
      const wait = outcome.retryAfterMs + backoff;
      if (!outcome.retryable || performance.now() + wait >= endsAt) {
        if ("error" in outcome) throw outcome.error;
        return outcome.response;
      }
      await pause(wait, request.signal);
    }
  };
}

/**
 * Takes what every attempt sends out of the request, whose own body can be read only once.
 * @param {Request} request
 */
async function prepare(request) {
  const { url, method, signal } = request;
  const headers = new Headers(request.headers);
  const hasKey = headers.has("idempotency-key") || headers.has("x-idempotency-key");
  if (method === "POST" && !hasKey) headers.set("idempotency-key", crypto.randomUUID());
  const body = request.body === null ? undefined : await request.arrayBuffer();

  /**
   * One attempt: an answer, or what stopped it.
   * @param {(url: string, init: RequestInit) => Promise<Response>} send
   * @param {number} timeoutMs
   */
  return async (send, timeoutMs) => {
    const patience = new AbortController();
    const timer = setTimeout(
      () => patience.abort(new DOMException(`no answer in ${timeoutMs | 0} ms`, "TimeoutError")),
      timeoutMs,
    );
    try {
      const both = AbortSignal.any([signal, patience.signal]);
      return await judge(await send(url, { method, headers, body, signal: both }));
    } catch (error) {
      return { error, retryable: !signal.aborted, retryAfterMs: 0 };
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * Reads an answer whole - one that breaks off is no answer - and whether it is worth asking again.
 * @param {Response} response
 */
async function judge(response) {
  const type = response.headers.get("content-type") ?? "";
  // A live feed has no end to wait for: it is handed on as it is.
  if (type.startsWith("text/event-stream")) return { response, retryable: false, retryAfterMs: 0 };
  const bytes = await response.arrayBuffer();
  const { status, statusText, headers } = response;
  return {
    response: new Response(WITHOUT_BODY.includes(status) ? null : bytes, {
      status,
      statusText,
      headers,
    }),
    retryable: type.startsWith("application/problem+json") && isRetryable(bytes),
    retryAfterMs: readRetryAfter(headers.get("retry-after")),
  };
}

/** @param {ArrayBuffer} bytes a problem document */
function isRetryable(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)).retryable === true;
  } catch {
    return false;
  }
}

/** @param {string | null} value seconds, or a date */
function readRetryAfter(value) {
  if (!value) return 0;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}

/**
 * Waits, unless the caller gives up.
 * @param {number} ms
 * @param {AbortSignal} signal
 */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve(undefined);
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}
