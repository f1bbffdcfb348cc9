//! Measures every screen in every mode and language in a window of the kiosk's own engine and writes what came of it into
//! docs/accessibility.md. The last line is "a11y: N measurements, N short".

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measurement } from '../src/gallery/measure.ts';
import { PANELS, type Setting } from '../src/gallery/setting.ts';
import { criteria } from './criteria.ts';
import { APART, everything } from './plan.ts';
import { type Round, Windows, survey } from './survey.ts';
import { Tally, inWords } from './tally.ts';
import type { Window } from './window.ts';

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'accessibility.md');
/** So many places of something that is short are named. */
const NAMED = 4;

export async function main(given: string[]): Promise<number> {
  const tally = new Tally();
  const zooms = new Map<string, number>();
  const windows = await Windows.of(Number(given[0] ?? 2));
  const all = windows.names;
  const rounds = everything(all);
  let done = 0;
  await windows.each([...rounds, 'apart', 'zoom'] as const, async (window, job) => {
    if (job === 'apart') tally.add({ name: 'states', setting: REFERENCE, measurements: await apart(window) });
    else if (job === 'zoom') for (const panel of PANELS) zooms.set(panel.name, await zoom(window, { ...REFERENCE, panel, large: true }));
    else {
      await measureRound(window, job, tally);
      done += 1;
      console.log(`${String(done)} of ${String(rounds.length)}: ${inWords(job.setting)}${job.names === all.staff ? ', staff' : ''}`);
    }
  });
  await windows.close();
  report(tally);
  writeFileSync(DOCUMENT, criteria(tally, zooms, all));
  console.log(`a11y: ${String(tally.count)} measurements, ${String(tally.shorts())} short`);
  return tally.shorts() > 0 ? 1 : 0;
}

const REFERENCE: Setting = { panel: PANELS[0], language: 'ko', large: false, contrast: false, low: false };

/** Adds what `round` measures. */
export async function measureRound(window: Window, round: Round, tally: Tally): Promise<void> {
  for (const one of await survey(window, round)) tally.add(one);
}

/** Says what is short. */
export function report(tally: Tally): void {
  for (const [what, places] of [...tally.short].sort()) console.log(`short: ${what}\n       ${places.slice(0, NAMED).join('; ')}${places.length > NAMED ? `; and ${String(places.length - NAMED)} more` : ''}`);
}

/** Are states that must be told apart told by words or shapes? */
export async function apart(window: Window): Promise<Measurement[]> {
  await window.fit(REFERENCE.panel);
  const look = (name: string, on: string) => window.script<string>('const [name, setting, on] = arguments; return window.stage.show(name, setting).then(() => window.stage.signature(on))', name, REFERENCE, on);
  const found: Measurement[] = [];
  for (const { one, other, on } of APART) {
    const [a, b] = [await look(one, on), await look(other, on)];
    const told = a !== '' && b !== '' && a !== b;
    found.push({ what: 'state', where: `${one} / ${other}, ${on}`, value: told ? 1 : 0, limit: 1, unit: '', short: !told });
  }
  return found;
}

/** How much larger large text is here. */
async function zoom(window: Window, setting: Setting): Promise<number> {
  await window.fit(setting.panel);
  return window.script<number>("const [setting] = arguments; return window.stage.show('menu', setting).then(() => Number(document.documentElement.style.getPropertyValue('--zoom')))", setting);
}
