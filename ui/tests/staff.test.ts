import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { view } from '../src/gallery/samples';
import { shopScreens } from '../src/gallery/shop';
import { about, clerk, inDoubt, staff, STAFF_NOW, staffScreens } from '../src/gallery/staff';
import type { Act } from '../src/generated/Act';
import type { StaffAct } from '../src/generated/StaffAct';
import type { StaffPage } from '../src/generated/StaffPage';
import type { StaffTransaction } from '../src/generated/StaffTransaction';
import { Page } from './page';

let page: Page;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: STAFF_NOW });
  page = new Page();
});
afterEach(() => {
  page.close();
  vi.useRealTimers();
});

/** Every staff page; a new one doesn't compile until it is named here. */
const kinds: Record<StaffPage['is'], true> = { looking: true, attention: true, orders: true, all: true, transaction: true, close: true, shop: true, menu: true, health: true, deeds: true, people: true };

function show(name: string): void {
  const screen = staffScreens[name];
  if (!screen) throw new Error(`no sample ${name}`);
  page.show(view(screen));
}
function transaction(more: Partial<StaffTransaction>): void {
  page.show(view(staff({ is: 'transaction', about: { ...about, ...more } })));
}
/** What staff did, in order. */
function done(): StaffAct[] {
  return page.touches().flatMap(({ act }) => (act.is === 'staff' ? [act.act] : []));
}
const words = (selector: string) => document.querySelector(selector)?.textContent.replace(/\s+/g, ' ').trim() ?? '';
const row = (reference: string) => document.querySelector(`[data-reference="${reference}"]`);
function pin(digits: string): void {
  for (const digit of digits) page.touch('digit', digit);
}
function key(name: string): void {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true }));
  flushSync();
}

describe('the staff’s pages', () => {
  it('each have a sample', () => {
    const shown = new Set(Object.values({ ...staffScreens, ...shopScreens }).map((screen) => (screen.is === 'staff' ? screen.page.is : '')));
    expect([...shown].sort()).toEqual(Object.keys(kinds).sort());
  });

  it('are locked with one touch, and say who is in', () => {
    show('staff-attention');
    expect(words('.sbar')).toContain('점장 1');
    expect(words('.sbar')).toContain('5분 뒤 잠김');
    page.touch('lock');
    expect(done()).toEqual([{ do: 'lock' }]);
  });

  it('lead to each other, for everybody alike', () => {
    for (const name of ['staff-attention', 'staff-attention-working']) {
      show(name);
      expect([...document.querySelectorAll<HTMLElement>('.tabs [data-act="go"]')].map(({ dataset }) => dataset['id'])).toEqual(['attention', 'orders', 'all', 'close', 'shop']);
    }
    for (const tab of ['orders', 'all', 'close', 'shop']) page.touch('go', tab);
    expect(done()).toEqual([{ do: 'go', tab: 'orders' }, { do: 'go', tab: 'all' }, { do: 'go', tab: 'close' }, { do: 'go', tab: 'shop' }]);
  });

  it('have no dock, whose controls are for customers', () => {
    show('staff-orders');
    expect(document.querySelector('.dock')).toBeNull();
  });

  it.each(Object.keys(staffScreens))('name every control of %s', (name) => {
    show(name);
    for (const button of document.querySelectorAll('button')) expect(button.getAttribute('aria-label') ?? button.textContent.trim()).toMatch(/\S/);
  });

  it('show no code where words belong', () => {
    for (const name of ['staff-attention', 'staff-transaction', 'staff-transaction-doubt', 'staff-ask-refund', 'staff-evidence']) {
      show(name);
      expect(words('.kiosk')).not.toMatch(/[a-z]+_[a-z]+|undefined|\bnull\b/);
    }
  });
});

