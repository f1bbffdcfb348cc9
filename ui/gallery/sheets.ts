//! The contact sheet: small pictures of every screen in every mode. It is written into docs, and is what the screens are
//! compared with.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { type Sheet, SHEETS, onSheet } from './plan.ts';
import type { Raster } from './raster.ts';
import { Windows } from './survey.ts';
import { TILE, part, put, smaller } from './tiles.ts';
import type { Window } from './window.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const FOLDER = join(DOCS, 'pictures', 'gallery');
/** Between two pictures, and under each for its name, in px. */
const GAP = 10;
const LABEL = 20;
/** How wide a sheet is, in pictures. */
const COLUMNS = { portrait: 8, landscape: 5 };
/** As many colours as a palette holds are enough for a sheet, and a third of the bytes. */
const COLORS = 256;
const PAPER = 0xe6;

/** A small picture with its name. */
export interface Tile {
  name: string;
  raster: Raster;
}

/** Takes the pictures of `sheet`; a state that isn't there in its mode has none. */
export async function take(window: Window, { setting }: Sheet, samples: string[]): Promise<Tile[]> {
  await window.fit(setting.panel);
  const size = sizeOf(setting.panel);
  const tiles: Tile[] = [];
  for (const name of samples) {
    const color = await window.script<number | null>('const [name, setting] = arguments; return window.stage.show(name, setting)', name, setting);
    if (color !== null) tiles.push({ name, raster: smaller(await window.picture(color), size.width, size.height) });
  }
  return tiles;
}

/** What the written sheet has, by name. */
export function read(sheet: Sheet): Map<string, Raster> {
  const { width, height, data } = PNG.sync.read(readFileSync(join(FOLDER, `${sheet.name}.png`)));
  const size = sizeOf(sheet.setting.panel);
  const listed = (JSON.parse(readFileSync(join(FOLDER, 'sheets.json'), 'utf8')) as Record<string, string[]>)[sheet.name] ?? [];
  return new Map(listed.map((name, at) => [name, part({ width, height, data }, ...placeOf(at, sheet), size)]));
}

/** Writes all sheets and the page about them. */
export async function main(given: string[]): Promise<number> {
  const windows = await Windows.of(Number(given[0] ?? 2));
  const written: Record<string, string[]> = {};
  mkdirSync(FOLDER, { recursive: true });
  await windows.each(SHEETS, async (window, sheet) => {
    const tiles = await take(window, sheet, onSheet(sheet, windows.names));
    written[sheet.name] = tiles.map(({ name }) => name);
    write(sheet, tiles);
    console.log(`${sheet.name}: ${String(tiles.length)} pictures`);
  });
  await windows.close();
  const ordered = Object.fromEntries(SHEETS.map(({ name }) => [name, written[name] ?? []]));
  writeFileSync(join(FOLDER, 'sheets.json'), `${JSON.stringify(ordered, null, 1)}\n`);
  writeFileSync(join(DOCS, 'gallery.md'), page(ordered));
  return 0;
}

function write(sheet: Sheet, tiles: Tile[]): void {
  const columns = columnsOf(sheet);
  const size = sizeOf(sheet.setting.panel);
  const width = GAP + Math.min(columns, tiles.length) * (size.width + GAP);
  const height = GAP + Math.ceil(tiles.length / columns) * (size.height + LABEL + GAP);
  const raster = { width, height, data: new Uint8Array(width * height * 4).fill(PAPER) };
  tiles.forEach(({ raster: tile }, at) => {
    put(raster, tile, ...placeOf(at, sheet));
  });
  const labels = tiles.flatMap(({ name }, at) => {
    const [left, top] = placeOf(at, sheet);
    return ['-annotate', `+${String(left + 2)}+${String(top + size.height + LABEL - 6)}`, name];
  });
  const ground = PNG.sync.write(Object.assign(new PNG({ width, height }), { data: Buffer.from(raster.data) }));
  const font = execFileSync('fc-match', ['--format', '%{file}', 'NanumGothic'], { encoding: 'utf8' });
  execFileSync('convert', ['png:-', '-alpha', 'off', '-font', font, '-fill', '#333', '-pointsize', '13', ...labels, '+dither', '-colors', String(COLORS), '-strip', '-define', 'png:exclude-chunk=date,time', `PNG8:${join(FOLDER, `${sheet.name}.png`)}`], { input: ground });
}

function placeOf(at: number, sheet: Sheet): [left: number, top: number] {
  const columns = columnsOf(sheet);
  const size = sizeOf(sheet.setting.panel);
  return [GAP + (at % columns) * (size.width + GAP), GAP + Math.floor(at / columns) * (size.height + LABEL + GAP)];
}

function columnsOf({ setting: { panel } }: Sheet): number {
  return panel.width > panel.height ? COLUMNS.landscape : COLUMNS.portrait;
}

function sizeOf(panel: { width: number; height: number }): { width: number; height: number } {
  return panel.width > panel.height ? TILE.landscape : TILE.portrait;
}

function page(written: Record<string, string[]>): string {
  const total = Object.values(written).reduce((sum, list) => sum + list.length, 0);
  return `# Gallery

Every screen, as WebKitGTK draws it without a backend: ${String(total)} pictures. \`make gallery\` shows each of them in full size in a browser,
in any mode and language and on any panel; its samples are in \`ui/src/gallery/\`. \`make screens\` takes these pictures again and
compares; \`make sheets\` writes them anew, with this page, after a change that was meant.

${SHEETS.map(({ name, title }) => `## ${title}\n\n![${title}](pictures/gallery/${name}.png)`).join('\n\n')}
`;
}
