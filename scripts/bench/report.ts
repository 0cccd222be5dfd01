// Figures of interleaved rounds, and the table they end up in.

/** One line of the table: a ratio within one run, or a plain figure. */
export interface Row {
  section: string;
  name: string;
  value: string;
  /** What the figure should reach, in words. */
  bar?: string;
  /** The median ratio or figure, for --json. */
  figure: number;
  details: string;
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** `0.31 (0.29 to 0.33)`: the median and the spread. */
export function withSpread(values: number[], digits = 2): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

/** How many, in a form that fits a table: 12.3 k. */
export function short(value: number): string {
  return value >= 1e6
    ? `${(value / 1e6).toFixed(1)} M`
    : value >= 1e3
    ? `${(value / 1e3).toFixed(1)} k`
    : value.toFixed(1);
}

export function printTable(rows: Row[]): void {
  const width = (pick: (row: Row) => string) => Math.max(...rows.map((row) => pick(row).length));
  const [names, values, bars] = [
    width((r) => r.name),
    width((r) => r.value),
    width((r) => r.bar ?? ""),
  ];
  let section = "";
  for (const row of rows) {
    if (row.section !== section) console.log(`\n${row.section}`);
    section = row.section;
    const line = [
      row.name.padEnd(names),
      row.value.padEnd(values),
      (row.bar ?? "").padEnd(bars),
      row.details,
    ];
    console.log(`  ${line.join("   ").trimEnd()}`);
  }
}
