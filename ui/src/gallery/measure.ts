//! Measures what stands on the glass: sizes of letters and controls, gaps, height, names, order, what is cut. It knows the
//! DOM and its arguments and nothing of this project's code, so that it can be put into any page that shows the screens.

import { type Placed, type Text, all, ink, isShown, nameOf, placed, texts } from './seen';

/** Where it is shown. */
export interface Glass {
  /** How large a pixel is, in nm. */
  pitchNm: number;
  /** How high the panel's lower edge hangs over the floor, in mm. */
  lowerEdgeMm: number;
  /** Everything has to be low enough to be reached from a wheelchair. */
  low: boolean;
  /** Twice as large. */
  large: boolean;
  language: string;
  /** For staff, who stand near, know the screen and use fingers: their letters are smaller, and keys lead nowhere in particular. */
  staff: boolean;
}

/** What is measured. */
export type What = 'glyph' | 'side' | 'area' | 'gap' | 'reach' | 'frame' | 'name' | 'heading' | 'language' | 'focus' | 'order' | 'cut' | 'overlap' | 'state' | 'contrast' | 'outline' | 'keys';

/** One thing, as it is and as it should be. */
export interface Measurement {
  what: What;
  where: string;
  value: number;
  limit: number;
  unit: 'mm' | 'mm²' | ': 1' | '×' | '';
  short: boolean;
  /** It may be short: why, in a word. */
  exception?: 'figures in a sentence' | 'staff' | 'frame low and large';
}

/** The least height of a letter, side and area of a control, gap between two, in mm and mm²; the highest reach over the floor. */
const LEAST_GLYPH = 12;
const LEAST_STAFF_GLYPH = 6.2;
const LEAST_SIDE = 12;
const LEAST_AREA = 150;
const LEAST_GAP = 2.5;
const HIGHEST = 1220;
/** Less than this isn't to be seen: half a pixel or so, in mm. */
const ROUNDING = 0.05;

const HANGUL = /\p{Script=Hangul}/u;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const HAN = /\p{Script=Han}/u;
const LATIN = /\p{Script=Latin}/u;
const DIGIT = /\p{Nd}/u;
const WORD = /[\p{Script=Latin}\p{Nd}]{2,}/gu;
/** What can be pressed. */
export const CONTROLS = 'button, a[href], input, select, textarea, [role=button]';

/** Everything about the screen that stands in the page now. */
export function measure(glass: Glass): Measurement[] {
  const mm = glass.pitchNm / 1e6;
  const pieces = texts();
  const controls = all(CONTROLS).filter(isShown);
  return [...glyphs(pieces, glass), ...targets(controls, mm), ...gaps(controls, mm), ...reach(pieces, controls, glass), ...frames(glass), ...named(controls), ...heading(), ...spoken(pieces, glass), ...focus(controls), ...(glass.staff ? [] : order(controls)), ...cut(pieces), ...cut(controls.map((element) => ({ ...placed(element), element }))), ...broken(pieces), ...overlaps(pieces, controls), ...states(controls)];
}

// The heights of letters -------------------------------------------------------------------------------------------------

/** The letter that stands for each script: the lowest syllable with a final consonant, a plain ideograph, a capital, a figure. */
function sampleOf(text: string): string | undefined {
  if (HANGUL.test(text)) return '는';
  if (HAN.test(text)) return '国';
  if (KANA.test(text)) return 'あ';
  if (LATIN.test(text)) return 'H';
  if (DIGIT.test(text)) return '0';
  return undefined;
}

function glyphs(pieces: Text[], glass: Glass): Measurement[] {
  const found: Measurement[] = [];
  const seen = new Set<globalThis.Text>();
  for (const piece of pieces) {
    if (seen.has(piece.node)) continue;
    seen.add(piece.node);
    const height = (letter: string) => {
      const { ascent, descent } = ink(piece.element, letter);
      return ((ascent + descent) * piece.scale * glass.pitchNm) / 1e6;
    };
    // What is set off in a sentence is a part of it.
    const sentence = piece.element.closest('.say')?.textContent ?? piece.text;
    const letter = sampleOf(sentence);
    if (!letter) continue;
    // The code under what a customer reads is for staff.
    const staff = glass.staff || piece.element.closest('[data-code]') !== null;
    const limit = staff ? LEAST_STAFF_GLYPH : LEAST_GLYPH;
    found.push(least('glyph', piece.where, height(letter), limit, 'mm', staff ? 'staff' : undefined));
    const figures = !['0', 'H'].includes(letter) && (DIGIT.test(piece.text) || LATIN.test(piece.text)) ? height(LATIN.test(piece.text) ? 'H' : '0') : limit;
    if (figures < limit - ROUNDING) found.push(least('glyph', piece.where, figures, limit, 'mm', staff ? 'staff' : 'figures in a sentence'));
  }
  return found;
}

