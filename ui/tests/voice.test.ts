import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { named } from '../src/gallery/names';
import { frame, menu, money, samples, settings, view } from '../src/gallery/samples';
import type { Language } from '../src/generated/Language';
import type { View } from '../src/generated/View';
import { speak } from '../src/text/text.svelte';
import { inWords } from '../src/text/words';
import { script } from '../src/voice/script';
import { Page, sample } from './page';

const LANGUAGES: Language[] = ['ko', 'en', 'zh', 'ja'];

/** The sample for somebody who listens. */
function heard(shown: View, more: Partial<View> = {}): View {
  return { ...shown, settings: { ...shown.settings, voice: true }, ...more };
}

describe('what is read aloud', () => {
  afterEach(() => speak('ko'));

  it.each(LANGUAGES)('is there for every screen and sheet, in %s alone', (language) => {
    speak(language);
    for (const [name, shown] of Object.entries(samples)) {
      const said = inWords(script(named({ ...shown, settings: { ...settings, language } }, language)), language);
      if (shown.screen.is !== 'staff') expect([name, said.length]).not.toEqual([name, 0]);
      // No key of a missing text, no place that nothing was put in, nothing that only an eye can read.
      expect([name, /[{}*₩\d]|\b[a-z]+\.[a-zA-Z]+\b/.exec(said)?.[0]]).toEqual([name, undefined]);
      if (language !== 'ko') expect([name, /[가-힣]+/.exec(said)?.[0]]).toEqual([name, undefined]);
    }
  });

  it('has sums, counts and times in words, as Koreans say them', () => {
    speak('ko');
    expect(inWords('담은 메뉴 4개, 17,500원.', 'ko')).toBe('담은 메뉴 네 개, 만 칠천오백 원.');
    expect(inWords('21개 · 20잔 · 2쪽 중 1쪽 · 100개', 'ko')).toBe('스물한 개 스무 잔 두 쪽 중 한 쪽 백개');
    expect(inWords('늦어도 14:05까지', 'ko')).toBe('늦어도 십사시 오분까지');
    expect(inWords('주문번호 127번', 'ko')).toBe('주문번호 백이십칠번');
    expect(inWords('주문번호 A127번', 'ko')).toBe('주문번호 A 백이십칠번');
    speak('en');
    expect(inWords('₩12,500 and 30 s', 'en')).toBe('twelve thousand five hundred won and thirty s');
    speak('zh');
    expect(inWords('₩12,500', 'zh')).toBe('一万二千五百韩元');
    speak('ja');
    expect(inWords('₩12,500', 'ja')).toBe('一万二千五百ウォン');
  });

  it('never has a telephone, card or coupon number', () => {
    for (const secret of ['010-1234-5678', '01012345678', '7700000000002001', '5500 0000 0001', '1234-5678-9012-3456']) {
      expect(inWords(`번호 ${secret} 끝`, 'ko')).toBe('번호 끝');
    }
  });

  it('has nobody’s points but through earphones', () => {
    const personal = /쌓/;
    for (const name of ['pay-confirm', 'done']) {
      const shown = sample(name);
      expect(script(shown)).not.toMatch(personal);
      expect(script({ ...shown, settings: { ...shown.settings, earphones: true } })).toMatch(personal);
    }
  });

  it('tells an order number whole and digit by digit', () => {
    expect(inWords(script(sample('done')), 'ko')).toContain('주문번호 백이십칠번, 일, 이, 칠.');
  });
});

