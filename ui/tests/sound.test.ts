import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frame, menu, samples, settings, view } from '../src/gallery/samples';
import type { View } from '../src/generated/View';
import { soundOf, Sounds, type Sound } from '../src/sound';
import { Page, sample } from './page';

const card = sample('card');
const inserted: View = { ...card, screen: { ...card.screen, phase: 'verify' } as View['screen'] };
const taken: View = { ...card, screen: { ...card.screen, phase: 'remove' } as View['screen'] };
const service = { ...sample('service'), module: frame() };
const toCome: View = { ...service, pills: service.pills.map(({ service }) => ({ service, state: { is: 'toCome' } })) };

const scans = (count: number, taken: boolean): View['scans'] => ({ count, taken });
const added: View['note'] = { is: 'added', item: '라떼' };
const unknown: View['note'] = { is: 'notOnMenu' };

describe('a sound', () => {
  /** From what, to what, what is heard, and what is seen with it. */
  const changes: [what: string, before: View, now: View, sound: Sound | undefined, seen: string][] = [
    ['an item that was added', view(menu()), view(menu(), { note: { is: 'added', item: '라떼' } }), 'good', '[data-note=added]'],
    ['a benefit that is used', toCome, sample('service'), 'good', '.subs .done'],
    ['a scan that the module gets', service, { ...service, scans: scans(1, true) }, 'scan', '.frame'],
    ['a scan that adds an item', view(menu()), view(menu(), { note: added, scans: scans(1, true) }), 'good', '[data-note=added]'],
    ['the same item once more', view(menu(), { note: added, scans: scans(1, true) }), view(menu(), { note: added, scans: scans(2, true) }), 'good', '[data-note=added]'],
    ['a scan that nobody wants', view(menu()), view(menu(), { note: unknown, scans: scans(1, false) }), 'refused', '[data-note=notOnMenu]'],
    ['and another one', view(menu(), { note: unknown, scans: scans(1, false) }), view(menu(), { note: unknown, scans: scans(2, false) }), 'refused', '[data-note=notOnMenu]'],
    ['a card that is asked for', sample('pay-confirm'), card, 'insert', '[data-phase=insert]'],
    ['a payment', inserted, sample('settling'), 'paid', '.checks [data-state=done]'],
    ['a payment that did not go through', inserted, sample('declined'), 'refused', '.stage.declined'],
    ['a call for staff', view(menu()), view(menu(), { dock: { home: 'ready', back: 'ready', calling: true } }), 'called', '[data-act=callStaff].on'],
    ['an order that has not arrived', sample('attract'), { ...sample('attract'), notArrived: 1, staffWaiting: 1 }, 'missing', '.dot.n'],
    ['nothing new', view(menu()), view(menu(), { sent: 2 }), undefined, '.kiosk'],
    ['another screen', view(menu()), sample('review'), undefined, '.kiosk'],
  ];

  it.each(changes)('goes with what is seen: %s', (_, before, now, sound, seen) => {
    expect(soundOf(before, now)).toBe(sound);
    const page = new Page();
    page.show(before);
    page.show(now);
    expect(document.querySelector(seen)).not.toBeNull();
    page.close();
  });

  it('is made of scans alone on staff’s pages', () => {
    const staff = Object.values(samples).find(({ screen }) => screen.is === 'staff');
    expect(staff).toBeDefined();
    if (!staff) return;
    expect(soundOf(view(menu()), { ...staff, note: { is: 'notOnMenu' } })).toBeUndefined();
    expect(soundOf(staff, { ...staff, scans: scans(1, true) })).toBe('scan');
    expect(soundOf(staff, { ...staff, scans: scans(1, false) })).toBe('refused');
  });
});

describe('an order that has not arrived', () => {
  const missing = (name: string, notArrived: number): View => ({ ...sample(name), notArrived });

  it('is heard on staff’s pages too, and stands there', () => {
    expect(soundOf(sample('staff-attention-missing'), missing('staff-attention-missing', 1))).toBe('missing');
    const page = new Page();
    page.show(missing('staff-attention-missing', 10));
    expect(document.querySelector('[data-missing=order][data-count="9"]')?.textContent).toContain('A121');
    expect(document.querySelector('[data-missing=void][data-count="1"]')?.textContent).toContain('A118');
    page.close();
  });

  it('is heard again each minute where no customer is in the middle of anything', () => {
    vi.useFakeTimers();
    const heard: string[] = [];
    const sounds = new Sounds((sound) => heard.push(sound));
    sounds.shown(sample('attract'));
    sounds.shown(missing('attract', 2));
    expect(heard).toEqual(['missing']);
    vi.advanceTimersByTime(125_000);
    expect(heard).toEqual(['missing', 'missing', 'missing']);
    sounds.shown(view(menu(), { notArrived: 2 }));
    vi.advanceTimersByTime(125_000);
    sounds.shown(missing('attract', 0));
    vi.advanceTimersByTime(125_000);
    expect(heard).toHaveLength(3);
    sounds.stop();
    vi.useRealTimers();
  });
});

describe('a repeated sound', () => {
  const heard: string[] = [];
  let sounds: Sounds;
  beforeEach(() => {
    vi.useFakeTimers();
    heard.length = 0;
    sounds = new Sounds((sound, volume) => heard.push(`${sound} ${volume}`));
  });
  afterEach(() => {
    sounds.stop();
    vi.useRealTimers();
  });

  it('tells of a card that is left in until it is taken', () => {
    sounds.shown(taken);
    vi.advanceTimersByTime(4500);
    expect(heard).toEqual(['takeCard 3', 'takeCard 3', 'takeCard 3']);
    sounds.shown(sample('settling'));
    vi.advanceTimersByTime(10_000);
    expect(heard.slice(3)).toEqual(['paid 3']);
  });

  it('asks for the card again after 20 s, at the customer’s loudness', () => {
    sounds.shown({ ...card, settings: { ...settings, volume: 1 } });
    vi.advanceTimersByTime(19_000);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(2000);
    expect(heard).toEqual(['insert 1']);
  });

  it('ticks in the last five seconds before the order ends', () => {
    sounds.shown({ ...sample('idle'), sheet: { is: 'idle', endsInMs: 30_000, held: false } });
    vi.advanceTimersByTime(24_900);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(5000);
    expect(heard.length).toBe(5);
  });
});

describe('a control', () => {
  it('clicks when it is touched, and says no when it does nothing', async () => {
    const page = new Page();
    page.show(view(menu(), { dock: { home: 'ready', back: 'nothing', calling: false } }));
    await new Promise((done) => setTimeout(done));
    const touch = (act: string) => page.control(act).dispatchEvent(new MouseEvent('pointerdown', { bubbles: true }));
    touch('home');
    expect(document.documentElement.dataset['sound']).toBe('touch');
    touch('back');
    expect(document.documentElement.dataset['sound']).toBe('refused');
    page.close();
  });
});
