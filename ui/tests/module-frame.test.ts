import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frame, samples, view } from '../src/gallery/samples';
import type { FromModule } from '../src/generated/FromModule';
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
  });

  /** What was passed on of what the frame said. */
  function passed(): FromModule[] {
    return page.heard.map(({ event }) => event).filter(({ is }) => is !== 'loaded');
  }

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
    expect(passed()).toEqual([]);
  });

  it('that JSON can’t say is ignored', () => {
    const round: Record<string, unknown> = {};
    round['round'] = round;
    say(round);
    expect(passed()).toEqual([]);
  });

  it('of more than 64 KiB is only counted', () => {
    say('a'.repeat(64 * 1024));
    say('가'.repeat(64 * 1024 - 1));
    expect(passed().map(({ is }) => is)).toEqual(['message', 'tooLong']);
  });

  it('after fifty in one second is dropped, and heard again in the next', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(100_000);
    for (let count = 0; count < 80; count += 1) say('x');
    expect(passed().length).toBe(50);
    clock.mockReturnValue(101_000);
    say('x');
    expect(passed().length).toBe(51);
  });

  it('after its frame is gone is ignored', () => {
    const source = iframe().contentWindow;
    page.show(view({ is: 'attract' }));
    say('x', { source });
    expect(passed()).toEqual([]);
  });
});