describe('the list of what needs somebody', () => {
  it('keeps apart what needs staff and what the kiosk works on', () => {
    show('staff-attention');
    const order = [...document.querySelectorAll('.flow h2, .flow .case, .flow .notice')].map((element) => (element.matches('h2') ? element.textContent.replace(/\s+\d+$/, '').trim() : element.className));
    expect(order).toEqual(['확인이 필요해요', ...Array<string>(4).fill('case'), '키오스크가 처리하고 있어요', ...Array<string>(3).fill('case'), '프비티가 보낸 말', ...Array<string>(3).fill('notice')]);
  });

  it('says of each the true reason, how long its hold lives and what to do', () => {
    show('staff-attention');
    const first = row(about.case.reference)?.textContent ?? '';
    for (const part of ['A127', '14:02', '17,500', '혜택 확정에 답이 없어요', '18분 남음', '확정 다시 보내기']) expect(first).toContain(part);
    expect(row(inDoubt.case.reference)?.textContent).toContain('30분 지남');
  });

  it('says what comes next by itself and when', () => {
    show('staff-attention-working');
    expect(document.body.textContent).toMatch(/혜택 확정을 보내요 · 1[12]초 뒤/);
    expect(document.body.textContent).toContain('결제기에 결과를 물어요 · 4분 뒤');
  });

  it('leads to a transaction by its whole row', () => {
    show('staff-attention');
    page.touch('open', inDoubt.case.reference);
    expect(done()).toEqual([{ do: 'open', transaction: inDoubt.case.transaction }]);
  });

  it('is narrowed to one list by its counter, and widened again', () => {
    show('staff-attention');
    page.touch('only', 'workedOn');
    expect(document.querySelectorAll('.flow .case').length).toBe(3);
    page.touch('only', 'workedOn');
    expect(document.querySelectorAll('.flow .case').length).toBe(7);
  });

  it('is calm when there is nothing', () => {
    show('staff-attention-calm');
    expect(words('.calm')).toContain('모두 괜찮아요');
  });
});

describe('the search', () => {
  const sent = () => done().at(-1);

  it('is typed on the screen, since a kiosk has no other keyboard', () => {
    show('staff-all');
    page.touch('unfold', 'text');
    for (const one of 'A12') page.touch('key', one);
    page.touch('eraseKey');
    key('7');
    page.touch('find');
    expect(sent()).toMatchObject({ do: 'look', search: { text: 'A17', page: 0, state: 'any' } });
  });

  it('is narrowed by one touch on a choice, from the first page on', () => {
    show('staff-all-narrowed');
    page.touch('unfold', 'service');
    page.touch('choose', 'POINT_REDEEM');
    expect(sent()).toMatchObject({ do: 'look', search: { text: 'A12', state: 'settled', service: 'POINT_REDEEM', page: 0 } });
  });

  it('steps day by day, not beyond today', () => {
    show('staff-all-narrowed');
    page.touch('unfold', 'day');
    page.touch('later');
    expect(done()).toEqual([]);
    page.touch('earlier');
    expect(sent()).toMatchObject({ search: { day: '2026-05-31' } });
  });

  it('goes on to the next page and back', () => {
    show('staff-all');
    page.touch('nextPage', 'all');
    expect(sent()).toMatchObject({ search: { page: 1 } });
    show('staff-all-narrowed');
    page.touch('previousPage', 'all');
    expect(sent()).toMatchObject({ search: { page: 0, text: 'A12' } });
  });

  it('is cleared whole', () => {
    show('staff-all-narrowed');
    page.touch('clearSearch');
    expect(sent()).toEqual({ do: 'look', search: { text: '', state: 'any', service: null, tender: null, day: null, page: 0 } });
  });
});

