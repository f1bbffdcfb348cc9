//! Pictures as rows of pixels: what letters stand on, and how strongly they differ from it.

/** Four bytes a pixel: red, green, blue, and one that isn't looked at. */
export interface Raster {
  width: number;
  height: number;
  data: Uint8Array;
}

/** A rectangle in px. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Fewer pixels of a colour than this part of a rectangle are the edges of letters, not their ink. */
const LEAST_PART = 0.004;

/** Relative luminance of 0xrrggbb, as WCAG 2 defines it. */
export function luminance(color: number): number {
  const linear = (byte: number) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear((color >> 16) & 255) + 0.7152 * linear((color >> 8) & 255) + 0.0722 * linear(color & 255);
}

/** How strongly two colours differ, from 1 to 21. */
export function ratio(one: number, other: number): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** The contrast of letters: between the most frequent colour of their rectangle and the one that is farthest from it and really there. */
export function contrastOfText(raster: Raster, box: Box): number {
  const colors = histogram(raster, box);
  let total = 0;
  let ground = 0;
  let most = 0;
  for (const [color, count] of colors) {
    total += count;
    if (count > most) [ground, most] = [color, count];
  }
  let farthest = 1;
  for (const [color, count] of colors) if (count >= Math.max(3, total * LEAST_PART)) farthest = Math.max(farthest, ratio(color, ground));
  return farthest;
}

/** The contrast of a control's outline, or of its whole ground, with what lies around it: the weakest of its four sides. */
export function contrastOfOutline(raster: Raster, { left, top, right, bottom }: Box, reach: number): number {
  // Letters may come near to a side where they stand, and so its place is looked at more than once.
  const along = [0.25, 0.5, 0.75].map((part) => ({ x: left + part * (right - left), y: top + part * (bottom - top) }));
  const sides = [
    along.map(({ y }) => contrastAt(raster, left, y, 1, 0, reach)),
    along.map(({ y }) => contrastAt(raster, right - 1, y, -1, 0, reach)),
    along.map(({ x }) => contrastAt(raster, x, top, 0, 1, reach)),
    along.map(({ x }) => contrastAt(raster, x, bottom - 1, 0, -1, reach)),
  ];
  return Math.min(...sides.map((side) => Math.max(...side)));
}

/** Between what is outside of a control, at this place of its edge, and what is there and within `reach` inside. */
function contrastAt(raster: Raster, x: number, y: number, inX: number, inY: number, reach: number): number {
  const outside = colorAt(raster, x - inX * reach, y - inY * reach);
  // At the edge of the glass there is nothing around it.
  if (outside === undefined) return 21;
  let strongest = 1;
  for (let step = -1; step <= reach; step += 1) {
    const color = colorAt(raster, x + inX * step, y + inY * step);
    if (color !== undefined) strongest = Math.max(strongest, ratio(color, outside));
  }
  return strongest;
}

function histogram({ width, height, data }: Raster, box: Box): Map<number, number> {
  const colors = new Map<number, number>();
  const right = Math.min(width, Math.ceil(box.right));
  const bottom = Math.min(height, Math.ceil(box.bottom));
  for (let y = Math.max(0, Math.floor(box.top)); y < bottom; y += 1)
    for (let x = Math.max(0, Math.floor(box.left)); x < right; x += 1) {
      const i = (y * width + x) * 4;
      const color = ((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
      colors.set(color, (colors.get(color) ?? 0) + 1);
    }
  return colors;
}

/** The colour of a pixel; nothing outside of the picture. */
export function colorAt({ width, height, data }: Raster, x: number, y: number): number | undefined {
  const [column, row] = [Math.round(x), Math.round(y)];
  if (column < 0 || row < 0 || column >= width || row >= height) return undefined;
  const i = (row * width + column) * 4;
  return ((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
}
