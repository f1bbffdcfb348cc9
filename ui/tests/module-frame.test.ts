import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frame, samples, view } from '../src/gallery/samples';
import type { FromModule } from '../src/generated/FromModule';
import type { Ignored } from '../src/generated/Ignored';
import type { View } from '../src/generated/View';
import { Page } from './page';

const ORIGIN = 'https://module.example';

let page: Page;
beforeEach(() => {
  page = new Page();
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
});

function service(module = frame()): View {
  return view({ is: 'service', service: 'POINT_REDEEM', open: true }, { module });
}

function iframe(): HTMLIFrameElement {
  const found = document.querySelector('iframe');
  if (!found) throw new Error('no frame is mounted');
  return found;
}

function say(data: unknown, from: { source?: MessageEventSource | null; origin?: string } = {}): void {
  const source = from.source === undefined ? iframe().contentWindow : from.source;
  dispatchEvent(new MessageEvent('message', { data, source, origin: from.origin ?? ORIGIN }));
}

describe('the module’s frame', () => {
  it('is locked in: no more rights than it needs, and no referrer', () => {
    page.show(service());
    expect(iframe().getAttribute('sandbox')).toBe('allow-scripts allow-forms allow-same-origin');
    expect(iframe().getAttribute('allow')).toBe('');
    expect(iframe().getAttribute('referrerpolicy')).toBe('no-referrer');
    expect(iframe().getAttribute('src')).toBe('about:blank');
  });

  it('is reported as loaded once, for its own session, whatever it loads later', async () => {
    page.show(service(frame({ session: 12 })));
    await expect.poll(() => page.heard).toEqual([{ session: 12, event: { is: 'loaded' } }]);
    iframe().dispatchEvent(new Event('load'));
    page.show(service(frame({ session: 12 })));
    iframe().dispatchEvent(new Event('load'));
    expect(page.heard).toEqual([{ session: 12, event: { is: 'loaded' } }]);
  });

  it('is not reported as loaded when the policy refused it its page', async () => {
    page.show(service(frame({ session: 12 })));
    document.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), { effectiveDirective: 'frame-src' }));
    iframe().dispatchEvent(new Event('load'));
    page.show(service(frame({ session: 13 })));
    await expect.poll(() => page.heard).toEqual([{ session: 13, event: { is: 'loaded' } }]);
  });

  it('stays the same element while its session lives, on every screen', () => {
    page.show(service());
    const before = iframe();
    const parent = before.parentElement;
    page.show({ ...(samples['settling'] ?? service()), module: frame({ forCustomer: false }) });
    page.show(service());
    page.show({ ...service(), sheet: { is: 'idle', endsInMs: 1000, held: true } });
    expect(iframe()).toBe(before);
    expect(iframe().parentElement).toBe(parent);
    expect(parent?.isConnected).toBe(true);
  });

  it('is a new one for a new session, and gone without one', () => {
    page.show(service());
    const before = iframe();
    page.show(service(frame({ session: 8 })));
    expect(iframe()).not.toBe(before);
    page.show(view({ is: 'attract' }));
    expect(document.querySelector('iframe')).toBeNull();
  });

  it('can’t be touched or heard while only the kiosk uses it', () => {
    page.show(service(frame({ forCustomer: false })));
    const host = iframe().parentElement;
    expect(host?.inert).toBe(true);
    expect(host?.getAttribute('aria-hidden')).toBe('true');
  });
});

describe('a text for the module', () => {
  it('is posted, parsed, to the frame of exactly its session and origin', () => {
    page.show(service());
    const post = vi.spyOn(iframe().contentWindow as Window, 'postMessage').mockImplementation(() => undefined);
    page.post(7, '{"a":1}');
    page.post(6, '{"a":2}');
    page.post(8, '{"a":3}');
    expect(post.mock.calls).toEqual([[{ a: 1 }, ORIGIN]]);
  });

  it('for a session that is gone is dropped', () => {
    page.show(service());
    page.show(view({ is: 'attract' }));
    expect(() => page.post(7, '{"a":1}')).not.toThrow();
  });
});

