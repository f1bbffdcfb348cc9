/** Where and when a finger came down. */
export interface Touched {
  at: number;
  x: number;
  y: number;
}

/** Another touch so soon after one and so near it belongs to it, in ms and px. */
const AGAIN_MS = 500;
const AGAIN_PX = 40;

/**
 * What the touches of a hurried hand were meant for. The next touch of a place, if it follows soon, was meant for what stood
 * there at the first, whatever has come under the finger meanwhile; and so it is with each of five fingers that come down
 * together.
 */
export class Hand<Meant> {
  private last: (Touched & { meant: Meant })[] = [];

  /** Tells whether what was meant is gone from the screen. */
  constructor(private readonly isGone: (meant: Meant) => boolean) {}

  /** What this touch was meant for, where `here` is under the finger. */
  meant(touch: Touched, here: Meant): Meant {
    // Also what a clock that went back seems to bring from later: it would be kept for ever.
    this.last = this.last.filter(({ at }) => Math.abs(touch.at - at) < AGAIN_MS);
    const first = this.last.filter(({ x, y }) => Math.hypot(touch.x - x, touch.y - y) < AGAIN_PX).pop();
    const meant = first && this.isGone(first.meant) ? first.meant : here;
    const before = this.last.at(-1);
    // A hand that has come to what stands there now has done with what is gone.
    if (before && this.isGone(before.meant) && !this.isGone(meant)) this.last = [];
    this.last.push({ ...touch, meant });
    return meant;
  }
}
