// What the long run has to show, each beside what was measured.
import type { Figures } from "./campaign.ts";
import type { DueFigures } from "./due.ts";

export interface Bar {
  name: string;
  wanted: string;
  measured: number | string;
  isMet: boolean;
}

const FIRST_SUCCESS_MS = 2000;
const ALL_BACK_MS = 10_000;
const TIMES_THE_P99 = 3;

export function barsOfKills(all: Figures, wanted: { service: number; redis: number }): Bar[] {
  const firstSuccessMs = Math.round(Math.max(0, ...all.firstSuccessMs));
  return [
    atLeast("kill -9 of the service", wanted.service, all.serviceKills),
    atLeast("kill -9 of Redis", wanted.redis, all.redisKills),
    atLeast("acknowledged commands", 150 * (wanted.service + wanted.redis), all.acknowledged),
    atMost("kills after which something was lost", 0, all.lost),
    atLeast("unknown outcomes resolved by a repeat", all.unknown, all.resolved),
    atMost("first success after Redis answers, at most, ms", FIRST_SUCCESS_MS, firstSuccessMs),
    atMost("faults found by audits", 0, all.faults.length),
  ];
}

export function barsOfDue(due: DueFigures): Bar[] {
  return [
    atMost("holds given back early or not at all", 0, due.faults.length),
    atMost("last of those due given back after, ms", ALL_BACK_MS, due.lastBackMs),
    atMost("requests that failed meanwhile", 0, due.failed),
    atMost("p99 meanwhile over p99 before", TIMES_THE_P99, ratioOf(due)),
    atMost("scripts over 10 ms", 0, due.scriptsOver10Ms),
  ];
}

export function ratioOf(due: DueFigures): number {
  return Math.round(100 * due.p99MeanwhileMs / due.p99BeforeMs) / 100;
}

function atLeast(name: string, bar: number, measured: number): Bar {
  return { name, wanted: `>= ${bar}`, measured, isMet: measured >= bar };
}

function atMost(name: string, bar: number, measured: number): Bar {
  return { name, wanted: `<= ${bar}`, measured, isMet: measured <= bar };
}