describe('a message', () => {
  beforeEach(() => {
    page.show(service());
    ask();
  });

  function ask(session = 7): void {
    vi.spyOn(iframe().contentWindow as Window, 'postMessage').mockImplementation(() => undefined);
    page.post(session, '{"type":"question"}');
  }

  /** What was passed on of what the frame said. */
  function passed(): FromModule[] {
    return page.heard.map(({ event }) => event).filter(({ is }) => is === 'message');
  }

  it('before the question is no answer to it', () => {
    page.show(service(frame({ session: 8 })));
    say({ early: true });
    page.show(view({ is: 'attract' }));
    expect(passed()).toEqual([]);
    expect(ignored(8)).toEqual({ unasked: 1 });
  });

  it('from the frame and its origin is passed on, strings as they are, all else as JSON', () => {
    say('  {"raw": 1}');
    say({ a: [1, null] });
    say(null);
    expect(passed()).toEqual([
      { is: 'message', text: '  {"raw": 1}' },
      { is: 'message', text: '{"a":[1,null]}' },
      { is: 'message', text: 'null' },
    ]);
  });

  it('from another origin or another window is ignored', () => {
    say('x', { origin: 'https://module.example.evil' });
    say('x', { origin: 'http://module.example' });
    say('x', { source: window });
    say('x', { source: null });
    page.show(view({ is: 'attract' }));
    expect(passed()).toEqual([]);
    expect(ignored(7)).toEqual({ strange: 4 });
  });

  it('that JSON can’t say is ignored', () => {
    const round: Record<string, unknown> = {};
    round['round'] = round;
    say(round);
    say(1n);
    page.show(view({ is: 'attract' }));
    expect(passed()).toEqual([]);
    expect(ignored(7)).toEqual({ unreadable: 2 });
  });

  it('of more than 64 KiB is only counted', () => {
    say('a'.repeat(64 * 1024));
    say('가'.repeat(64 * 1024 - 1));
    say({ a: 'b'.repeat(64 * 1024) });
    page.show(view({ is: 'attract' }));
    expect(passed().length).toBe(1);
    expect(ignored(7)).toEqual({ tooLong: 2 });
  });

  describe('after fifty in one second', () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => void vi.useRealTimers());

    /** The texts that were passed on. */
    function texts(): string[] {
      return passed().map((event) => (event.is === 'message' ? event.text : event.is));
    }

    it('waits for the next second, and comes in its order', () => {
      const said = Array.from({ length: 104 }, (_, count) => JSON.stringify({ [`n${String(count)}`]: 1 }));
      for (const text of said) say(text);
      expect(texts()).toEqual(said.slice(0, 50));
      vi.advanceTimersByTime(1000);
      say('{"late":1}');
      expect(texts()).toEqual(said.slice(0, 100));
      vi.advanceTimersByTime(1000);
      expect(texts()).toEqual([...said, '{"late":1}']);
    });

    it('lets none that comes later overtake it, even when its timer is late', () => {
      for (let count = 0; count < 51; count += 1) say({ count });
      vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1000);
      say({ later: 1 });
      vi.advanceTimersByTime(1000);
      expect(texts().slice(50)).toEqual(['{"count":50}', '{"later":1}']);
    });

    it('is not lost among noise, however much of it comes before and after', () => {
      for (let count = 0; count < 5000; count += 1) say({ type: 'height', px: count });
      say({ a: 200, b: {} });
      for (let count = 0; count < 5000; count += 1) say({ px: count, type: 'height' });
      for (let count = 0; count < 5000; count += 1) say(`tick ${String(count)}`);
      vi.advanceTimersByTime(1000);
      expect(texts().slice(50)).toContain('{"a":200,"b":{}}');
      expect(texts().length).toBeLessThan(100);
    });

    it('the newest of its shape is kept', () => {
      for (let count = 0; count < 200; count += 1) say({ count });
      vi.advanceTimersByTime(1000);
      expect(texts().at(-1)).toBe('{"count":199}');
      expect(texts().length).toBe(58);
    });

    it('never more than two hundred wait', () => {
      for (let count = 0; count < 1000; count += 1) say({ [`n${String(count)}`]: 1 });
      vi.advanceTimersByTime(60_000);
      expect(texts().length).toBe(250);
      expect(texts().at(-1)).toBe('{"n999":1}');
      expect(ignored(7)).toEqual({ tooMany: 750 });
    });

    it('of more than 64 KiB waits for nothing', () => {
      for (let count = 0; count < 50; count += 1) say({ count });
      for (let count = 0; count < 1000; count += 1) say('a'.repeat(64 * 1024 + 1));
      vi.advanceTimersByTime(1000);
      expect(texts().length).toBe(50);
      expect(ignored(7)).toEqual({ tooLong: 1000 });
    });

    it('is dropped with its frame', () => {
      for (let count = 0; count < 60; count += 1) say({ [`n${String(count)}`]: 1 });
      page.show(view({ is: 'attract' }));
      vi.advanceTimersByTime(5000);
      expect(passed().length).toBe(50);
      expect(ignored(7)).toEqual({ tooMany: 10 });
    });
  });

  it('after its frame is gone is ignored', () => {
    const source = iframe().contentWindow;
    page.show(view({ is: 'attract' }));
    say('x', { source });
    page.show(service(frame({ session: 8 })));
    ask(8);
    say('x', { source });
    page.show(view({ is: 'attract' }));
    expect(passed()).toEqual([]);
    expect(ignored(8)).toEqual({ strange: 1 });
  });
});

describe('what is ignored', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is told once a second, of its own session, and when the frame goes', () => {
    page.show(service());
    for (let count = 0; count < 10_000; count += 1) say({ count });
    expect(told()).toEqual([]);
    vi.advanceTimersByTime(1000);
    for (let count = 0; count < 3; count += 1) say({ count });
    say({}, { source: window });
    vi.advanceTimersByTime(999);
    expect(told()).toEqual([[7, { unasked: 10_000 }]]);
    page.show(view({ is: 'attract' }));
    const both = [
      [7, { unasked: 10_000 }],
      [7, { unasked: 3, strange: 1 }],
    ];
    expect(told()).toEqual(both);
    vi.advanceTimersByTime(5000);
    expect(told()).toEqual(both);
  });

  it('is counted without a frame too', () => {
    page.show(view({ is: 'attract' }));
    say('x', { source: window });
    say('x', { source: null });
    vi.advanceTimersByTime(1000);
    expect(told()).toEqual([[0, { strange: 2 }]]);
  });
});

/** What was told of ignored messages: the session, and the counts that aren't 0. */
function told(): [number, Partial<Ignored>][] {
  return page.heard.flatMap(({ session, event }) => {
    if (event.is !== 'ignored') return [];
    const counts = Object.entries(event.counts).filter(([, count]) => count > 0);
    return [[session, Object.fromEntries(counts) as Partial<Ignored>] as [number, Partial<Ignored>]];
  });
}

/** All that was told of one session together. */
function ignored(session: number): Partial<Ignored> {
  const sum: Partial<Ignored> = {};
  for (const [of, counts] of told()) {
    if (of !== session) continue;
    for (const [why, count] of Object.entries(counts) as [keyof Ignored, number][]) sum[why] = (sum[why] ?? 0) + count;
  }
  return sum;
}
