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

/** The least room, in mm, that every screen fits in: the reference panel's at 200 % in the low position. */
const LEAST_MM = { width: 168, height: 220 };

/** Under this height, in mm of the layout, a screen of one column gives up what isn't needed. */
const SHORT_MM = 290;

/** What of a view says how large everything is. */
type Sized = Pick<View, 'shop' | 'settings'>;

/** Width and height of the layout, in its own millimetres: large text makes them larger, the low position ends at its line. */
export function layoutMm(view: Sized): { width: number; height: number } {
  const glass = glassMm(view);
  const zoom = zoomPercent(view);
  return { width: Math.floor((glass.width * 100) / zoom), height: Math.floor((glass.height * 100) / zoom) };
}

/** How high the layout is, in its own millimetres. */
export function heightMm(view: Sized): number {
  return layoutMm(view).height;
}

/** How much larger large text is: twice, or as far as every screen still fits whole on a smaller panel; as the kiosk's `zoom_percent`. */
export function zoomPercent(view: Sized): number {
  if (!view.settings.large) return 100;
  const { width, height } = glassMm(view);
  return Math.max(100, Math.min(200, Math.floor((width * 100) / LEAST_MM.width), Math.floor((height * 100) / LEAST_MM.height)));
}

/** The glass that is used, in mm. */
function glassMm({ shop, settings }: Sized): { width: number; height: number } {
  const mm = (px: number) => Math.floor((px * shop.pitchNm) / 1e6);
  const height = mm(innerHeight);
  return { width: mm(innerWidth), height: settings.low ? Math.min(height, LOW_MM - shop.lowerEdgeMm) : height };
}

/**
 * How staff's screens are laid out: `wide` in two columns, `tall` with all parts of a page under each other, `small` with
 * one of them at a time.
 */
export type Room = 'small' | 'tall' | 'wide';

/** The room on a panel, from its size in mm alone: staff's letters are always the same. */
export function staffRoom({ shop }: View): Room {
  const width = (innerWidth * shop.pitchNm) / 1e6;
  const height = (innerHeight * shop.pitchNm) / 1e6;
  if (width > height && width >= 420) return 'wide';
  return width >= 280 && height >= 520 ? 'tall' : 'small';
}

/** Sets on `<html>` what the style sheets know of the panel and of the customer's settings. */
export function fitPanel(root: HTMLElement, view: View): void {
  const { shop } = view;
  // Staff's screens keep their own size and place, whatever the last customer needed, and find out for themselves how much
  // room they have.
  const staff = view.screen.is === 'staff';
  const fit = staff ? 'm' : view.fit;
  const settings = staff ? { ...view.settings, large: false, low: false } : view.settings;
  const pitch = shop.pitchNm / 1e6;
  root.style.setProperty('--panel-pitch', String(pitch));
  root.style.setProperty('--zoom', String(zoomPercent({ shop, settings }) / 100));
  root.style.setProperty('--low-h', `${Math.floor((LOW_MM - shop.lowerEdgeMm) / pitch)}px`);
  root.lang = settings.language;
  root.dataset['fit'] = fit;
  mark(root, 'theme', settings.contrast ? 'contrast' : null);
  mark(root, 'low', settings.low ? '' : null);
  mark(root, 'short', fit === 'xs' && heightMm({ shop, settings }) < SHORT_MM ? '' : null);
  mark(root, 'panel', Math.hypot(innerWidth, innerHeight) * pitch <= SMALL_PANEL_MM ? 'small' : null);
}

function mark(root: HTMLElement, name: string, value: string | null): void {
  if (value === null) root.removeAttribute(`data-${name}`);
  else root.setAttribute(`data-${name}`, value);
}
