// When to draw: what changes says so, and the whole page is drawn a few times a second at most, however much changes.
const DRAW_EVERY_MS = 200;

let draw = () => {};
let isDue = false;
let drawnAtMs = 0;

export function drawWith(drawing: () => void): void {
  draw = drawing;
  changed();
}

/** Something that is shown has changed. */
export function changed(): void {
  if (isDue) return;
  isDue = true;
  const waitMs = Math.max(0, drawnAtMs + DRAW_EVERY_MS - performance.now());
  setTimeout(() => requestAnimationFrame(drawDue), waitMs);
}

/** For what a person did himself: he should not wait for the next turn. */
export function changedByHand(): void {
  drawnAtMs = 0;
  requestAnimationFrame(drawDue);
}

/** For what has to be on the page before the next line of code, such as what is given the focus. */
export function drawDue(): void {
  isDue = false;
  drawnAtMs = performance.now();
  draw();
}
