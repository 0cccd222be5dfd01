// A crowd of holds that fall due in one instant, as the fault harness measures it.
import { measureDue } from "../../tests/chaos/due.ts";
import type { Row } from "./report.ts";

export async function storm(holds: number): Promise<Row[]> {
  const measured = await measureDue(holds);
  if (measured.faults.length > 0) throw new Error(measured.faults.join("; "));
  const section = `${holds.toLocaleString("en")} holds due in one instant`;
  const ratio = measured.p99MeanwhileMs / measured.p99BeforeMs;
  return [
    {
      section,
      name: "until all units are back",
      value: `${(measured.lastBackMs / 1000).toFixed(1)} s`,
      figure: measured.lastBackMs / 1000,
      bar: "10 s at most",
      details:
        `first after ${measured.firstBackMs} ms; scripts p99 ${measured.scriptP99Ms} ms, over 10 ms: ${measured.scriptsOver10Ms}`,
    },
    {
      section,
      name: "p99 of requests meanwhile, of that before",
      value: ratio.toFixed(2),
      figure: ratio,
      bar: "3.00 at most",
      details:
        `${measured.p99MeanwhileMs} ms (${measured.requestsMeanwhile} requests) against ${measured.p99BeforeMs} ms (${measured.requestsBefore})`,
    },
  ];
}
