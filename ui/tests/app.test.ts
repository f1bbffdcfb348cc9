import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { menu, money, samples, view } from '../src/gallery/samples';
import { all } from '../src/gallery/states';
import type { PaperOffer } from '../src/generated/PaperOffer';
import type { CardPhase } from '../src/generated/CardPhase';
import type { OutOfService } from '../src/generated/OutOfService';
import type { Screen } from '../src/generated/Screen';
import type { View } from '../src/generated/View';
import { Page } from './page';

let page: Page;
beforeEach(() => {
  page = new Page();
});
afterEach(() => page.close());

/** Every kind of screen; a new one doesn't compile until it is named here. */
const kinds: Record<Screen['is'], true> = {
  attract: true,
  menu: true,
  options: true,
  review: true,
  benefits: true,
  service: true,
  serviceUnknown: true,
  serviceFailed: true,
  benefitsLost: true,
  timeShort: true,
  returning: true,
  payConfirm: true,
  card: true,
  declined: true,
  settling: true,
  done: true,
  unknown: true,
  outOfService: true,
  staff: true,
};

describe('the page', () => {
  it('shows nothing before Rust has spoken', () => {
    expect(document.body.textContent).toBe('');
  });

  it('says its size once when it starts', () => {
    expect(page.acts).toEqual([{ view: 0, act: { is: 'resized', width: innerWidth, height: innerHeight } }]);
  });

  it('says its size again when it changes', () => {
    page.show(view({ is: 'attract' }, { number: 3 }));
    dispatchEvent(new Event('resize'));
    expect(page.acts.at(-1)).toEqual({ view: 3, act: { is: 'resized', width: innerWidth, height: innerHeight } });
  });

  it('has a sample of every kind of screen', () => {
    const shown = new Set(Object.values(samples).map((sample) => sample.screen.is));
    expect([...shown].sort()).toEqual(Object.keys(kinds).sort());
  });

  it.each(Object.entries(all))('shows %s with its question, and every control does something', (_, sample) => {
    page.show(sample);
    const root = document.querySelector('.kiosk');
    expect(root?.getAttribute('data-screen')).toBe(sample.screen.is);
    expect(root?.getAttribute('data-view')).toBe(String(sample.number));
    expect(root?.textContent?.trim()).not.toBe('');
    // No key of a text that is missing.
    expect(root?.textContent).not.toMatch(/\b[a-z]+\.[a-zA-Z]+\b/);
    for (const control of document.querySelectorAll('button')) expect(control.dataset['act']).toBeTruthy();
  });

  it.each(Object.entries(samples))('writes no style attribute that the policy would refuse into %s', (_, sample) => {
    const template = document.createElement('template');
    page.show(sample);
    template.innerHTML = document.querySelector('.kiosk')?.outerHTML ?? '';
    const styled = [...template.content.querySelectorAll('[style]')].map((element) => element.getAttribute('style'));
    // Those that are there were set one by one through the style object: custom properties and places.
    for (const style of styled) expect(style).toMatch(/^(--(tint|rows|scale)|left|top|transform):/);
  });

  it('tells when a view is painted', async () => {
    page.show(view({ is: 'attract' }, { number: 41 }));
    await expect.poll(() => document.documentElement.dataset['painted']).toBe('41');
  });
});