describe('one transaction', () => {
  it('says at the top what happened and whether the goods may be handed out', () => {
    transaction({});
    expect(words('.summary')).toContain('카드로 12,500원이 결제됐어요. 혜택(쿠폰, 포인트, 적립)이 쓰였는지 아직 몰라요.');
    expect(words('.goods')).toContain('드려도 돼요');
    transaction({ goods: 'wait' });
    expect(words('.goods')).toContain('기다려 주세요');
    transaction({ goods: 'keep' });
    expect(words('.goods')).toBe('드리지 마세요');
  });

  it('never says that nothing was taken beside money that went astray', () => {
    show('staff-transaction-stray');
    expect(words('.summary')).toContain('4,500원이 주문과 맞지 않게 나갔어요');
    expect(words('.summary')).not.toContain('나가지 않았어요');
  });

  it('offers the suggested action once, large, and asks before it is done', () => {
    transaction({});
    expect(document.querySelectorAll('[data-act="ask"][data-id="settle_again"]').length).toBe(1);
    page.touch('ask', 'settle_again');
    expect(done()).toEqual([{ do: 'ask', action: 'settle_again' }]);
  });

  it('keeps what can’t be done in sight, with the reason, and doing nothing', () => {
    transaction({});
    page.touch('part', 'actions');
    const release = page.control('ask', 'release');
    expect(release.getAttribute('aria-disabled')).toBe('true');
    expect(release.textContent).toContain('결제된 주문이라 안 돼요');
    page.touch('ask', 'release');
    expect(done()).toEqual([]);
    expect(document.querySelectorAll('.acts [data-act="ask"]').length).toBe(10);
  });

  it('shows red for nothing but a refund', () => {
    transaction({});
    page.touch('part', 'actions');
    expect([...document.querySelectorAll<HTMLElement>('.danger')].map((element) => element.dataset['id']).sort()).toEqual(['refund', 'refund_stray']);
  });

  it('tells what was done again, and shows what was sent when it is touched', () => {
    transaction({});
    page.touch('part', 'moments');
    expect(words('.time')).toContain('확정 보냄 (2번째)');
    page.touch('details', '11');
    expect(words('.sheet')).toContain('as it was sent');
    page.touch('closeSheet');
    expect(document.querySelector('.sheet')).toBeNull();
  });

  it('says why the last thing wasn’t done', () => {
    show('staff-transaction-refused');
    expect(words('.refused')).toBe('하지 않았어요. 지금 처리하고 있어요.');
    expect(document.querySelector('.refused')?.getAttribute('role')).toBe('status');
  });
});

describe('before something is done', () => {
  it('each tender’s fate is shown, and that it may be too late', () => {
    transaction({ asked: 'settle_again' });
    const fates = [...document.querySelectorAll<HTMLElement>('.fates li')].map(({ dataset }) => [dataset['leg'], dataset['fate']]);
    expect(fates).toEqual([['coupon', 'settled'], ['points', 'settled'], ['earn', 'settled'], ['card', 'stays']]);
    expect(words('.sheet')).toContain('30분이 지나서');
    page.touch('do', 'settle_again');
    page.touch('no');
    expect(done()).toEqual([{ do: 'do', action: 'settle_again' }, { do: 'no' }]);
  });

  it('nothing under the sheet can be reached', () => {
    transaction({ asked: 'refund' });
    for (const button of document.querySelectorAll('.shell button')) expect(button.closest('.sheet, [inert]')).not.toBeNull();
  });

  it('the second touch of a hurried hand doesn’t confirm what the first one asked for', () => {
    const began = performance.now();
    const finger = (control: HTMLElement, at: number) => {
      const down = new MouseEvent('pointerdown', { bubbles: true, clientX: 500, clientY: 1700 });
      Object.defineProperty(down, 'timeStamp', { value: began + at });
      control.dispatchEvent(down);
      control.click();
      flushSync();
    };
    transaction({});
    page.touch('part', 'actions');
    finger(page.control('ask', 'refund'), 1_000);
    transaction({ asked: 'refund' });
    finger(page.control('do', 'refund'), 1_200);
    expect(done()).toEqual([{ do: 'ask', action: 'refund' }]);
    finger(page.control('do', 'refund'), 2_400);
    expect(done().at(-1)).toEqual({ do: 'do', action: 'refund' });
  });
});

