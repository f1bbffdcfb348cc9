//! On which panel and in which mode a sample is looked at. Not part of the kiosk.

import type { Fit } from '../generated/Fit';
import type { Language } from '../generated/Language';
import type { Screen } from '../generated/Screen';
import type { View } from '../generated/View';
import { heightMm, layoutMm, menuGrid } from '../panel';
import { named } from './names';

/** A panel: its size in px, how large a pixel is, and how high its lower edge hangs. */
export interface Panel {
  name: string;
  width: number;
  height: number;
  pitchNm: number;
  lowerEdgeMm: number;
}

/** The panels of ui.md, the reference first. */
export const PANELS = [
  { name: '27″', width: 1080, height: 1920, pitchNm: 311300, lowerEdgeMm: 780 },
  { name: '27″ landscape', width: 1920, height: 1080, pitchNm: 311300, lowerEdgeMm: 780 },
  { name: '15.6″', width: 720, height: 1280, pitchNm: 269800, lowerEdgeMm: 900 },
  { name: '21.5″', width: 1080, height: 1920, pitchNm: 247900, lowerEdgeMm: 780 },
] as const satisfies Panel[];

/** How a sample is looked at. */
export interface Setting {
  panel: Panel;
  language: Language;
  large: boolean;
  contrast: boolean;
  low: boolean;
}

/** `view` as the kiosk would show it in this setting: as many pieces on a page as fit, in this language's words. */
export function dressed(view: View, { panel, language, large, contrast, low }: Setting): View {
  const settings = { ...view.settings, large, contrast, low, language };
  const shop = { ...view.shop, pitchNm: panel.pitchNm, lowerEdgeMm: panel.lowerEdgeMm };
  const sized = { ...view, fit: fitOf({ shop, settings }), settings, shop };
  return named({ ...sized, screen: paged(view.screen, sized) }, language);
}

/** How much room there is, as the kiosk's `fit` says. */
function fitOf(view: Pick<View, 'shop' | 'settings'>): Fit {
  const { width, height } = layoutMm(view);
  if (height < 300 || width < 210) return 'xs';
  if (width < 290) return 's';
  return width >= 420 && innerWidth > innerHeight ? 'l' : 'm';
}

/** What fits on a page, as the kiosk's `page_size` says. */
function paged(screen: Screen, view: View): Screen {
  if (screen.is === 'menu') {
    const { columns, rows } = menuGrid(view);
    return { ...screen, items: screen.items.slice(0, columns * rows) };
  }
  if (screen.is !== 'review') return screen;
  const lines = linesOf(view.fit, heightMm(view));
  return { ...screen, lines: screen.lines.slice(0, lines), pages: Math.max(screen.pages, Math.ceil(screen.lines.length / lines)) };
}

function linesOf(fit: Fit, height: number): number {
  switch (fit) {
    case 'xs':
      return height < 330 ? 1 : 2;
    case 's':
      return 2;
    case 'm':
      return height < 450 ? 2 : 4;
    case 'l':
      return 4;
  }
}
