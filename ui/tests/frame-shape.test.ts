import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frame, view } from '../src/gallery/samples';
import { Page } from './page';

let page: Page;
beforeEach(() => {
  page = new Page();
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
});

/** The frame's place in a room of this size, in px. */
function placed(width: number, height: number): { left: number; top: number; scale: number } {
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(100, 200, width, height));
  page.show(view({ is: 'service', service: 'POINT_REDEEM', open: true }, { module: frame() }));
  const host = document.querySelector('iframe')?.parentElement;
  if (!host) throw new Error('no frame is mounted');
  const px = (name: string) => Number.parseFloat(host.style.getPropertyValue(name));
  return { left: px('left') - 100, top: px('top') - 200, scale: px('--scale') };
}

describe('the module’s page', () => {
  it('is drawn for 500 × 700, five to seven', () => {
    placed(1000, 1400);
    const made = document.querySelector('iframe');
    expect([made?.width, made?.height]).toEqual(['500', '700']);
  });

  it('fills its room as one piece, whole and in the middle, whatever the room’s shape', () => {
    expect(placed(1000, 1400)).toEqual({ left: 0, top: 0, scale: 2 });
    expect(placed(1000, 2000)).toEqual({ left: 0, top: 300, scale: 2 });
    expect(placed(2000, 700)).toEqual({ left: 750, top: 0, scale: 1 });
  });
});
