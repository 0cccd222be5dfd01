// What the store throws when it cannot give an answer. Refusals are never thrown: they are outcomes.

/**
 * The store could not answer. `store_unavailable`: nothing was done. `store_full`: nothing was done, since it
 * would have taken memory that Redis has not got. `outcome_unknown`: the command was sent and no reply came,
 * so only a repeat with the same idempotency key tells what happened.
 */
export class StoreFault extends Error {
  constructor(
    readonly code: "store_unavailable" | "store_full" | "outcome_unknown",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "StoreFault";
  }
}

/** The answer to something that has no effect, or none that matters, where its answer is lost. */
export async function nothingWasDone<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (fault) {
    if (!(fault instanceof StoreFault)) throw fault;
    throw new StoreFault("store_unavailable", fault.message, { cause: fault });
  }
}

/** The answer, or a StoreFault when it takes too long. */
export async function withDeadline<Answer>(
  answer: Promise<Answer>,
  timeoutMs: number,
  onLate: () => void,
): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new StoreFault("outcome_unknown", "Redis did not answer in time"));
    onLate();
  }, timeoutMs);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
