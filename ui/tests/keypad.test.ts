import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { menu, samples, settings, view } from '../src/gallery/samples';
import { next } from '../src/keys';
import { Page } from './page';

/** A control that lies here, in px. */
function at(left: number, top: number, width = 100, height = 100): HTMLElement {
  const control = document.createElement('button');
  control.getBoundingClientRect = () => DOMRect.fromRect({ x: left, y: top, width, height });
  return control;
}

describe('an arrow', () => {
  const middle = at(200, 200);
  const right = at(320, 200);
  const farRight = at(600, 200);
  const below = at(200, 320);
  const belowRight = at(310, 310);
  const wide = at(0, 700, 1000, 100);

  it('leads to the nearest control in its direction', () => {
    const all = [middle, right, farRight, below, belowRight, wide];
    expect(next(middle, 'right', all)).toBe(right);
    expect(next(right, 'right', all)).toBe(farRight);
    expect(next(middle, 'down', all)).toBe(below);
    expect(next(below, 'down', all)).toBe(wide);
    expect(next(below, 'up', all)).toBe(middle);
    expect(next(right, 'left', all)).toBe(middle);
  });

  it('prefers what stands in the same row or column to what is near at an angle', () => {
    expect(next(middle, 'right', [middle, farRight, belowRight])).toBe(farRight);
  });

  it('leads nowhere at the edge', () => {
    expect(next(middle, 'up', [middle, right, below])).toBeUndefined();
    expect(next(farRight, 'right', [middle, right, farRight])).toBeUndefined();
  });
});

describe('the keypad', () => {
  let page: Page;
  beforeEach(() => {
    page = new Page();
  });
  afterEach(() => {
    page.close();
    document.documentElement.removeAttribute('data-keys');
    vi.restoreAllMocks();
  });

  function key(name: string, more: KeyboardEventInit = {}): void {
    document.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, ...more }));
    flushSync();
  }
  const acts = () => page.touches().map(({ act }) => act);

  it('tells Rust once that it is used, which gives its user longer', () => {
    page.show(view({ is: 'attract' }));
    key('ArrowDown');
    expect(page.acts.at(-1)?.act).toEqual({ is: 'keypad' });
    page.show(view({ is: 'attract' }, { settings: { ...settings, keypad: true } }));
    key('ArrowDown');
    expect(page.acts.filter(({ act }) => act.is === 'keypad').length).toBe(1);
  });

  it('shows its ring with the first key, and hides it from fingers', () => {
    page.show(view({ is: 'attract' }));
    expect(document.documentElement.hasAttribute('data-keys')).toBe(false);
    key('ArrowDown');
    expect(document.documentElement.hasAttribute('data-keys')).toBe(true);
  });

  it('goes back, to the start and calls staff as the dock does', () => {
    page.show(view(menu(), { number: 2 }));
    key('Escape');
    key('Home');
    key('F1');
    expect(acts()).toEqual([{ is: 'back' }, { is: 'home' }, { is: 'callStaff' }]);
  });

  it('says why it can’t go back, as the dock does', () => {
    page.show(view(menu(), { number: 2, dock: { home: 'ready', back: 'paying', calling: false } }));
    key('Escape');
    expect(acts()).toEqual([]);
    expect(document.querySelector('[data-note]')?.textContent).toContain('결제가 끝나는 중');
  });

  it('closes a sheet before it goes back', () => {
    page.show(samples['start-over'] ?? view({ is: 'attract' }));
    key('Escape');
    expect(acts()).toEqual([{ is: 'closeSheet' }]);
  });

  it('changes loudness, speed and looks on any screen, within their ends', () => {
    page.show(view(menu(), { number: 2, settings: { ...settings, volume: 5, speed: 'slow', keypad: true } }));
    for (const name of ['F3', 'F4', 'F7', 'F8', 'F9', 'F10']) key(name);
    expect(acts()).toEqual([
      { is: 'volume', volume: 4 },
      { is: 'volume', volume: 5 },
      { is: 'speed', speed: 'slow' },
      { is: 'speed', speed: 'usual' },
      { is: 'contrast', on: true },
      { is: 'large', on: true },
    ]);
  });

  it('takes earphones for no key, and tells of them at any time', () => {
    page.show(view(menu(), { number: 2 }));
    key('F15');
    key('F16');
    expect(acts()).toEqual([
      { is: 'earphones', on: true },
      { is: 'earphones', on: false },
    ]);
    expect(document.documentElement.hasAttribute('data-keys')).toBe(false);
  });

  it('has staff’s number pad when home is held as long as the shop’s name', () => {
    page.show(view({ is: 'attract' }));
    let now = 1000;
    vi.spyOn(Event.prototype, 'timeStamp', 'get').mockImplementation(() => now);
    key('Home');
    now += 2900;
    key('Home', { repeat: true });
    expect(document.querySelector('.sheet.pin')).toBeNull();
    now += 200;
    key('Home', { repeat: true });
    expect(document.querySelector('.sheet.pin')).not.toBeNull();
    key('Escape');
    expect(document.querySelector('.sheet.pin')).toBeNull();
  });

  it('leaves keys with Ctrl, Alt or Super to nobody', () => {
    page.show(view(menu(), { number: 2 }));
    key('F1', { ctrlKey: true });
    key('Home', { altKey: true });
    expect(acts()).toEqual([]);
  });
});
