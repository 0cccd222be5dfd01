// Is there an order of these operations, each at one instant between its call and its answer, in which a plain
// model of one stock line gives every answer? The search of Wing and Gong, which never visits a state twice.

/** One operation on the line as a client saw it. Without an `answer` it may have happened, or never will. */
export interface Seen {
  calledAt: number;
  answeredAt: number;
  what: What;
  answer?: Answer;
}

/** `hold` names the hold by its place in the history: the n-th one asked for. */
export type What =
  | { verb: "hold"; hold: number; quantity: number }
  | { verb: "confirm" | "release"; hold: number }
  | { verb: "sell"; quantity: number }
  | { verb: "read" };

export interface Answer {
  /** `done`, or the problem code. */
  status: string;
  /** What the answer says is available: remaining, restored, or short of. */
  available?: number;
  held?: number;
}

type Ending = "none" | "active" | "confirmed" | "released";

interface State {
  onHand: number;
  holds: { ending: Ending; quantity: number; restored: number }[];
}

/** Whether the history is one of a line that began with `onHand` units. */
export function isLinearizable(history: Seen[], onHand: number): boolean {
  const count = history.reduce(
    (most, { what }) => "hold" in what ? Math.max(most, what.hold + 1) : most,
    0,
  );
  const holds = Array.from({ length: count }, () => ({
    ending: "none" as Ending,
    quantity: 0,
    restored: 0,
  }));
  const visited = new Set<string>();

  function search(done: Set<number>, state: State): boolean {
    const left = history.map((_, i) => i).filter((i) => !done.has(i));
    const answered = left.filter((i) => history[i].answer);
    if (answered.length === 0) return true;
    const name = `${[...done].toSorted((a, b) => a - b)}|${JSON.stringify(state)}`;
    if (visited.has(name)) return false;
    visited.add(name);
    const firstAnswerAt = Math.min(...answered.map((i) => history[i].answeredAt));
    for (const i of left) {
      if (history[i].calledAt > firstAnswerAt) continue; // something else was over before it began
      const [answer, next] = apply(state, history[i].what);
      if (history[i].answer && !isSame(answer, history[i].answer!)) continue;
      if (search(new Set(done).add(i), next)) return true;
    }
    return false;
  }
  return search(new Set(), { onHand, holds });
}

function isSame(expected: Answer, seen: Answer): boolean {
  return expected.status === seen.status && expected.available === seen.available &&
    expected.held === seen.held;
}

/** The model: what one line answers, and becomes. */
function apply(state: State, what: What): [Answer, State] {
  const held = state.holds.reduce(
    (sum, { ending, quantity }) => ending === "active" ? sum + quantity : sum,
    0,
  );
  const available = state.onHand - held;
  switch (what.verb) {
    case "read":
      return [{ status: "done", available, held }, state];
    case "sell":
      if (what.quantity > available) return [{ status: "insufficient_stock", available }, state];
      return [{ status: "done", available: available - what.quantity }, {
        ...state,
        onHand: state.onHand - what.quantity,
      }];
    case "hold": {
      const { hold, quantity } = what;
      if (quantity > available) return [{ status: "insufficient_stock", available }, state];
      const holds = state.holds.with(hold, { ending: "active", quantity, restored: 0 });
      return [{ status: "done", available: available - quantity }, { ...state, holds }];
    }
    case "confirm": {
      const record = state.holds[what.hold];
      if (record.ending === "released") return [{ status: "hold_released" }, state];
      if (record.ending !== "active") return [{ status: "done" }, state];
      const holds = state.holds.with(what.hold, { ...record, ending: "confirmed" });
      return [{ status: "done" }, { onHand: state.onHand - record.quantity, holds }];
    }
    case "release": {
      const record = state.holds[what.hold];
      if (record.ending === "confirmed") return [{ status: "hold_confirmed" }, state];
      if (record.ending === "released") {
        return [{ status: "done", available: record.restored }, state];
      }
      const restored = available + record.quantity;
      const holds = state.holds.with(what.hold, { ...record, ending: "released", restored });
      return [{ status: "done", available: restored }, { ...state, holds }];
    }
  }
}
