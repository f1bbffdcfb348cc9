//! Drives samples through settings in one or more windows and measures each.

import type { ViteDevServer } from 'vite';
import type { Measurement } from '../src/gallery/measure.ts';
import type { Placed } from '../src/gallery/seen.ts';
import type { Setting } from '../src/gallery/setting.ts';
import { type Raster, contrastOfOutline, contrastOfText } from './raster.ts';
import { Window, address, serve } from './window.ts';

/** The least contrast of letters and of outlines (WCAG 2, AA). */
const LEAST_CONTRAST = 4.5;
const LEAST_OUTLINE = 3;
/** How far on both sides of its edge a control's outline is looked for, in mm. */
const OUTLINE_MM = 1.2;
/** So many samples are measured in one go. */
const AT_ONCE = 12;

/** One setting, and what of it is looked at. */
export interface Round {
  setting: Setting;
  names: string[];
  /** Contrast too, from a picture of each sample. */
  pixels: boolean;
}

/** One sample in one setting, measured. */
export interface Surveyed {
  name: string;
  setting: Setting;
  measurements: Measurement[];
}

/** Some windows with the stage in them, and the page that is served to them. */
export class Windows {
  private constructor(
    private readonly open: Window[],
    private readonly server: ViteDevServer,
    /** The samples there are: customers' and staff's. */
    readonly names: { customers: string[]; staff: string[] },
  ) {}

  static async of(count: number): Promise<Windows> {
    const server = await serve();
    const open: Window[] = [];
    try {
      // One after the other: what the first asked for is ready for the next.
      for (let at = 0; at < count; at += 1) open.push(await Window.open(`${address(server)}/stage.html`));
      const [all, staff] = (await open[0]?.script<[string[], string[]]>('return [window.stage.names, window.stage.staff]')) ?? [[], []];
      return new Windows(open, server, { customers: all.filter((name) => !staff.includes(name)), staff });
    } catch (error) {
      await Promise.all(open.map((window) => window.close()));
      await server.close();
      throw error;
    }
  }

  /** Gives them the jobs one by one. */
  async each<Job>(jobs: readonly Job[], work: (window: Window, job: Job) => Promise<void>): Promise<void> {
    const left = [...jobs];
    await Promise.all(
      this.open.map(async (window) => {
        while (left.length > 0) await work(window, left.shift() as Job);
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.open.map((window) => window.close()));
    await this.server.close();
  }
}

/** Measures every sample of `round`; a state that isn't there in this setting is left out. */
export async function survey(window: Window, { setting, names, pixels }: Round): Promise<Surveyed[]> {
  await window.fit(setting.panel);
  const found: Surveyed[] = [];
  if (pixels)
    for (const name of names) {
      const seen = await window.script<{ color: number; measurements: Measurement[]; texts: Placed[]; outlines: Placed[] } | null>(
        `const [name, setting] = arguments;
         return window.stage.show(name, setting).then((color) => color !== null ? { color, measurements: window.stage.measure(setting), ...window.stage.places() } : null)`,
        name,
        setting,
      );
      if (!seen) continue;
      const picture = await window.picture(seen.color);
      found.push({ name, setting, measurements: [...seen.measurements, ...contrasts(picture, seen.texts, seen.outlines, setting)] });
    }
  else
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const seen = await window.script<{ name: string; measurements: Measurement[] }[]>(
        `const [names, setting] = arguments;
         return (async () => {
           const found = [];
           for (const name of names) if ((await window.stage.show(name, setting)) !== null) found.push({ name, measurements: [...window.stage.measure(setting), ...(await window.stage.keys())] });
           return found;
         })()`,
        names.slice(at, at + AT_ONCE),
        setting,
      );
      found.push(...seen.map((one) => ({ ...one, setting })));
    }
  return found;
}

function contrasts(picture: Raster, texts: Placed[], outlines: Placed[], { panel }: Setting): Measurement[] {
  const reach = Math.round((OUTLINE_MM * 1e6) / panel.pitchNm);
  const measured = (what: 'contrast' | 'outline', where: string, value: number, limit: number): Measurement => ({ what, where, value: Math.round(value * 100) / 100, limit, unit: ': 1', short: value < limit });
  return [
    ...texts.map((text) => measured('contrast', text.where, contrastOfText(picture, text), LEAST_CONTRAST)),
    ...outlines.map((outline) => measured('outline', outline.where, contrastOfOutline(picture, outline, reach), LEAST_OUTLINE)),
  ];
}