describe('a touch', () => {
  /** When the test begins, in ms of the page's own clock. */
  let began = 0;
  beforeEach(() => (began = performance.now()));

  it('carries the number of the view that it was made on', () => {
    page.show(view(menu(), { number: 7, money }));
    page.touch('item', 'KD101111');
    page.show(view(menu(), { number: 8, money }));
    page.touch('category', 'c1');
    expect(page.touches()).toEqual([
      { view: 7, act: { is: 'item', id: 'KD101111' } },
      { view: 8, act: { is: 'category', id: 'c1' } },
    ]);
  });

  it('and the second of a hurried hand counts for the screen of the first, whatever has come under it', () => {
    const finger = (x: number, at: number) => {
      const down = new MouseEvent('pointerdown', { bubbles: true, clientX: x, clientY: 900 });
      Object.defineProperty(down, 'timeStamp', { value: began + at });
      document.body.dispatchEvent(down);
      page.touch('home');
    };
    page.show(view(menu(), { number: 4, money }));
    finger(500, 1_000);
    page.show(view({ is: 'benefitsLost' }, { number: 5, money }));
    finger(510, 1_120);
    finger(505, 1_300);
    // Somewhere else, or later, it is a touch of its own.
    finger(700, 1_400);
    finger(705, 2_400);
    expect(page.touches().map(({ view }) => view)).toEqual([4, 4, 4, 5, 5]);
  });

  it('and so does each of five fingers that come down together again and again', () => {
    const hand = (at: number) => {
      for (const [finger, x] of [500, 640, 760, 880, 990].entries()) {
        const down = new MouseEvent('pointerdown', { bubbles: true, clientX: x, clientY: 900 });
        Object.defineProperty(down, 'timeStamp', { value: began + at + finger });
        document.body.dispatchEvent(down);
        page.touch('home');
      }
    };
    page.show(view(menu(), { number: 4, money }));
    hand(1_000);
    page.show(view({ is: 'benefitsLost' }, { number: 5, money }));
    hand(1_120);
    hand(1_400);
    hand(1_650);
    // What came long after isn't theirs.
    hand(2_400);
    expect(page.touches().map(({ view }) => view)).toEqual([...Array<number>(20).fill(4), ...Array<number>(5).fill(5)]);
  });

  it('that waited while the page was busy counts for what stood there when it was made', () => {
    const finger = (at: number) => {
      const down = new MouseEvent('pointerdown', { bubbles: true, clientX: 500, clientY: 900 });
      Object.defineProperty(down, 'timeStamp', { value: at });
      document.body.dispatchEvent(down);
      page.touch('home');
    };
    page.show(view(menu(), { number: 4, money }));
    const made = performance.now();
    while (performance.now() === made);
    page.show(view({ is: 'benefitsLost' }, { number: 5, money }));
    finger(made);
    // The same screen once more is no other one; and what seems to be an hour old comes from a clock that went back.
    page.show(view({ is: 'benefitsLost' }, { number: 5, money }));
    finger(made + 5_000);
    finger(made - 3_600_000);
    expect(page.touches().map(({ view }) => view)).toEqual([4, 5, 5]);
  });

  it('counts for what stands there after the clock went back, too', () => {
    const finger = (at: number) => {
      const down = new MouseEvent('pointerdown', { bubbles: true, clientX: 500, clientY: 900 });
      Object.defineProperty(down, 'timeStamp', { value: began + at });
      document.body.dispatchEvent(down);
      page.touch('home');
    };
    page.show(view(menu(), { number: 4, money }));
    finger(4_294_967_000);
    page.show(view({ is: 'benefitsLost' }, { number: 5, money }));
    finger(900);
    finger(2_000);
    expect(page.touches().map(({ view }) => view)).toEqual([4, 5, 5]);
  });

  it('counts for what stands there, once the hand has come to it', () => {
    const finger = (x: number, at: number) => {
      const down = new MouseEvent('pointerdown', { bubbles: true, clientX: x, clientY: 900 });
      Object.defineProperty(down, 'timeStamp', { value: began + at });
      document.body.dispatchEvent(down);
      page.touch('home');
    };
    page.show(view(menu(), { number: 4, money }));
    finger(500, 1_000);
    page.show(view({ is: 'benefitsLost' }, { number: 5, money }));
    finger(900, 1_200);
    finger(500, 1_400);
    expect(page.touches().map(({ view }) => view)).toEqual([4, 5, 5]);
  });

  it('that began on a screen that is gone says so', () => {
    page.show(view(menu(), { number: 7, money }));
    page.control('home').dispatchEvent(new Event('pointerdown', { bubbles: true }));
    page.show(view({ is: 'benefitsLost' }, { number: 8, money }));
    page.touch('home');
    expect(page.touches()).toEqual([{ view: 7, act: { is: 'home' } }]);
  });

  it('on something sold out does nothing but say why', () => {
    page.show(view(menu(), { money }));
    page.touch('item', 'KD101116');
    expect(page.touches()).toEqual([]);
    expect(document.querySelector('[data-note]')?.textContent).toContain('다 팔렸어요');
  });

  it('on the way back while the payment ends says that it has to wait', () => {
    page.show(samples['settling'] ?? view({ is: 'attract' }));
    page.touch('home');
    expect(page.touches()).toEqual([]);
    expect(document.querySelector('[data-note]')?.textContent).toContain('기다려 주세요');
  });

  it('on pay while the terminal is being asked does nothing', () => {
    page.show(samples['pay-confirm-busy'] ?? view({ is: 'attract' }));
    page.touch('pay');
    expect(page.touches()).toEqual([]);
  });

  it('on next with nothing ticked says what to do first', () => {
    const benefits = samples['benefits'] ?? view({ is: 'attract' });
    page.show({ ...benefits, screen: { is: 'benefits', services: [{ service: 'COUPON', ticked: false }] } });
    page.touch('next');
    expect(page.touches()).toEqual([]);
    expect(document.querySelector('[data-note]')?.textContent).toContain('먼저 골라 주세요');
  });

  it('on what would speak says that there is no voice in this language', () => {
    const mute = (shown: View): View => ({ ...shown, shop: { ...shown.shop, speaks: false } });
    page.show(mute(view({ is: 'attract' })));
    page.touch('voice');
    expect(page.touches()).toEqual([]);
    page.show(mute(samples['settings'] ?? view({ is: 'attract' })));
    for (const act of ['voice', 'volume', 'speed', 'again']) expect(document.querySelector(`.sheet [data-act="${act}"]`)).toBeNull();
  });

  it('turns a tick over', () => {
    page.show(samples['benefits'] ?? view({ is: 'attract' }));
    page.touch('tick', 'COUPON');
    page.touch('tick', 'PREPAID');
    expect(page.touches().map(({ act }) => act)).toEqual([
      { is: 'tick', service: 'COUPON', on: false },
      { is: 'tick', service: 'PREPAID', on: true },
    ]);
  });

  it('on the bin removes the line, on the minus takes one away', () => {
    page.show(samples['review'] ?? view({ is: 'attract' }));
    page.touch('removeLine', '0');
    page.touch('linePieces', '1-');
    expect(page.touches().map(({ act }) => act)).toEqual([
      { is: 'removeLine', index: 0 },
      { is: 'linePieces', index: 1, count: 1 },
    ]);
  });
});

