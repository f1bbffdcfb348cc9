/** Where and when a finger came down. */
export interface Touched {
  at: number;
  x: number;
  y: number;
}

/** A second touch so soon and so near the first belongs to it, in ms and px. */
const AGAIN_MS = 500;
const AGAIN_PX = 40;

/** Is `second` the second touch of a hurried hand? Whatever has come under the finger meanwhile, it was meant for the first. */
export function isAgain(first: Touched | undefined, second: Touched): boolean {
  return first !== undefined && second.at - first.at < AGAIN_MS && Math.hypot(second.x - first.x, second.y - first.y) < AGAIN_PX;
}
