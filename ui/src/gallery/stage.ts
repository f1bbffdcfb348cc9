//! Shows one sample after the other in one page, without a backend and without a reload: for the gallery's index and for
//! whoever measures. Nothing moves and no time passes on it.

import { mount, tick, unmount } from 'svelte';
import App from '../App.svelte';
import type { View } from '../generated/View';
import type { Hearer } from '../kiosk';
import '../style/all';
import { byKeys } from './keys';
import { CONTROLS, type Measurement, measure, outlined, signature } from './measure';
import { type Placed, all as elements, isShown, texts } from './seen';
import { menu } from './samples';
import { dressed, type Setting } from './setting';
import { STAFF_NOW } from './staff';
import { all, touched } from './states';

/** What the page around it, or a driver, can do. */
export interface Stage {
  /** The samples' names. */
  names: string[];
  /**
   * Shows a sample and waits until it has come to rest. The answer is the colour, as 0xrrggbb, of the last pixels at the right
   * below, by which a picture of it is told from one of what stood there before; null when there is no such state in this setting.
   */
  show(name: string, setting: Setting): Promise<number | null>;
  /** What is measured of the sample that stands there. */
  measure(setting: Setting): Measurement[];
  /** Which of its controls can be come to by arrow keys. Staff use fingers. */
  keys(): Promise<Measurement[]>;
  /** Where its letters and the outlines of its controls are, for whoever has a picture of it. */
  places(): { texts: Placed[]; outlines: Placed[] };
  /** The words and drawings under a selector. */
  signature(selector: string): string;
  /** Which samples are staff's. */
  staff: string[];
}

declare global {
  interface Window {
    stage?: Stage;
  }
}

// What is held in the samples ends at a time of day, which the clock stands before; countdowns stand where they begin.
Date.now = () => STAFF_NOW;
performance.now = () => 0;

const still = document.createElement('style');
still.textContent = '*, ::before, ::after { animation: none !important; transition: none !important; }';
document.head.append(still);

/** A page that stands in for the module's. */
const MODULE = '/module.html';

let app: object | undefined;
/** Counts what was shown: a picture that was overtaken by the next one is nobody's. */
let shows = 0;

async function show(name: string, setting: Setting): Promise<number | null> {
  shows += 1;
  const mine = shows;
  const { of, touch } = touched[name] ?? { of: name, touch: [] };
  const sample = all[of];
  if (!sample) throw new Error(`no sample is called ${of}`);
  if (app) await unmount(app);
  document.body.replaceChildren();
  let hearer: Hearer | undefined;
  app = mount(App, {
    target: document.body,
    props: {
      connect: (given) => {
        hearer = given;
        return { act: () => undefined, module: () => undefined, speak: () => undefined };
      },
    },
  });
  await tick();
  const put = async (view: View) => {
    const { module, ...rest } = dressed(view, setting);
    hearer?.view({ ...rest, module: module && { ...module, url: MODULE } });
    await tick();
  };
  // The options lie over the menu that stood there before them.
  if (sample.screen.is === 'options') await put({ ...sample, screen: menu() });
  await put(sample);
  for (const one of touch) if (!(await press(one))) return null;
  await atRest();
  if (mine !== shows) return null;
  const color = (mine * 0x3d2b1f) & 0xffffff;
  const corner = document.createElement('i');
  corner.style.cssText = `position: fixed; right: 0; bottom: 0; width: 4px; height: 4px; z-index: 9; background: #${color.toString(16).padStart(6, '0')}`;
  document.body.append(corner);
  return color;
}

/** Touches what has this `data-act`; false when there is none. */
async function press(name: string): Promise<boolean> {
  if (name === 'hold') {
    // Staff hold it for three seconds, which don't pass here.
    const later = window.setTimeout;
    window.setTimeout = ((run: () => void) => later(run, 0)) as typeof window.setTimeout;
    document.querySelector('.brand')?.dispatchEvent(new Event('pointerdown', { bubbles: true }));
    window.setTimeout = later;
    return document.querySelector('.brand') !== null;
  }
  const [act, id] = name.split(':');
  const control = document.querySelector<HTMLElement>(`[data-act="${act ?? ''}"]${id === undefined ? '' : `[data-id="${id}"]`}`);
  control?.click();
  await tick();
  return control !== null;
}

/** The fonts that are written with. */
function faces(): Set<string> {
  const styles = [document.body, ...document.querySelectorAll('body *')].map((element) => getComputedStyle(element));
  // Of a list only the first that has any of the letters would be loaded.
  return new Set(styles.flatMap(({ fontWeight, fontFamily }) => fontFamily.split(',').map((family) => `${fontWeight} 20px ${family}`)));
}

/**
 * Fonts, pictures and the module's page are there. A frame of the screen isn't waited for: what is measured is laid out when it is
 * asked for, and a picture is painted when it is taken.
 */
async function atRest(): Promise<void> {
  const frames = [...document.querySelectorAll('iframe')].map((one) => (one.contentDocument?.readyState === 'complete' && one.contentDocument.URL !== 'about:blank' ? undefined : new Promise((resolve) => one.addEventListener('load', resolve, { once: true }))));
  await Promise.all(frames);
  // The module's page is painted by a frame of its own; how many rows fit a page is found out with one.
  if (frames.length > 0 || isStaff(shown)) await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  await Promise.all([...document.querySelectorAll('img')].map((image) => image.decode().catch(() => undefined)));
  await Promise.all([...faces()].map((face) => document.fonts.load(face, document.body.textContent)));
  // What follows from sizes (where the module's frame stands) was laid out with the fonts that were there before.
  dispatchEvent(new Event('resize'));
  await tick();
}

function place({ where, left, top, right, bottom }: Placed): Placed {
  return { where, left, top, right, bottom };
}

const names = [...Object.keys(all), ...Object.keys(touched)];
const isStaff = (name: string) => all[name]?.screen.is === 'staff' || name === 'staff-pin';
let shown = '';

window.stage = {
  names,
  staff: names.filter(isStaff),
  show(name, setting) {
    shown = name;
    return show(name, setting);
  },
  measure: ({ panel: { pitchNm, lowerEdgeMm }, low, large, language }) => measure({ pitchNm, lowerEdgeMm, low, large, language, staff: isStaff(shown) }),
  keys: () => (isStaff(shown) ? Promise.resolve([]) : byKeys(elements(CONTROLS).filter(isShown), tick)),
  places: () => ({ texts: texts().map(place), outlines: outlined().map(place) }),
  signature,
};
