//! Adds up what was measured: how much, the weakest of each kind and where, what is short.

import type { Measurement, What } from '../src/gallery/measure.ts';
import type { Setting } from '../src/gallery/setting.ts';
import type { Surveyed } from './survey.ts';

/** The weakest of its kind. */
export interface Weakest {
  value: number;
  limit: number;
  unit: Measurement['unit'];
  where: string;
}

/** What came of one kind of measurement. */
export interface Kind {
  count: number;
  short: number;
  weakest: Weakest;
}

/** Of these the highest is the weakest. */
const HIGHEST: What[] = ['reach', 'overlap'];

export class Tally {
  count = 0;
  /** Each that is short and may not be, with where it is. */
  readonly short = new Map<string, string[]>();
  private readonly kinds = new Map<string, Kind>();

  add({ name, setting, measurements }: Surveyed): void {
    const where = `${name}, ${inWords(setting)}`;
    for (const one of measurements) {
      this.count += 1;
      // Staff's letters have a limit of their own.
      this.note(one.exception === 'staff' ? `staff ${one.what}` : one.exception && one.short ? `${one.what}: ${one.exception}` : one.what, one, where);
      this.note(`${one.what} ${setting.contrast ? 'in high contrast' : 'in usual colours'}`, one, where);
      if (!one.short || one.exception) continue;
      const what = `${one.what} ${one.where}: ${String(one.value)} of ${String(one.limit)} ${one.unit}`;
      this.short.set(what, [...(this.short.get(what) ?? []), where]);
    }
  }

  /** What came of this kind: a `What`, or with `: exception`, or with the theme. */
  of(kind: string): Kind | undefined {
    return this.kinds.get(kind);
  }

  shorts(): number {
    return [...this.short.values()].reduce((sum, places) => sum + places.length, 0);
  }

  private note(kind: string, one: Measurement, where: string): void {
    const weakest: Weakest = { value: one.value, limit: one.limit, unit: one.unit, where: `${one.where} (${where})` };
    const known = this.kinds.get(kind);
    if (!known) {
      this.kinds.set(kind, { count: 1, short: one.short ? 1 : 0, weakest });
      return;
    }
    known.count += 1;
    if (one.short) known.short += 1;
    if (HIGHEST.includes(one.what) ? one.value > known.weakest.value : one.value / one.limit < known.weakest.value / known.weakest.limit) known.weakest = weakest;
  }
}

/** A setting as a few words. */
export function inWords({ panel, language, large, contrast, low }: Setting): string {
  return [panel.name, language, large && '200 %', low && 'low', contrast && 'high contrast'].filter(Boolean).join(' ');
}
