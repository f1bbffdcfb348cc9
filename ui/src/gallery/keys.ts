//! Walks over a screen by keys alone. It knows the DOM and nothing of this project's code.

import type { Measurement } from './measure';
import { all, isShown, nameOf } from './seen';

const ARROWS = ['ArrowDown', 'ArrowRight', 'ArrowLeft', 'ArrowUp'];

/**
 * Presses arrow keys on everything that can be come to, from where the focus is, until nothing new is found: for each of
 * `controls`, was it found? `settled` waits for what a key does.
 */
export async function byKeys(controls: HTMLElement[], settled: () => Promise<void>): Promise<Measurement[]> {
  const dialog = all('[role=dialog], [role=alertdialog]').filter(isShown).at(-1);
  const start = dialog ? document.activeElement : (all('h1').find((heading) => !heading.closest('[inert]')) ?? document.activeElement);
  if (!(start instanceof HTMLElement)) return [];
  const found = new Set<Element>([start]);
  const left = [start];
  for (let from = left.shift(); from; from = left.shift())
    for (const key of ARROWS) {
      from.focus({ preventScroll: true });
      from.dispatchEvent(new KeyboardEvent('keydown', { key, code: key, bubbles: true, cancelable: true }));
      await settled();
      const now = document.activeElement;
      if (!(now instanceof HTMLElement) || found.has(now)) continue;
      found.add(now);
      left.push(now);
    }
  return controls.map((control) => ({ what: 'keys', where: nameOf(control), value: found.has(control) ? 1 : 0, limit: 1, unit: '', short: !found.has(control) }));
}