// Controls ---------------------------------------------------------------------------------------------------------------

function targets(controls: HTMLElement[], mm: number): Measurement[] {
  return controls.flatMap((control) => {
    const { width, height } = control.getBoundingClientRect();
    return [least('side', nameOf(control), Math.min(width, height) * mm, LEAST_SIDE, 'mm'), least('area', nameOf(control), width * height * mm * mm, LEAST_AREA, 'mm²')];
  });
}

/** From each control to the nearest that lies beside or under it. */
function gaps(controls: HTMLElement[], mm: number): Measurement[] {
  const boxes = controls.map((control) => ({ control, box: control.getBoundingClientRect() }));
  return boxes.flatMap(({ control, box }) => {
    let nearest = Infinity;
    for (const other of boxes) {
      if (other.control === control || control.contains(other.control) || other.control.contains(control)) continue;
      const aside = Math.max(other.box.left - box.right, box.left - other.box.right);
      const under = Math.max(other.box.top - box.bottom, box.top - other.box.bottom);
      // Those that only touch by their corners are far enough from each other.
      if (aside > 0 && under > 0) continue;
      nearest = Math.min(nearest, Math.max(aside, under));
    }
    return nearest === Infinity ? [] : [least('gap', nameOf(control), nearest * mm, LEAST_GAP, 'mm')];
  });
}

// The low position -------------------------------------------------------------------------------------------------------

function reach(pieces: Text[], controls: HTMLElement[], { low, staff, pitchNm, lowerEdgeMm }: Glass): Measurement[] {
  if (!low || staff) return [];
  const seen: Placed[] = [...pieces, ...[...controls, ...all('img, svg, .frame').filter(isShown)].map((element) => placed(element))];
  return seen.map(({ where, top }) => {
    const over = lowerEdgeMm + ((innerHeight - top) * pitchNm) / 1e6;
    return { what: 'reach', where, value: round(over), limit: HIGHEST, unit: 'mm', short: over > HIGHEST + 1 };
  });
}

/** How large the module's page is drawn. */
function frames({ low, large }: Glass): Measurement[] {
  return all('.frame:not(.small) iframe').map((iframe) => {
    const scale = iframe.getBoundingClientRect().width / iframe.offsetWidth;
    // Large text is twice as large where the glass is wide and high enough for that.
    const limit = large && innerHeight > innerWidth ? Math.min(2, (innerWidth - 80) / iframe.offsetWidth) : 1;
    return least('frame', 'iframe', scale, limit, '×', low && large ? 'frame low and large' : undefined);
  });
}

// Names, order, focus ----------------------------------------------------------------------------------------------------

function named(controls: HTMLElement[]): Measurement[] {
  return controls.map((control) => least('name', nameOf(control), accessibleName(control).length, 1, ''));
}

/** What a screen reader says of it. */
export function accessibleName(element: Element): string {
  const label = element.getAttribute('aria-label');
  if (label) return label.trim();
  const by = element.getAttribute('aria-labelledby');
  if (by) return by.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim();
  return visibleWords(element).trim() || (element.getAttribute('title') ?? '').trim();
}

function visibleWords(element: Element): string {
  return [...element.childNodes].map((node) => (node instanceof Element ? (node.getAttribute('aria-hidden') === 'true' || node.closest('svg') ? '' : (node.getAttribute('aria-label') ?? visibleWords(node))) : (node.textContent ?? ''))).join('');
}

/** A screen has one heading that takes the focus; a dialog has a name and the focus in it. */
function heading(): Measurement[] {
  const dialog = all('[role=dialog], [role=alertdialog]').filter(isShown).at(-1);
  if (dialog) return [least('heading', nameOf(dialog), Math.min(accessibleName(dialog).length, 1) + (dialog.contains(document.activeElement) ? 1 : 0), 2, '')];
  const headings = all('h1').filter((heading) => !heading.closest('[inert]'));
  const good = headings.length === 1 && headings[0]?.tabIndex === -1 && headings[0].hasAttribute('tabindex') && accessibleName(headings[0]).length > 0;
  return [least('heading', headings[0] ? nameOf(headings[0]) : 'h1', good ? 1 : 0, 1, '')];
}

