import i18next, { type TFunction } from 'i18next';
import type { Language } from '../generated/Language';
import { en } from './en';
import { ja } from './ja';
import { ko } from './ko';
import type { Texts } from './texts';
import { zh } from './zh';

/** Where numbers and times of day are written as in this language. */
const LOCALES: Record<Language, string> = { ko: 'ko-KR', en: 'en-US', zh: 'zh-CN', ja: 'ja-JP' };

/** The languages that are there. */
export const languages = { ko, en, zh, ja } satisfies Record<Language, Texts>;

// All resources are given here, so this is done when it returns.
void i18next.init({
  initAsync: false,
  lng: 'ko',
  ns: ['kiosk'],
  defaultNS: 'kiosk',
  fallbackLng: { zh: ['en', 'ko'], ja: ['en', 'ko'], default: ['ko'] },
  resources: Object.fromEntries(Object.entries(languages).map(([language, kiosk]) => [language, { kiosk }])),
  // Svelte escapes what it shows.
  interpolation: { escapeValue: false },
});

const spoken: Record<Language, TFunction> = {
  ko: i18next.getFixedT('ko'),
  en: i18next.getFixedT('en'),
  zh: i18next.getFixedT('zh'),
  ja: i18next.getFixedT('ja'),
};

let spokenNow = $state<Language>('ko');
/** Minutes that the shop's clock is ahead of UTC: Korea's until the shop's own is known. */
let offsetMin = $state(540);

/** The language that is spoken. */
export function language(): Language {
  return spokenNow;
}

/** From now on `t`, `number` and `timeOfDay` speak this language, also where they are already on screen. */
export function speak(chosen: Language): void {
  spokenNow = chosen;
}

/** From now on `timeOfDay` is the time on the shop's wall, whatever zone the machine is set to. */
export function keepTime(minutesEastOfUtc: number): void {
  offsetMin = minutesEastOfUtc;
}

/** The sentence for a key, in the customer's language. */
export const t = ((...args: [never]) => spoken[spokenNow](...args)) as TFunction;

/** 17,500. */
export function number(amount: number): string {
  return new Intl.NumberFormat(LOCALES[spokenNow]).format(amount);
}

/** 14:32 at the shop, for a unix time in ms. */
export function timeOfDay(ms: number): string {
  const format = new Intl.DateTimeFormat(LOCALES[spokenNow], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' });
  return format.format(ms + offsetMin * 60_000);
}

/** 14:32:07 at the shop. */
export function secondOfDay(ms: number): string {
  return `${timeOfDay(ms)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
}

/** The calendar day at the shop, `YYYY-MM-DD`. */
export function dayAt(ms: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'UTC' }).format(ms + offsetMin * 60_000);
}

/** 6월 1일 (월), for a day as `YYYY-MM-DD`. */
export function dayName(day: string): string {
  const format = new Intl.DateTimeFormat(LOCALES[spokenNow], { month: 'short', day: 'numeric', weekday: 'short', timeZone: 'UTC' });
  return format.format(Date.parse(`${day}T00:00Z`));
}

/** An amount in won as one piece of text. */
export function won(amount: number): string {
  return t('money.won', { amount: number(amount) });
}
