import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { samples, view } from '../src/gallery/samples';
import { day, deeds, differences, health, shopScreens, wares } from '../src/gallery/shop';
import { about, staff, STAFF_NOW } from '../src/gallery/staff';
import type { Closing } from '../src/generated/Closing';
import type { Health } from '../src/generated/Health';
import type { Language } from '../src/generated/Language';
import type { ShopAct } from '../src/generated/ShopAct';
import type { StaffAct } from '../src/generated/StaffAct';
import type { StaffPrint } from '../src/generated/StaffPrint';
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

const LANGUAGES: Language[] = ['ko', 'en', 'zh', 'ja'];

function show(name: string): void {
  const sample = samples[name];
  if (!sample) throw new Error(`no sample ${name}`);
  page.show(sample);
}
/** What staff did, in order. */
function done(): StaffAct[] {
  return page.touches().flatMap(({ act }) => (act.is === 'staff' ? [act.act] : []));
}
/** What they did about the shop. */
function shop(): ShopAct[] {
  return done().flatMap((act) => (act.do === 'shop' ? [act.act] : []));
}
const words = (selector: string) => document.querySelector(selector)?.textContent.replace(/\s+/g, ' ').trim() ?? '';
const isOff = (act: string, id?: string) => page.control(act, id).getAttribute('aria-disabled') === 'true';

