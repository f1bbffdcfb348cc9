import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureRound, apart } from './a11y.ts';
import { SHEETS, essence, onSheet } from './plan.ts';
import { read, take } from './sheets.ts';
import { Windows } from './survey.ts';
import { Tally, inWords } from './tally.ts';
import { alike, different } from './tiles.ts';
import type { Window } from './window.ts';

let windows: Windows;
beforeAll(async () => {
  windows = await Windows.of(Number(process.env['WINDOWS'] ?? 2));
});
afterAll(() => windows.close());

/** Does `work` in a window whose page has this style too. */
async function styled(style: string, work: (window: Window) => Promise<void>): Promise<void> {
  let done = false;
  await windows.each([null], async (window) => {
    await window.script('const style = document.createElement("style"); style.id = "broken"; style.textContent = arguments[0]; document.head.append(style)', style);
    await work(window).finally(() => window.script('document.getElementById("broken").remove()'));
    done = true;
  });
  expect(done).toBe(true);
}

describe('the screens', () => {
  it('look as on the contact sheet', async () => {
    const changed: string[] = [];
    await windows.each(SHEETS, async (window, sheet) => {
      const kept = read(sheet);
      const taken = await take(window, sheet, onSheet(sheet, windows.names));
      for (const { name, raster } of taken) {
        const before = kept.get(name);
        if (!before) changed.push(`${sheet.name}: ${name} is new`);
        else if (!alike(before, raster)) changed.push(`${sheet.name}: ${name} differs in ${String(different(before, raster))} blocks`);
      }
      const gone = [...kept.keys()].filter((name) => !taken.some((tile) => tile.name === name));
      changed.push(...gone.map((name) => `${sheet.name}: ${name} is gone`));
    });
    // `make sheets` writes them anew, when the change was meant.
    expect(changed).toEqual([]);
  });

  it.each([
    ['a button that stands 3 mm higher', '.act .btn.primary { transform: translateY(-9.6px); }'],
    ['a button of another colour', '.act .btn.primary { background: #5a5347 !important; }'],
    ['a sentence that isn’t there', '.confirm .note.warn .say { visibility: hidden; }'],
    ['a smaller sum', '.confirm .fin .money { font-size: var(--t-sum) !important; }'],
  ])('are not alike with %s', async (_, style) => {
    const [sheet] = SHEETS;
    if (!sheet) throw new Error('no sheet');
    await styled(style, async (window) => {
      const kept = read(sheet).get('pay-confirm');
      const [broken] = await take(window, sheet, ['pay-confirm']);
      if (!kept || !broken) throw new Error('no picture');
      expect(alike(kept, broken.raster)).toBe(false);
    });
  });

  it('are large, clear, apart and named enough for everyone', async () => {
    const tally = new Tally();
    const rounds = essence(windows.names);
    await windows.each([...rounds, null], async (window, round) => {
      if (round) await measureRound(window, round, tally);
      else tally.add({ name: 'states', setting: { ...(rounds[0]?.setting ?? fail()) }, measurements: await apart(window) });
    });
    expect([...tally.short].map(([what, [where = '', ...more]]) => `${what}: ${where}${more.length > 0 ? ` and ${String(more.length)} more` : ''}`)).toEqual([]);
    expect(tally.count).toBeGreaterThan(50_000);
  });

  it.each([
    ['letters that are too small', '.btn { font-size: 34px !important; }', 'glyph'],
    ['controls too near to each other', '.act { gap: 1px !important; }', 'gap'],
    ['letters too faint', '.quiet { color: #b9b2a4 !important; }', 'contrast'],
    ['a chosen one that only its colour tells', '.ticks .on { box-shadow: inset 0 0 0 var(--line) var(--accent) !important; } .ticks .box .i { visibility: visible !important; }', 'state'],
    ['words that are cut', '.title h1 { width: 60px; overflow: hidden; white-space: nowrap; }', 'cut'],
  ])('are found out with %s', async (_, style, what) => {
    const [round] = essence({ customers: ['benefits'], staff: [] }).filter(({ pixels }) => pixels);
    if (!round) throw new Error('no round with pixels');
    const tally = new Tally();
    await styled(style, (window) => measureRound(window, round, tally));
    expect([...new Set([...tally.short.keys()].map((one) => one.split(' ')[0]))], inWords(round.setting)).toContain(what);
  });
});

function fail(): never {
  throw new Error('nothing to measure');
}
