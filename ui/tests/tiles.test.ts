import { describe, expect, it } from 'vitest';
import { contrastOfOutline, contrastOfText, type Raster } from '../gallery/raster.ts';
import { alike, part, put, smaller } from '../gallery/tiles.ts';

const INK = 0x1b1916;
const PAPER = 0xf7f4ee;

function blank(width: number, height: number, color = PAPER): Raster {
  const raster = { width, height, data: new Uint8Array(width * height * 4).fill(255) };
  return fill(raster, 0, 0, width, height, color);
}

function fill(raster: Raster, left: number, top: number, right: number, bottom: number, color: number): Raster {
  const { width, data } = raster;
  for (let y = top; y < bottom; y += 1)
    for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4) {
      data[at] = color >> 16;
      data[at + 1] = (color >> 8) & 255;
      data[at + 2] = color & 255;
    }
  return raster;
}

/** A screen of 1080 × 1920 with three lines of strokes like letters and a button under them, made small. */
function screen({ button = 1500, accent = 0x2340d9, lines = 3, stroke = 5, shift = 0 } = {}): Raster {
  const raster = blank(1080, 1920);
  for (let line = 0; line < lines; line += 1) for (let at = 0; at < 24; at += 1) fill(raster, 100 + at * 30 + shift, 300 + line * 80, 100 + at * 30 + stroke + shift, 336 + line * 80, INK);
  return smaller(fill(raster, 100, button, 980, button + 116, accent), 198, 352);
}

describe('two pictures', () => {
  it('are alike when letters are drawn a little bolder or half a pixel aside', () => {
    expect(alike(screen(), screen())).toBe(true);
    expect(alike(screen(), screen({ stroke: 6 }))).toBe(true);
    expect(alike(screen(), screen({ shift: 1 }))).toBe(true);
  });

  it('are not alike when a button stands 3 mm lower, has another colour, or a line is gone', () => {
    expect(alike(screen(), screen({ button: 1510 }))).toBe(false);
    expect(alike(screen(), screen({ accent: 0x5a5347 }))).toBe(false);
    expect(alike(screen(), screen({ lines: 2 }))).toBe(false);
  });

  it('come back from a sheet as they were put', () => {
    const sheet = blank(500, 400);
    put(sheet, screen(), 37, 21);
    expect(Buffer.from(part(sheet, 37, 21, { width: 198, height: 352 }).data).equals(screen().data)).toBe(true);
  });
});

describe('contrast', () => {
  it('of letters is that of their ink, whatever their edges blend into', () => {
    const raster = fill(blank(100, 40), 20, 10, 24, 30, INK);
    fill(raster, 24, 10, 25, 30, 0x8a8782);
    expect(contrastOfText(raster, { left: 0, top: 0, right: 100, bottom: 40 })).toBeCloseTo(16, 0);
  });

  it('of an outline is that of its weakest side', () => {
    const box = { left: 20, top: 20, right: 80, bottom: 60 };
    const raster = fill(fill(blank(100, 80), 20, 20, 80, 60, 0x857c6c), 22, 22, 78, 58, 0xffffff);
    expect(contrastOfOutline(raster, box, 4)).toBeGreaterThan(3);
    fill(raster, 20, 58, 80, 60, 0xddd6c9);
    expect(contrastOfOutline(raster, box, 4)).toBeLessThan(2);
  });
});
