// How many live feeds may be open at once: each is sent every event, and one caller must not have all of them.
import type { CallerOf } from "./callers.ts";
import type { AppContext } from "./context.ts";

export class LiveFeeds {
  private readonly byCaller = new Map<string, number>();

  /** `open` counts them all, for whoever watches. */
  constructor(
    private readonly callerOf: CallerOf,
    private readonly most: number,
    private readonly mostPerCaller: number,
    private readonly open: { liveFeeds: number },
  ) {}

  /** Takes a place for a feed of this caller: answers what gives it back, or why there is none. */
  take(c: AppContext): (() => void) | string {
    const { kind, name } = this.callerOf(c);
    const caller = `${kind}:${name}`;
    const own = this.byCaller.get(caller) ?? 0;
    if (this.open.liveFeeds >= this.most) return "As many live feeds are open as there may be";
    if (own >= this.mostPerCaller) return `You have ${own} live feeds open, as many as you may`;
    this.open.liveFeeds++;
    this.byCaller.set(caller, own + 1);
    return () => this.giveBack(caller);
  }

  private giveBack(caller: string): void {
    this.open.liveFeeds--;
    const own = this.byCaller.get(caller)! - 1;
    if (own > 0) this.byCaller.set(caller, own);
    else this.byCaller.delete(caller);
  }
}
