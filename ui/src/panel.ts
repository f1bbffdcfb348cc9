import type { View } from './generated/View';

/** Panels of this diagonal (11 inch, in mm) and less are read from nearer, with smaller letters. */
const SMALL_PANEL_MM = 280;

/** Height above the floor, in mm, that everything stays below in the low position. */
const LOW_MM = 1220;

/** The columns and rows of a page of the menu, also of one with fewer items, so that cards keep their size: what the kiosk's `page_size` fills. */
export function menuGrid(view: View): { columns: number; rows: number } {
  const { fit } = view;
  const columns = { xs: 1, s: 2, m: 3, l: 4 }[fit];
  if (fit === 'l') return { columns, rows: 2 };
  const short = fit === 'xs' ? 250 : 450;
  return { columns, rows: fit !== 's' && heightMm(view) < short ? 2 : 3 };
}

/** How high the layout is, in its own millimetres: large text halves them, the low position ends at its line. */
export function heightMm({ shop, settings }: View): number {
  const panel = (innerHeight * shop.pitchNm) / 1e6;
  const height = settings.low ? Math.min(panel, LOW_MM - shop.lowerEdgeMm) : panel;
  return height / (settings.large ? 2 : 1);
}

/** Sets on `<html>` what the style sheets know of the panel and of the customer's settings. */
export function fitPanel(root: HTMLElement, view: View): void {
  const { shop, fit } = view;
  // Staff's screens keep their own size and place, whatever the last customer needed.
  const settings = view.screen.is === 'staffOrders' ? { ...view.settings, large: false, low: false } : view.settings;
  const pitch = shop.pitchNm / 1e6;
  root.style.setProperty('--panel-pitch', String(pitch));
  root.style.setProperty('--zoom', settings.large ? '2' : '1');
  root.style.setProperty('--low-h', `${Math.floor((LOW_MM - shop.lowerEdgeMm) / pitch)}px`);
  root.lang = settings.language;
  root.dataset['fit'] = fit;
  mark(root, 'theme', settings.contrast ? 'contrast' : null);
  mark(root, 'low', settings.low ? '' : null);
  mark(root, 'panel', Math.hypot(innerWidth, innerHeight) * pitch <= SMALL_PANEL_MM ? 'small' : null);
}

function mark(root: HTMLElement, name: string, value: string | null): void {
  if (value === null) root.removeAttribute(`data-${name}`);
  else root.setAttribute(`data-${name}`, value);
}