describe('what a manager vouches for', () => {
  const evidence = (more: Partial<StaffTransaction> = {}) => page.show(view(staff({ is: 'transaction', about: { ...inDoubt, asked: 'resolve_by_hand', ...more } })));

  it('isn’t chosen by anybody else: nothing goes on before finding, place and number are given', () => {
    evidence();
    expect(document.querySelector('[role="radio"][aria-checked="true"]')).toBeNull();
    page.touch('nextStep');
    page.touch('choose', 'card_not_charged');
    page.touch('nextStep');
    expect(document.querySelector('.keypad')).toBeNull();
    page.touch('choose', 'van_records');
    page.touch('nextStep');
    expect(document.querySelector('.keypad')).not.toBeNull();
    page.touch('nextStep');
    expect(document.querySelector('.pad')).toBeNull();
  });

  function say(): void {
    page.touch('choose', 'card_not_charged');
    page.touch('choose', 'van_records');
    page.touch('nextStep');
    for (const one of '3021A') page.touch('key', one);
    page.touch('nextStep');
    page.touch('choose', 'records');
    page.touch('nextStep');
  }

  it('is sent whole with a manager’s PIN, after it says what will change', () => {
    evidence();
    say();
    expect(words('.sheet')).toContain('결제되지 않은 주문으로 끝내고 혜택을 풀어요');
    pin('12345');
    page.touch('resolve');
    expect(done()).toEqual([]);
    pin('6');
    page.touch('resolve');
    expect(done()).toEqual([{ do: 'resolve', finding: 'card_not_charged', foundIn: 'van_records', number: '3021A', amount: null, words: '관리 화면에서 직접 봤어요', pin: '123456' }]);
  });

  it('has a reason, and one of their own is written', () => {
    evidence();
    page.touch('choose', 'card_not_charged');
    page.touch('choose', 'telephone');
    page.touch('nextStep');
    page.touch('key', '7');
    page.touch('nextStep');
    page.touch('nextStep');
    page.touch('choose', 'other');
    page.touch('nextStep');
    expect(document.querySelector('.pad')).toBeNull();
    for (const key of 'wjsghk') page.touch('key', key);
    page.touch('nextStep');
    pin('123456');
    page.touch('resolve');
    expect(done().at(-1)).toMatchObject({ number: '7', words: '전화' });
  });

  it('is kept for another try after a wrong PIN, and forgotten otherwise', () => {
    evidence();
    say();
    pin('123456');
    page.touch('resolve');
    page.touch('resolve');
    evidence({ refused: 'wrongPin' });
    page.touch('resolve');
    expect(words('.sheet .refused')).toContain('비밀번호가 다르거나');
    expect(document.querySelector('.pips .on')).toBeNull();
    pin('654321');
    expect(document.querySelector('.refused')).toBeNull();
    page.touch('resolve');
    expect(done().at(-1)).toMatchObject({ finding: 'card_not_charged', pin: '654321' });
    evidence({ refused: 'managerOnly' });
    expect(words('.refused')).toBe('점장의 비밀번호가 아니에요');
    evidence({ asked: null });
    evidence();
    expect(document.querySelector('[role="radio"][aria-checked="true"]')).toBeNull();
  });

  it('is compared with the card’s approval', () => {
    evidence({ approval: { number: '37', issuer: '', maskedCard: '', months: 0 } });
    page.touch('choose', 'card_charged');
    page.touch('choose', 'terminal_slip');
    page.touch('nextStep');
    page.touch('key', '3');
    expect(words('.sheet')).toContain('카드 승인번호 37와 달라요');
    page.touch('key', '7');
    expect(words('.sheet')).toContain('카드 승인번호와 같아요');
  });
});