describe('the card screen', () => {
  const card = (phase: CardPhase, more = {}) => view({ is: 'card', phase, leftMs: 42_000, stopping: false, ...more }, { money });
  const words = () => document.querySelector('.card-words')?.textContent ?? '';
  const counts = () => document.querySelector('.card-sum .chip:not(.away)') !== null;
  const stops = () => document.querySelector('[data-act="dontPay"]') !== null;

  it.each([
    ['insert', '넣거나', true, true],
    ['read', '카드를 빼지 마세요', false, true],
    ['verify', '카드 회사에', false, false],
    ['remove', '빼 주세요', false, false],
  ] as const)('in the phase %s has words of its own, and offers only what can still be done', (phase, says, counting, stoppable) => {
    page.show(card(phase));
    expect(words().replace(/\s+/g, ' ')).toContain(says);
    expect([counts(), stops()]).toEqual([counting, stoppable]);
  });

  it('asks for no card any more while the payment is being stopped', () => {
    page.show(card('insert', { stopping: true }));
    expect(words()).not.toContain('넣거나');
    expect(counts()).toBe(false);
  });

  it('never counts to nothing', () => {
    page.show(card('insert', { leftMs: 0 }));
    expect(counts()).toBe(false);
  });
});

describe('a choice of one', () => {
  it('of receipts isn’t asked', () => {
    page.show(view({ is: 'payConfirm', receipts: ['none'], receipt: 'none', noPaper: false, instalments: [], months: 0, busy: false }, { money }));
    expect(document.querySelector('[data-act="receipt"]')).toBeNull();
  });
});

describe('paper', () => {
  const words = () => document.querySelector('.kiosk')?.textContent.replace(/\s+/g, ' ') ?? '';
  const done = (paper: PaperOffer) => view({ is: 'done', orderNumber: '127', handedOver: true, benefitsPending: false, earned: null, paper, endsInMs: 25000 }, { money });
  const button = () => document.querySelector<HTMLElement>('[data-act="paper"]');

  it('is told of before paying when there is none', () => {
    page.show(samples['pay-confirm-no-paper'] ?? view({ is: 'attract' }));
    expect(words()).toContain('영수증이 나오지 않아요');
    page.show(samples['pay-confirm'] ?? view({ is: 'attract' }));
    expect(words()).not.toContain('영수증이 나오지 않아요');
  });

  it('is offered, comes, and can be had once more', () => {
    page.show(done({ is: 'absent' }));
    expect(button()).toBeNull();
    page.show(done({ is: 'offered' }));
    expect(button()?.textContent).toContain('종이 영수증');
    page.show(done({ is: 'printing' }));
    expect(button()?.getAttribute('aria-disabled')).toBe('true');
    page.show(done({ is: 'printed', more: true }));
    expect(button()?.textContent).toContain('한 장 더');
    page.show(done({ is: 'printed', more: false }));
    expect(button()).toBeNull();
  });

  it('that doesn’t come is said so, and the number is to be remembered', () => {
    page.show(done({ is: 'out' }));
    expect(words()).toContain('영수증이 나오지 않아요. 번호를 기억해 주세요.');
    expect(button()).toBeNull();
    page.show(done({ is: 'failed' }));
    expect(words()).toContain('번호를 기억해 주세요.');
    expect(button()).not.toBeNull();
  });
});