describe('every page about the shop', () => {
  describe.each(LANGUAGES)('in %s', (language) => {
    it.each(Object.keys(shopScreens))('says all of %s in words', (name) => {
      const sample = samples[name];
      if (!sample) throw new Error(`no sample ${name}`);
      page.show({ ...sample, settings: { ...sample.settings, language } });
      const text = words('.kiosk');
      expect(text).not.toMatch(/[a-z]+_[a-z]+|undefined|\bnull\b|NaN|\{\{|staff\.\w/);
      for (const button of document.querySelectorAll('button')) expect(button.getAttribute('aria-label') ?? button.textContent.trim()).toMatch(/\S/);
      // The samples' own words are Korean in every language.
      if (language !== 'ko') for (const part of document.querySelectorAll('.sbtn:not([data-act=setSoldOut]), .tabs button, .tile, h3, dt')) expect(part.textContent).not.toMatch(/[가-힣]/);
    });
  });

  it('is reached from the foot, where the shop is marked for all that belongs to it', () => {
    for (const name of ['staff-shop', 'staff-menu', 'staff-health', 'staff-deeds', 'staff-people']) {
      show(name);
      expect(document.querySelector<HTMLElement>('.tabs .on')?.dataset['id']).toBe('shop');
    }
    show('staff-close');
    expect(document.querySelector<HTMLElement>('.tabs [aria-current="page"]')?.dataset['id']).toBe('close');
    page.touch('go', 'shop');
    show('staff-menu');
    page.touch('go', 'up');
    expect(done()).toEqual([{ do: 'go', tab: 'shop' }, { do: 'go', tab: 'shop' }]);
  });
});

describe('the shop', () => {
  it('stops selling only after it was said what customers will see', () => {
    show('staff-shop');
    page.touch('askPaused');
    expect(done()).toEqual([]);
    expect(words('.sheet')).toContain('지금은 주문을 쉬고 있어요. 계산대에서 주문해 주세요.');
    page.touch('no');
    expect(document.querySelector('.sheet')).toBeNull();
    page.touch('askPaused');
    page.touch('setPaused');
    expect(shop()).toEqual([{ to: 'setPaused', paused: true }]);
    expect(document.querySelector('.sheet')).toBeNull();
  });

  it('sells again', () => {
    show('staff-shop-paused');
    expect(words('.selling')).toContain('판매 멈춤');
    page.touch('askPaused');
    page.touch('setPaused');
    expect(shop()).toEqual([{ to: 'setPaused', paused: false }]);
  });

  it('is as loud as is touched', () => {
    show('staff-shop');
    expect(page.control('setVolume', '3').getAttribute('aria-checked')).toBe('true');
    page.touch('setVolume', '5');
    expect(shop()).toEqual([{ to: 'setVolume', volume: 5 }]);
  });

  it('leads on, to what was done and to the people only a manager', () => {
    show('staff-shop');
    for (const tab of ['menu', 'health', 'deeds', 'people']) page.touch('go', tab);
    const all = [{ do: 'go', tab: 'menu' }, { do: 'go', tab: 'health' }, { do: 'go', tab: 'deeds' }, { do: 'go', tab: 'people' }];
    expect(done()).toEqual(all);
    show('staff-shop-paused');
    for (const tab of ['menu', 'health', 'deeds', 'people']) page.touch('go', tab);
    expect(done()).toEqual([...all, ...all.slice(0, 2)]);
    for (const tab of ['deeds', 'people']) expect(page.control('go', tab).textContent).toContain('점장만 할 수 있어요');
  });
});

describe('help', () => {
  it('is asked for with the transaction that is looked at', () => {
    show('staff-transaction');
    page.touch('part', 'order');
    page.touch('write', 'support');
    expect(shop()).toEqual([{ to: 'write', what: { is: 'support', transactions: [about.case.transaction] } }]);
  });

  it('says where it was put', () => {
    page.show(view(staff({ is: 'transaction', about: { ...about, wrote: { is: 'writing' } } })));
    page.touch('part', 'order');
    expect(isOff('write', 'support')).toBe(true);
    page.show(view(staff({ is: 'transaction', about: { ...about, wrote: { is: 'done', folder: '/media/usb/x', stick: true } } })));
    expect(words('.help')).toContain('/media/usb/x');
  });
});

describe('the day', () => {
  it('tells its three sums', () => {
    show('staff-close');
    page.touch('part', 'sums');
    expect(words('[data-sum=card]')).toContain('1,280,300원');
    expect(words('[data-sum=card]')).toContain('승인 143 · 환불 1');
    expect(words('[data-sum=prbiti]')).toContain('−86,500원');
    expect(words('[data-sum=prbiti]')).toContain('적립 9,214점');
    expect(words('[data-sum=orders]')).toContain('1,362,500원');
    expect(words('[data-sum=orders]')).toContain('끝나지 않은 거래 2건');
  });

  it('says that the terminal doesn’t answer, and reckons with what the kiosk knows', () => {
    show('staff-close-silent');
    page.touch('part', 'sums');
    expect(words('[data-sum=card]')).toContain('결제기가 답하지 않아요');
    page.touch('part', 'account');
    expect(words('.account')).toContain('키오스크 기록');
  });

  it('reckons what the card had to bring against what it brought, and the taxes', () => {
    show('staff-close');
    page.touch('part', 'account');
    const lines = [...document.querySelectorAll('.account dd')].map((line) => line.textContent);
    expect(lines).toEqual(['1,362,500원', '74,000원', '12,500원', '1,276,000원', '1,280,300원', '4,300원', '1,206,364원', '120,636원', '35,500원']);
  });

  it('has nothing of a day on which nothing was sold, and no minus before nothing', () => {
    show('staff-close-early');
    expect(words('.calm')).toBe('아직 없어요');
    page.touch('part', 'account');
    expect([...document.querySelectorAll('.account dd')].map(({ textContent }) => textContent)).toEqual(Array<string>(9).fill('0원'));
  });

  it('shows what differs, which side lacks it and what to do', () => {
    show('staff-close-many');
    const rows = [...document.querySelectorAll<HTMLElement>('.diff')];
    expect(rows.map(({ dataset }) => dataset['kind'])).toEqual(differences.map(({ kind }) => kind));
    const [approval, settlement] = rows;
    expect(approval?.textContent).toContain('승인 30213902');
    expect(approval?.querySelector('[data-side=card]')?.textContent).toContain('8,300원');
    expect(approval?.querySelector('.lacks')?.getAttribute('data-side')).toBe('order');
    expect(approval?.querySelector('.lacks')?.textContent).toContain('없음');
    expect(settlement?.querySelector('.lacks')?.textContent).toContain('답 없음');
    expect(settlement?.textContent).toContain('확정 다시 보내기');
    for (const row of rows) expect(row.querySelectorAll('.lacks').length).toBe(1);
  });

  it('opens a difference that has a transaction', () => {
    show('staff-close-many');
    const buttons = document.querySelectorAll('.diff [data-act=open]');
    expect(buttons.length).toBe(differences.filter(({ transaction }) => transaction !== null).length);
    page.touch('open', differences[1]?.transaction ?? '');
    expect(done()).toEqual([{ do: 'open', transaction: differences[1]?.transaction }]);
  });

  it('is matched again, and steps to the days beside it, where there is one', () => {
    show('staff-close');
    page.touch('day', 'again');
    page.touch('day', 'earlier');
    expect(isOff('day', 'later')).toBe(true);
    page.touch('day', 'later');
    expect(shop()).toEqual([{ to: 'day', day: '2026-06-01' }, { to: 'day', day: '2026-05-31' }]);
  });

  it('is closed after a question when all agrees', () => {
    show('staff-close-ready');
    page.touch('askClose');
    expect(shop()).toEqual([]);
    page.touch('no');
    page.touch('askClose');
    page.touch('closeDay');
    expect(shop()).toEqual([{ to: 'closeDay', reason: null }]);
    expect(document.querySelector('.sheet')).toBeNull();
  });

  it('is closed with a written reason when something differs, and not without one', () => {
    show('staff-close');
    page.touch('askClose');
    expect(isOff('closeDay')).toBe(true);
    page.touch('closeDay');
    page.touch('key', 'space');
    page.touch('closeDay');
    expect(shop()).toEqual([]);
    page.touch('choose', 'tomorrow');
    page.touch('key', 'space');
    for (const key of 'wjsghk') page.touch('key', key);
    expect(document.querySelector('.keypad [data-id="1"]')).toBeNull();
    page.touch('closeDay');
    expect(shop()).toEqual([{ to: 'closeDay', reason: '남은 것은 내일 풀어요 전화' }]);
  });

  const off: [Closing, string][] = [
    [{ is: 'managerOnly' }, '점장만 마감할 수 있어요'],
    [{ is: 'earlierFirst', day: '2026-05-30' }, '5월 30일 (토)부터 마감해 주세요'],
    [{ is: 'notBegun' }, '아직 시작하지 않았어요'],
    [{ is: 'nothing' }, '마감할 것이 없어요'],
    [{ is: 'noJournal' }, '지금은 적어 둘 수 없어요'],
    [{ is: 'closed' }, '이미 마감했어요'],
  ];
  it.each(off)('isn’t closed, and says why: %o', (closing, why) => {
    page.show(view(day({ closing })));
    expect(isOff('askClose')).toBe(true);
    expect(page.control('askClose').textContent).toContain(why);
    page.touch('askClose');
    expect(document.querySelector('.sheet')).toBeNull();
    expect(done()).toEqual([]);
  });

  it('leads to the earlier day that is to be closed first', () => {
    show('staff-close-earlier');
    page.touch('day', 'earliest');
    expect(shop()).toEqual([{ to: 'day', day: '2026-05-30' }]);
  });

  it('takes its question back when it can’t be closed any more', () => {
    show('staff-close-ready');
    page.touch('askClose');
    show('staff-closed');
    expect(document.querySelector('.sheet')).toBeNull();
  });

  it('tells of a close who, when and why, and is written out again', () => {
    show('staff-closed');
    expect(words('[data-closed="41"]')).toContain('점장 1 (점장)');
    expect(words('[data-wrote=done]')).toContain('USB에 저장했어요: /media/usb');
    page.touch('write');
    expect(shop()).toEqual([{ to: 'write', what: { is: 'day', number: 41 } }]);
    show('staff-closed-writing');
    expect(words('[data-closed="41"]')).toContain('까닭: 결제기가 답하지 않아 나중에 맞춰요');
    expect(isOff('write')).toBe(true);
    page.touch('write');
    expect(shop().length).toBe(1);
    page.show(view(day({ wrote: { is: 'done', folder: '/var/kiosk', stick: false } })));
    expect(words('[data-wrote=done]')).toContain('키오스크에 저장했어요: /var/kiosk');
  });
});

describe('the printer', () => {
  const printed = (print: StaffPrint | null, printer: boolean | null = true) => {
    const sample = samples['staff-closed'];
    if (sample?.screen.is !== 'staff') throw new Error('no sample');
    return { ...sample, screen: { ...sample.screen, printer, print } };
  };

  it('prints a close, a receipt and a test when it is asked for', () => {
    show('staff-closed');
    page.touch('print', 'close');
    show('staff-health');
    page.touch('print', 'test');
    expect(shop()).toEqual([
      { to: 'print', what: { is: 'close', number: 41 } },
      { to: 'print', what: { is: 'test' } },
    ]);
  });

  it('that can’t print says so, and one that isn’t there isn’t spoken of', () => {
    page.show(printed(null, false));
    expect(isOff('print', 'close')).toBe(true);
    page.touch('print', 'close');
    expect(shop()).toEqual([]);
    page.show(printed(null, null));
    expect(document.querySelector('[data-act="print"]')).toBeNull();
  });

  it('tells what became of each paper', () => {
    for (const [print, said] of [['printing', '인쇄하고 있어요'], ['printed', '인쇄했어요'], ['notBegun', '인쇄하지 못했어요'], ['unknown', '다 나왔는지 알 수 없어요']] as const) {
      page.show(printed(print));
      expect(words(`[data-print="${print}"]`)).toContain(said);
      expect(isOff('print', 'close')).toBe(print === 'printing');
    }
  });
});

describe('the menu', () => {
  it('marks what is sold out, and takes the mark away', () => {
    show('staff-menu');
    page.touch('setSoldOut', 'KD101111');
    page.touch('setSoldOut', 'KD101116');
    page.touch('setSoldOut', 'size large');
    expect(shop()).toEqual([
      { to: 'setSoldOut', ware: { is: 'item', item: 'KD101111' }, soldOut: true },
      { to: 'setSoldOut', ware: { is: 'item', item: 'KD101116' }, soldOut: false },
      { to: 'setSoldOut', ware: { is: 'option', group: 'size', option: 'large' }, soldOut: true },
    ]);
    expect(words('[data-ware="KD101116"]')).toContain('품절');
    expect(words('[data-ware="size large"]')).toContain('+500원');
  });

  it('keeps the last one of a choice, and says why', () => {
    show('staff-menu');
    page.touch('setSoldOut', 'temperature ice');
    expect(done()).toEqual([]);
    expect(words('[data-ware="temperature ice"]')).toContain('하나는 고를 수 있어야 해서');
  });

  it('names each group over its options', () => {
    show('staff-menu');
    expect([...document.querySelectorAll('.flow h2')].map(({ textContent }) => textContent)).toEqual(['메뉴', '온도', '크기', '샷 추가']);
    expect(document.querySelectorAll('[data-ware]').length).toBe(wares.length);
  });

  it('is read anew by a manager, once at a time', () => {
    show('staff-menu');
    page.touch('takeMenu');
    expect(shop()).toEqual([{ to: 'takeMenu' }]);
    for (const name of ['staff-menu-clerk', 'staff-menu-reading']) {
      show(name);
      page.touch('takeMenu');
    }
    expect(shop().length).toBe(1);
    show('staff-menu-clerk');
    expect(page.control('takeMenu').textContent).toContain('점장만 할 수 있어요');
  });

  it('tells what came of it, every mistake', () => {
    show('staff-menu-taken');
    expect(words('[data-outcome=taken]')).toContain('모두 38가지, 바뀐 것 4가지');
    show('staff-menu-wrong');
    expect(words('[data-outcome=wrong]')).toContain('2곳');
    page.touch('mistakes');
    expect(document.querySelectorAll('.sheet .mono').length).toBe(2);
    page.touch('closeSheet');
    expect(document.querySelector('.sheet')).toBeNull();
  });
});

describe('the devices', () => {
  const ill = (more: Partial<Health>) => page.show(view(staff({ is: 'health', health: { ...health, ...more } })));

  it('say how they are, since when, and what it means for customers', () => {
    show('staff-health-ill');
    expect(words('[data-device=terminal]')).toBe('카드 결제기 손님이 결제할 수 없어요. 전원과 선을 봐 주세요 connection refused (os error 111) 안 됨 14:10부터');
    expect(words('[data-device=scanner]')).toContain('손님은 전화번호로 할 수 있어요');
    expect(words('[data-device=orderHook]')).toContain('주문이 주방에 가지 않아요');
    expect(document.querySelectorAll('.device').length).toBe(7);
  });

  it('have words for every state', () => {
    for (const of of ['terminal', 'prbiti', 'scanner', 'journal', 'orderHook', 'kitchenPrinter'] as const)
      for (const state of ['ready', 'troubled', 'away', 'none'] as const) {
        ill({ devices: [{ of, state, sinceMs: null, says: '' }] });
        expect(words('.device')).not.toContain('staff.');
        expect(words('.device .badge')).not.toBe('');
      }
  });

  it('have the kitchen tried, where there is one', () => {
    show('staff-health');
    page.touch('testKitchen');
    expect(done()).toEqual([{ do: 'shop', act: { to: 'testKitchen' } }]);
    ill({ devices: [] });
    expect(document.querySelector('[data-act="testKitchen"], [data-id="testKitchen"]')).toBeNull();
  });

  it('are looked at again', () => {
    show('staff-health');
    page.touch('go', 'again');
    expect(done()).toEqual([{ do: 'go', tab: 'health' }]);
  });

  it('say how much the reader read', () => {
    show('staff-health');
    expect(words('.health')).toContain('지금 아무 바코드나 읽혀 보세요');
    show('staff-health-ill');
    expect(words('.scanned')).toBe('2번째: 13글자를 읽었어요');
    show('staff-health-bare');
    expect(words('.health')).toContain('시험할 수 없어요');
  });

  it('say how much room there is', () => {
    show('staff-health');
    page.touch('part', 'here');
    expect(words('.kv')).toContain('48 MB');
    expect(words('.kv')).toContain('61 GB');
    expect(words('.kv')).toContain('20,417');
    ill({ freeMb: null });
    expect(words('.kv')).toContain('모름');
  });

  it('are written into a bundle, one at a time', () => {
    show('staff-health');
    page.touch('part', 'here');
    page.touch('write', 'support');
    ill({ wrote: { is: 'writing' } });
    page.touch('write', 'support');
    expect(shop()).toEqual([{ to: 'write', what: { is: 'support', transactions: [] } }]);
    expect(words('[data-wrote=writing]')).toBe('내보내는 중이에요');
  });
});

describe('what was done', () => {
  it('says who did what, and when', () => {
    show('staff-deeds');
    const line = (did: string) => words(`[data-did=${did}]`);
    expect(line('acted')).toContain('14:06');
    expect(line('acted')).toContain('직원 2 · 직원');
    expect(line('acted')).toContain('확정 다시 보내기');
    expect(line('soldOut')).toContain('콜드브루: 품절로 바꿨어요');
    expect(line('setPerson')).toContain('직원 2 · 직원: 비밀번호를 정했어요');
    expect(line('peopleUnchanged')).toContain('다른 사람이 쓰는 비밀번호예요');
    expect(line('closedDay')).toContain('5월 31일 (일) 마감했어요 (41번째)');
    expect(line('closedDay')).toContain('결제기가 답하지 않아 나중에 맞춰요');
    expect(document.querySelectorAll('.deed').length).toBe(deeds.length);
  });

  it('opens the transaction that it was about', () => {
    show('staff-deeds');
    expect(document.querySelectorAll('.deed [data-act=open]').length).toBe(1);
    page.touch('open');
    expect(done()).toEqual([{ do: 'open', transaction: '1c27375780c811ef9101' }]);
  });

  it('goes on to older ones and back', () => {
    show('staff-deeds');
    page.touch('nextPage', 'deeds');
    page.touch('previousPage', 'deeds');
    expect(shop()).toEqual([{ to: 'deeds', page: 2 }, { to: 'deeds', page: 0 }]);
  });
});

describe('customers', () => {
  it('are told that orders are paused, and where to order', () => {
    show('out-paused');
    expect(words('h1')).toBe('지금은 주문을 쉬고 있어요');
    expect(words('.kiosk')).toContain('계산대에서 주문해 주세요');
    expect(document.querySelector('.code')).toBeNull();
  });

  it('are told that the kiosk is updated, that it takes minutes, and where to order meanwhile', () => {
    show('out-updating');
    expect(words('h1')).toBe('새 프로그램으로 바꾸고 있어요');
    expect(words('.kiosk')).toContain('몇 분이면 돼요. 지금은 계산대에서 주문해 주세요.');
    expect(document.querySelector('.code')).toBeNull();
  });

  it('can’t count up an option that is sold out', () => {
    show('options-sold-out');
    expect(words('.stepper.sold')).toBe('품절');
    page.touch('count', 'shot+');
    page.touch('count', 'shot-');
    expect(page.touches()).toEqual([]);
  });
});