/** Words are said in the language that they are written in. */
function spoken(pieces: Text[], { language }: Glass): Measurement[] {
  const page = least('language', 'html', document.documentElement.lang === language ? 1 : 0, 1, '');
  const others = pieces.flatMap((piece) => {
    const lang = piece.element.closest('[lang]')?.getAttribute('lang');
    const script = HANGUL.test(piece.text) ? 'ko' : KANA.test(piece.text) ? 'ja' : undefined;
    return script ? [least('language', piece.where, lang === script ? 1 : 0, 1, '')] : [];
  });
  return [page, ...others];
}

function focus(controls: HTMLElement[]): Measurement[] {
  return controls.map((control) => least('focus', nameOf(control), control.tabIndex >= 0 && !(control as HTMLButtonElement).disabled ? 1 : 0, 1, ''));
}

/** Whoever goes through the controls one by one goes down and to the right: in what is asked, then in the row under it, then in the dock. */
function order(controls: HTMLElement[]): Measurement[] {
  const zone = (control: Element) => control.closest('.dock, .act, .sheet, .stage, nav, .top, .go, .side')?.className ?? '';
  return controls.slice(1).flatMap((control, at) => {
    const before = controls[at];
    if (!before || zone(before) !== zone(control)) return [];
    const a = before.getBoundingClientRect();
    const b = control.getBoundingClientRect();
    const under = b.top >= a.bottom - 1;
    const beside = b.left >= a.right - 1 && b.bottom > a.top;
    return [least('order', `${nameOf(before)} → ${nameOf(control)}`, under || beside ? 1 : 0, 1, '')];
  });
}

// What is cut or lies over something else --------------------------------------------------------------------------------

/** How much of each line of letters, or of each control, can be seen: a part of its ink, or of its area. */
function cut(pieces: (Placed & { element: Element })[]): Measurement[] {
  return pieces.map((piece) => {
    let { left, top, right, bottom } = piece;
    const clip = (box: Placed | DOMRect) => {
      left = Math.max(left, box.left);
      top = Math.max(top, box.top);
      right = Math.min(right, box.right);
      bottom = Math.min(bottom, box.bottom);
    };
    clip({ where: '', left: -0.5, top: -0.5, right: innerWidth + 0.5, bottom: innerHeight + 0.5 });
    // What is placed by itself is cut by the box that it is placed in, and by those around that.
    let placed = false;
    for (let parent: Element | null = piece.element; parent && parent !== document.documentElement; parent = parent.parentElement) {
      const style = getComputedStyle(parent);
      const passed = placed && style.position === 'static' && style.transform === 'none';
      if (passed) continue;
      placed = style.position === 'absolute' || style.position === 'fixed';
      if (style.overflowX !== 'visible' || style.overflowY !== 'visible') {
        const box = parent.getBoundingClientRect();
        clip(new DOMRect(box.left - 0.5, box.top - 0.5, box.width + 1, box.height + 1));
      }
    }
    const whole = (piece.right - piece.left) * (piece.bottom - piece.top);
    const seen = Math.max(0, right - left) * Math.max(0, bottom - top);
    return least('cut', piece.where, whole > 0 ? seen / whole : 1, 0.99, '', piece.element.closest('[data-code]') ? 'staff' : undefined);
  });
}

/** A word of letters with spaces between goes whole onto one line. */
function broken(pieces: Text[]): Measurement[] {
  const range = document.createRange();
  return [...new Set(pieces.map(({ node }) => node))].flatMap((node) => {
    const element = node.parentElement;
    if (!element) return [];
    return [...node.data.matchAll(WORD)].map(({ index, 0: word }) => {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const tops = new Set([...range.getClientRects()].filter(({ width }) => width > 0.5).map(({ top }) => Math.round(top)));
      return least('cut', nameOf(element, word), tops.size > 1 ? 0 : 1, 1, '');
    });
  });
}