describe('a payment that the customer stopped', () => {
  it('is no alarm', () => {
    page.show(samples['stopped'] ?? view({ is: 'attract' }));
    expect(document.querySelector('h1')?.textContent).toBe('결제를 멈췄어요');
    expect(document.querySelector('.mark-round.bad')).toBeNull();
  });
});

describe('a coupon for nothing on this menu', () => {
  it('is said so', () => {
    page.show(view(menu(), { money, note: { is: 'couponFor', items: [] } }));
    expect(document.querySelector('[data-note]')?.textContent).toBe('이 주문에는 쓸 수 없는 쿠폰이에요');
  });
});

describe('out of service', () => {
  it('for a cause that this page doesn’t know still says where to order', () => {
    page.show(view({ is: 'outOfService', why: { is: 'somethingNew' } as unknown as OutOfService, code: 'X1' }));
    expect(document.querySelector('.kiosk')?.textContent).toContain('계산대');
  });
});

describe('what lies over the screen', () => {
  it('leaves the menu in its place behind the options', () => {
    page.show(view(menu(), { money }));
    const before = document.querySelector('.grid');
    page.show(samples['options'] ?? view({ is: 'attract' }));
    expect(document.querySelector('.grid')).toBe(before);
    expect(document.querySelector<HTMLElement>('.screen')?.inert).toBe(true);
  });

  it('asks one thing a page where there is little room', () => {
    page.show({ ...(samples['options'] ?? view({ is: 'attract' })), fit: 'xs' });
    for (const question of ['온도', '크기', '샷 추가']) {
      expect(document.querySelector('.sheet h2')?.textContent).toBe(question);
      page.touch('nextQuestion');
    }
    expect(document.querySelector('.sheet h2')?.textContent).toBe('몇 개');
    page.touch('addToCart');
    expect(page.touches().map(({ act }) => act)).toEqual([{ is: 'addToCart' }]);
  });

  it('keeps the way out open: the dock is never covered', () => {
    page.show(samples['idle'] ?? view({ is: 'attract' }));
    let around: HTMLElement | null = page.control('callStaff');
    for (; around; around = around.parentElement) expect(around.inert).not.toBe(true);
  });
});

describe('the languages', () => {
  it('change what stands there at once', () => {
    const attract = view({ is: 'attract' });
    page.show(attract);
    expect(document.querySelector('h1')?.textContent).toBe('무엇을 드릴까요?');
    page.show({ ...attract, settings: { ...attract.settings, language: 'en' } });
    expect(document.querySelector('h1')?.textContent).toBe('What would you like?');
    expect(document.documentElement.lang).toBe('en');
  });
});

describe('the staff’s number pad', () => {
  function hold(ms: number): Promise<void> {
    page.control('staff').dispatchEvent(new Event('pointerdown', { bubbles: true }));
    vi.advanceTimersByTime(ms);
    return Promise.resolve();
  }
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('opens when the shop’s name is held for three seconds, and sends six digits', async () => {
    page.show(view({ is: 'attract' }, { number: 5 }));
    await hold(3000);
    flushSync();
    for (const digit of '123456') page.touch('digit', digit);
    expect(document.querySelectorAll('.pips .on').length).toBe(6);
    page.touch('staffEnter');
    expect(page.touches()).toEqual([{ view: 5, act: { is: 'staffEnter', pin: '123456' } }]);
  });

  it('stays shut when it is held for less', async () => {
    page.show(view({ is: 'attract' }));
    await hold(2900);
    page.control('staff').dispatchEvent(new Event('pointerup', { bubbles: true }));
    vi.advanceTimersByTime(1000);
    flushSync();
    expect(document.querySelector('.sheet')).toBeNull();
  });

  it('closes by itself half a minute after the last key', async () => {
    page.show(view({ is: 'attract' }));
    await hold(3000);
    flushSync();
    vi.advanceTimersByTime(29_000);
    page.touch('digit', '1');
    vi.advanceTimersByTime(29_000);
    flushSync();
    expect(document.querySelector('.sheet')).not.toBeNull();
    vi.advanceTimersByTime(1000);
    flushSync();
    expect(document.querySelector('.sheet')).toBeNull();
  });

  it('sends nothing with fewer than six digits', async () => {
    page.show(view({ is: 'attract' }));
    await hold(3000);
    flushSync();
    for (const digit of '12345') page.touch('digit', digit);
    page.touch('staffEnter');
    expect(page.touches()).toEqual([]);
  });
});
