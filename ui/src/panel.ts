import type { View } from './generated/View';

/** Panels of this diagonal (11 inch, in mm) and less are read from nearer, with smaller letters. */
const SMALL_PANEL_MM = 280;

/** Height above the floor, in mm, that everything stays below in the low position. */
const LOW_MM = 1220;

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