describe('the people', () => {
  const last = (): Act | undefined => page.touches().at(-1)?.act;

  it('get a name that nobody has, a role, and a PIN given twice', () => {
    show('staff-people');
    page.touch('add');
    expect(document.querySelector('[data-act="name"][data-id="직원 1"]')).toBeNull();
    page.touch('role', 'manager');
    page.touch('name', '점장 3');
    page.touch('nextStep');
    pin('482915');
    page.touch('enterPin');
    pin('482915');
    page.touch('enterPin');
    expect(last()).toEqual({ is: 'staff', act: { do: 'setPerson', name: '점장 3', role: 'manager', pin: '482915' } });
    expect(document.querySelector('.sheet')).toBeNull();
  });

  it('may have a name of their own, put together from its letters, and not somebody else’s', () => {
    show('staff-people');
    page.touch('add');
    page.touch('writeName');
    const type = (keys: string) => {
      for (const key of keys) page.touch('key', key);
    };
    const name = () => words('.sheet .field');
    page.touch('nextStep');
    expect(document.querySelector('.pad')).toBeNull();
    type('rla');
    expect(name()).toBe('김');
    type('gks');
    expect(name()).toBe('김한');
    page.touch('eraseKey');
    expect(name()).toBe('김하');
    page.touch('shift');
    type('qk');
    expect(name()).toBe('김하빠');
    page.touch('eraseKey');
    page.touch('eraseKey');
    page.touch('key', 'space');
    page.touch('script');
    page.touch('shift');
    type('jo');
    expect(name()).toBe('김하 Jo');
    page.touch('nextStep');
    pin('482915');
    page.touch('enterPin');
    pin('482915');
    page.touch('enterPin');
    expect(last()).toEqual({ is: 'staff', act: { do: 'setPerson', name: '김하 Jo', role: 'staff', pin: '482915' } });
  });

  it('keep their name when the PIN changes, and are asked anew when the two differ', () => {
    show('staff-people');
    page.touch('change', clerk.name);
    page.touch('nextStep');
    pin('482915');
    page.touch('enterPin');
    pin('482916');
    page.touch('enterPin');
    expect(done()).toEqual([]);
    expect(words('.refused')).toContain('서로 달라요');
    for (const digit of '482915') key(digit);
    key('Enter');
    for (const digit of '482915') key(digit);
    key('Enter');
    expect(last()).toEqual({ is: 'staff', act: { do: 'setPerson', name: clerk.name, role: 'staff', pin: '482915' } });
  });

  it('are removed only after a question', () => {
    show('staff-people');
    page.touch('remove', clerk.name);
    expect(done()).toEqual([]);
    page.touch('removePerson', clerk.name);
    expect(done()).toEqual([{ do: 'removePerson', name: clerk.name }]);
    expect(document.querySelector('.sheet')).toBeNull();
  });

  it('are told what came of it', () => {
    show('staff-people-refused');
    expect(words('[data-outcome="lastManager"]')).toBe('마지막 점장은 뺄 수 없어요');
  });
});

describe('a list that is longer than its place', () => {
  afterEach(() => vi.restoreAllMocks());

  it('goes on on the next page, with every row once', () => {
    // Rows of 100 px in a list of 420: four fit.
    vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function (this: Element) {
      const at = this.matches('.flow > ul > li') ? [...(this.parentElement?.children ?? [])].indexOf(this) : -1;
      return new DOMRect(0, at < 0 ? 0 : at * 100, 300, at < 0 ? 420 : 100);
    });
    show('staff-orders');
    const seen: string[] = [];
    const rows = () => [...document.querySelectorAll<HTMLElement>('.flow > ul > li:not(.past) [data-order]')].map(({ dataset }) => dataset['order'] ?? '');
    for (let turn = 0; turn < 6; turn += 1) {
      seen.push(...rows());
      page.touch('nextPage', 'orders');
    }
    expect(seen).toEqual(Array.from({ length: 23 }, (_, at) => `A${String(127 - at)}`));
    page.touch('previousPage', 'orders');
    expect(rows()).toEqual(['A111', 'A110', 'A109', 'A108']);
  });
});
