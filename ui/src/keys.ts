//! A keypad in place of fingers: what its keys mean, and where an arrow leads.

/** What a key is for. The widget around the page has made the shop's own keys into these (`[keypad]` of the configuration). */
export type Key = Direction | 'ok' | 'back' | 'home' | 'staff' | 'again' | 'quieter' | 'louder' | 'slower' | 'faster' | 'contrast' | 'large' | Plug;
/** What a keypad with a socket says of the earphones in it. */
export type Plug = 'earphonesIn' | 'earphonesOut';
export type Direction = 'up' | 'down' | 'left' | 'right';

const KEYS: Record<string, Key> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Enter: 'ok',
  Escape: 'back',
  Home: 'home',
  F1: 'staff',
  F2: 'again',
  F3: 'quieter',
  F4: 'louder',
  F7: 'slower',
  F8: 'faster',
  F9: 'contrast',
  F10: 'large',
  F15: 'earphonesIn',
  F16: 'earphonesOut',
};

/** The key of a keypad that this is, if it is one. */
export function keyOf(event: KeyboardEvent): Key | undefined {
  return event.ctrlKey || event.altKey || event.metaKey ? undefined : KEYS[event.key];
}

export function isDirection(key: Key): key is Direction {
  return key === 'up' || key === 'down' || key === 'left' || key === 'right';
}

export function isPlug(key: Key): key is Plug {
  return key === 'earphonesIn' || key === 'earphonesOut';
}

/** The control that the keys come to from `from` in this direction; none at the edge. */
export function next(from: Element, direction: Direction, controls: Element[]): HTMLElement | undefined {
  const here = from.getBoundingClientRect();
  let best: { control: Element; far: number } | undefined;
  for (const control of controls) {
    if (control === from) continue;
    const far = distance(here, control.getBoundingClientRect(), direction);
    if (far !== undefined && (!best || far < best.far)) best = { control, far };
  }
  return best?.control instanceof HTMLElement ? best.control : undefined;
}

/** Everything that keys can come to now, in the order of the page. */
export function controls(root: ParentNode): Element[] {
  return [...root.querySelectorAll('button, [tabindex="0"]')].filter((control) => {
    const { width, height } = control.getBoundingClientRect();
    return width > 0 && height > 0 && !control.closest('[inert]');
  });
}

/** Two controls whose edges overlap by so little stand beside each other, in px. */
const SLACK = 2;

/**
 * How far it is to `there`; nowhere when it doesn't lie in that direction. What stands in the same row or column is nearer
 * than anything that doesn't, as a reader expects; among the others the shorter way sideways counts double.
 */
function distance(here: DOMRect, there: DOMRect, direction: Direction): number | undefined {
  const along = gap(here, there, direction);
  if (along === undefined) return undefined;
  const upright = direction === 'up' || direction === 'down';
  const [low, high, otherLow, otherHigh] = upright ? [here.left, here.right, there.left, there.right] : [here.top, here.bottom, there.top, there.bottom];
  const aside = Math.max(0, otherLow - high, low - otherHigh);
  const centre = Math.abs((low + high) / 2 - (otherLow + otherHigh) / 2);
  return along + 2 * aside + (aside > 0 ? 1000 : 0) + centre / 1000;
}

/** From edge to edge, when `there` begins where `here` ends. */
function gap(here: DOMRect, there: DOMRect, direction: Direction): number | undefined {
  const far = {
    right: there.left - here.right,
    left: here.left - there.right,
    down: there.top - here.bottom,
    up: here.top - there.bottom,
  }[direction];
  return far >= -SLACK ? Math.max(0, far) : undefined;
}
