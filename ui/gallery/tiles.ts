//! Small pictures, many on a sheet, and whether two of them show the same.

import type { Raster } from './raster.ts';

/** How wide and high a small picture is at most, in px. */
export const TILE = { portrait: { width: 198, height: 352 }, landscape: { width: 352, height: 198 } };

/** A block of this many px square is what is compared: larger than a difference of how two machines draw a letter. */
const BLOCK = 6;
/** By so much, of 255, the mean of a block may differ in each colour. */
const TOLERANCE = 26;
/** So many blocks may differ more. */
const MOST_BLOCKS = 0;

/** `raster` smaller: each pixel the mean of those that it stands for. */
export function smaller(raster: Raster, width: number, height: number): Raster {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const mean = meanOf(raster, (x * raster.width) / width, (y * raster.height) / height, ((x + 1) * raster.width) / width, ((y + 1) * raster.height) / height);
      const at = (y * width + x) * 4;
      data[at] = mean[0];
      data[at + 1] = mean[1];
      data[at + 2] = mean[2];
      data[at + 3] = 255;
    }
  return { width, height, data };
}

/** How many blocks of two pictures of one size differ too much to be two machines' drawings of the same. */
export function different(one: Raster, other: Raster): number {
  if (one.width !== other.width || one.height !== other.height) return Infinity;
  let count = 0;
  // Each block overlaps the next by half, so that no line falls between two.
  for (let y = 0; y + BLOCK <= one.height; y += BLOCK / 2)
    for (let x = 0; x + BLOCK <= one.width; x += BLOCK / 2) {
      const a = meanOf(one, x, y, x + BLOCK, y + BLOCK);
      const b = meanOf(other, x, y, x + BLOCK, y + BLOCK);
      if (a.some((value, at) => Math.abs(value - (b[at] ?? 0)) > TOLERANCE)) count += 1;
    }
  return count;
}

/** Do they show the same? */
export function alike(one: Raster, other: Raster): boolean {
  return different(one, other) <= MOST_BLOCKS;
}

/** The part of a picture from (left, top). */
export function part({ width, data }: Raster, left: number, top: number, size: { width: number; height: number }): Raster {
  const cut = new Uint8Array(size.width * size.height * 4);
  for (let y = 0; y < size.height; y += 1) {
    const from = ((top + y) * width + left) * 4;
    cut.set(data.subarray(from, from + size.width * 4), y * size.width * 4);
  }
  return { ...size, data: cut };
}

/** Puts `small` into `large` at (left, top). */
export function put(large: Raster, small: Raster, left: number, top: number): void {
  for (let y = 0; y < small.height; y += 1) large.data.set(small.data.subarray(y * small.width * 4, (y + 1) * small.width * 4), ((top + y) * large.width + left) * 4);
}

function meanOf({ width, height, data }: Raster, left: number, top: number, right: number, bottom: number): [number, number, number] {
  let [red, green, blue, count] = [0, 0, 0, 0];
  const toX = Math.min(width, Math.max(Math.ceil(left) + 1, Math.round(right)));
  const toY = Math.min(height, Math.max(Math.ceil(top) + 1, Math.round(bottom)));
  for (let y = Math.round(top); y < toY; y += 1)
    for (let x = Math.round(left); x < toX; x += 1) {
      const at = (y * width + x) * 4;
      red += data[at] ?? 0;
      green += data[at + 1] ?? 0;
      blue += data[at + 2] ?? 0;
      count += 1;
    }
  return [red / count, green / count, blue / count];
}