/** How far, in px, letters reach into other letters, or into or out of a control. */
function overlaps(pieces: Text[], controls: HTMLElement[]): Measurement[] {
  const boxes = controls.map((control) => ({ control, box: control.getBoundingClientRect() }));
  // What of a long code has no room isn't drawn at all.
  const drawn = pieces.filter(({ element }) => !element.closest('[data-code]'));
  return drawn.map((piece) => {
    let most = 0;
    let over = '';
    const into = (depth: number, what: string) => {
      if (depth > most) [most, over] = [depth, what];
    };
    for (const other of drawn) if (other.node !== piece.node) into(depth(piece, other), other.where);
    for (const { control, box } of boxes) {
      if (control.contains(piece.element)) into(Math.max(box.left - piece.left, piece.right - box.right, box.top - piece.top, piece.bottom - box.bottom), `out of ${nameOf(control)}`);
      else into(depth(piece, box), nameOf(control));
    }
    // A pixel is nobody's.
    return { what: 'overlap', where: most > 1.5 ? `${piece.where} / ${over}` : piece.where, value: round(most), limit: 1.5, unit: '', short: most > 1.5 };
  });
}

function depth(a: Placed | DOMRect, b: Placed | DOMRect): number {
  return Math.min(Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
}

// States without colour --------------------------------------------------------------------------------------------------

/** In how many ways other than colour a control that is chosen, on, current or can't be used differs from one beside it that isn't. */
function states(controls: HTMLElement[]): Measurement[] {
  const stateOf = (control: Element) => ['aria-pressed', 'aria-checked', 'aria-current', 'aria-disabled'].map((name) => (control.getAttribute(name) ?? 'false') !== 'false').join();
  return controls.flatMap((control) => {
    const state = stateOf(control);
    if (!state.includes('true')) return [];
    const siblings = controls.filter((other) => other !== control && other.parentElement === control.parentElement && stateOf(other) !== state);
    const sibling = siblings.find((other) => other.dataset['act'] === control.dataset['act']) ?? siblings[0];
    if (!sibling) return [];
    return [least('state', `${nameOf(control)} / ${nameOf(sibling)}`, differences(looks(control), looks(sibling)), 1, '')];
  });
}

interface Looks {
  marks: string;
  weight: number;
  outline: number;
  dashed: boolean;
  ground: number;
  ink: number;
  faint: number;
}

function looks(control: Element): Looks {
  const style = getComputedStyle(control);
  const shadow = /inset/.test(style.boxShadow) ? Math.max(0, ...[...style.boxShadow.matchAll(/(\d+(?:\.\d+)?)px(?= inset)/g)].map(([, px]) => Number(px))) : 0;
  const icons = [...control.querySelectorAll('svg')].filter((icon) => isShown(icon));
  return {
    marks: `${String(icons.length)} ${String(control.querySelectorAll('.tag').length)}`,
    weight: Number(style.fontWeight),
    outline: Math.max(shadow, style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth)),
    dashed: style.outlineStyle === 'dashed',
    ground: lightness(style.backgroundColor),
    ink: lightness(style.color),
    faint: Math.min(1, ...icons.map((icon) => Number(getComputedStyle(icon).opacity))),
  };
}

function differences(a: Looks, b: Looks): number {
  const contrast = (one: number, other: number) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  return [a.marks !== b.marks, Math.abs(a.weight - b.weight) >= 100, Math.abs(a.outline - b.outline) >= 1, a.dashed !== b.dashed, contrast(a.ground, b.ground) >= 3, contrast(a.ink, b.ink) >= 3, Math.abs(a.faint - b.faint) >= 0.3].filter(Boolean).length;
}

/** Relative luminance of a colour as a style says it; of none, that of white. */
function lightness(color: string): number {
  const [red = 255, green = 255, blue = 255, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
  const linear = (part: number) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  return alpha === 0 ? 1 : 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** The words and drawings under `selector`, without any colour: what must differ between two states. */
export function signature(selector: string): string {
  return all(selector).filter(isShown).map((element) => visibleWords(element) + [...element.querySelectorAll('svg path')].map((path) => path.getAttribute('d')).join()).join('|');
}

// What is there at all ---------------------------------------------------------------------------------------------------

/** Controls with an outline that is meant to be seen, and where they are: for whoever has the pixels. */
export function outlined(): Placed[] {
  return all(CONTROLS)
    .filter((control) => isShown(control) && control.getAttribute('aria-disabled') !== 'true' && /inset/.test(getComputedStyle(control).boxShadow))
    .map(placed);
}

function least(what: What, where: string, value: number, limit: number, unit: Measurement['unit'], exception?: Measurement['exception']): Measurement {
  const allowed = unit === 'mm' || unit === 'mm²' ? ROUNDING : unit === '×' ? 0.005 : 0;
  const short = value < limit - allowed;
  return { what, where, value: round(value), limit, unit, short, ...(exception && { exception }) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
