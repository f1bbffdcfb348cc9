//! What can be seen on the glass: which letters, where their ink is, which controls. It knows the DOM and nothing else.

/** A rectangle of the page, in px. */
export interface Placed {
  where: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A run of letters on one line. */
export interface Text extends Placed {
  text: string;
  /** Set in one node of the page: its pieces never overlap each other. */
  node: globalThis.Text;
  element: Element;
  /** How much larger it is drawn than its style says. */
  scale: number;
}

/** The letters that can be seen, line by line, with the rectangle of their ink. */
export function texts(): Text[] {
  const found: Text[] = [];
  const walker = document.createTreeWalker(root(), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const notes = all('.toast p').map((note) => note.getBoundingClientRect());
  for (let node = walker.nextNode() as globalThis.Text | null; node; node = walker.nextNode() as globalThis.Text | null) {
    const element = node.parentElement;
    if (!element || !node.data.trim() || !isShown(element)) continue;
    const metrics = ink(element, node.data.trim());
    const scale = scaleOf(element);
    range.selectNodeContents(node);
    for (const box of lines(range)) {
      // The box of a line of letters is as high as the font; the ink is less.
      const middle = (box.top + box.bottom) / 2;
      const half = (box.bottom - box.top) / 2;
      const baseline = middle + half * metrics.baseline;
      const piece = { where: nameOf(element, node.data), left: box.left, right: box.right, top: baseline - metrics.ascent * scale, bottom: baseline + metrics.descent * scale, text: node.data.trim(), node, element, scale };
      // A note lies over the steps for some seconds.
      const under = notes.some((note) => piece.left >= note.left - 1 && piece.right <= note.right + 1 && piece.top >= note.top - 1 && piece.bottom <= note.bottom + 1);
      if (!under || element.closest('.toast')) found.push(piece);
    }
  }
  return found;
}

function lines(range: Range): DOMRect[] {
  const rows: DOMRect[] = [];
  for (const box of range.getClientRects()) {
    if (box.width < 0.5) continue;
    const last = rows.at(-1);
    // One line may come in pieces.
    if (last && Math.abs(last.top - box.top) < 1 && Math.abs(last.bottom - box.bottom) < 1) rows[rows.length - 1] = new DOMRect(Math.min(last.left, box.left), last.top, Math.max(last.right, box.right) - Math.min(last.left, box.left), last.height);
    else rows.push(box);
  }
  return rows;
}

const canvas = document.createElement('canvas').getContext('2d');
const known = new Map<string, Ink>();
/** At which size, in px, letters are measured. */
const LARGE = 1000;

/** How far letters reach over and under the base line, and where that is in the line's box, from −1 (its top) to 1. */
interface Ink {
  ascent: number;
  descent: number;
  baseline: number;
}

/** The ink of these letters as `element` writes them, in px. */
export function ink(element: Element, letters: string): Ink {
  const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(element);
  const key = `${fontStyle} ${fontWeight} ${fontFamily} ${letters}`;
  let of = known.get(key);
  if (!of && canvas) {
    // WebKit tells whole pixels, so the letters are large.
    canvas.font = `${fontStyle} ${fontWeight} ${String(LARGE)}px ${fontFamily}`;
    const { actualBoundingBoxAscent: ascent, actualBoundingBoxDescent: descent, fontBoundingBoxAscent: over, fontBoundingBoxDescent: under } = canvas.measureText(letters);
    of = { ascent: ascent / LARGE, descent: descent / LARGE, baseline: over + under > 0 ? (over - under) / (over + under) : 0 };
    if (document.fonts.status === 'loaded') known.set(key, of);
  }
  const size = parseFloat(fontSize);
  return of ? { ascent: of.ascent * size, descent: of.descent * size, baseline: of.baseline } : { ascent: 0, descent: 0, baseline: 0 };
}

export function root(): Element {
  return document.querySelector('.kiosk') ?? document.body;
}

export function all(selector: string): HTMLElement[] {
  return [...root().querySelectorAll<HTMLElement>(selector)];
}

/** Can it be seen and used now? What lies under a sheet can't. */
export function isShown(element: Element): boolean {
  if (element.closest('[inert], .past, .unseen')) return false;
  return element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && element.getClientRects().length > 0;
}

/** How much larger it is drawn than its style says. */
export function scaleOf(element: Element): number {
  if (element instanceof SVGGraphicsElement) return element.getScreenCTM()?.a ?? 1;
  const box = element.closest<HTMLElement>('*:not(span):not(b):not(small)');
  if (!box || box.offsetWidth === 0) return 1;
  const scale = box.getBoundingClientRect().width / box.offsetWidth;
  return Math.abs(scale - 1) < 0.01 ? 1 : scale;
}

export function placed(element: Element): Placed {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return { where: nameOf(element), left, top, right, bottom };
}

/** Enough of a name to find it again. */
export function nameOf(element: Element, text = element.textContent): string {
  const control = element.closest<HTMLElement>('[data-act]');
  const at = control && control.dataset['act'] !== 'staff' ? `${control.dataset['act'] ?? ''}${control.dataset['id'] ? `:${control.dataset['id']}` : ''}` : element.getAttribute('class')?.trim().split(/\s+/).join('.') || `${element.parentElement?.getAttribute('class')?.trim().split(/\s+/).join('.') ?? ''} ${element.localName}`;
  return `${at} “${(text || element.getAttribute('aria-label') || '').trim().replace(/\s+/g, ' ').slice(0, 24)}”`;
}