describe('the voice', () => {
  let page: Page;
  beforeEach(() => {
    page = new Page();
  });
  afterEach(() => {
    page.close();
    vi.restoreAllMocks();
  });

  /** The last thing that was said, when it wasn't stopped since. */
  async function saying(): Promise<string> {
    await new Promise((done) => setTimeout(done));
    return page.spoken.at(-1)?.text ?? '';
  }

  /** An arrow comes to this control, which is the only one below. */
  function reach(control: HTMLElement): void {
    vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockImplementation(function (this: HTMLElement) {
      return DOMRect.fromRect({ x: 0, y: this === control ? 100 : -500, width: 10, height: 10 });
    });
    document.querySelector<HTMLElement>('.dock button')?.focus();
    document.documentElement.setAttribute('data-keys', '');
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
  }

  it('says nothing to those who haven’t asked for it', async () => {
    page.show(view({ is: 'attract' }));
    page.show(view(menu(), { number: 2 }));
    await saying();
    expect(page.spoken).toEqual([]);
  });

  it('begins when it is turned on, follows each screen, and stops at once when it is turned off', async () => {
    page.show(view({ is: 'attract' }));
    page.show(heard(view({ is: 'attract' })));
    expect(await saying()).toMatch(/^음성 안내를 시작합니다\. 모퉁이커피 주문기입니다\./);
    page.show(heard(view(menu(), { number: 2 })));
    expect(await saying()).toContain('아메리카노, 삼천 원.');
    expect(await saying()).not.toContain('음성 안내를');
    page.show(view(menu(), { number: 2 }));
    await saying();
    expect(page.spoken.at(-1)).toBeNull();
  });

  it('says a screen once, not with every view of it', async () => {
    page.show(heard(view(menu(), { number: 2 })));
    await saying();
    const said = page.spoken.length;
    page.show(heard(view(menu(), { number: 2, sent: 2 })));
    await saying();
    expect(page.spoken.length).toBe(said);
  });

  it('tells what the terminal does as it does it', async () => {
    const card = sample('card');
    page.show(heard(card));
    expect(await saying()).toContain('카드를 넣거나 대 주세요. 결제기는 화면 오른쪽 아래에 있습니다.');
    if (card.screen.is === 'card') page.show(heard({ ...card, screen: { ...card.screen, phase: 'remove' } }));
    expect(await saying()).toContain('카드를 빼 주세요.');
  });

  it('reads what the keys come to, with how it stands', async () => {
    page.show(heard(sample('benefits')));
    await saying();
    reach(page.control('tick', 'COUPON'));
    expect(await saying()).toContain('쿠폰 쓰기');
    expect(await saying()).toMatch(/선택됨$/);
  });

  it('tells how a control stands once it has changed under the key', async () => {
    const benefits = sample('benefits');
    page.show(heard(benefits));
    await saying();
    reach(page.control('tick', 'COUPON'));
    if (benefits.screen.is === 'benefits')
      page.show(heard({ ...benefits, screen: { ...benefits.screen, services: benefits.screen.services.map((service) => ({ ...service, ticked: false })) } }));
    expect(await saying()).toMatch(/선택 안 됨$/);
  });

  it('says why a control does nothing', async () => {
    page.show(heard(view(menu(), { number: 2, money: { ...money, pieces: 0, order: 0 } })));
    await saying();
    page.touch('review');
    expect(await saying()).toBe('메뉴를 골라 주세요');
  });

  it('says what was added', async () => {
    page.show(heard(view(menu(), { number: 2 })));
    await saying();
    page.show(heard(view(menu(), { number: 2, note: { is: 'added', item: '아메리카노' } })));
    expect(await saying()).toContain('아메리카노 담았어요');
  });

  it('has the customer’s loudness, speed and language', async () => {
    const en = { ...settings, language: 'en' as const, voice: true, volume: 5, speed: 'fast' as const };
    page.show(view({ is: 'attract' }, { settings: en }));
    await saying();
    expect(page.spoken.at(-1)).toMatchObject({ language: 'en', speed: 'fast', volume: 5 });
    speak('ko');
  });

  it('leaves the module’s page alone: it tells how to get into it and out', async () => {
    page.show(heard(sample('service'), { module: frame() }));
    expect(await saying()).toContain('프르비티 화면에 들어갈 때는');
  });
});
