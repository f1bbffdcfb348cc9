import { toCardinal as chinese } from 'n2words/zh-Hans-CN';
import { toCardinal as english } from 'n2words/en-US';
import { toCardinal as japanese } from 'n2words/ja-JP';
import { toCardinal as korean } from 'n2words/ko-KR';
import type { Language } from '../generated/Language';
import { t } from './text.svelte';

const CARDINAL: Record<Language, (whole: number) => string> = {
  ko: korean,
  en: english,
  zh: (whole) => chinese(whole, { formal: false }),
  ja: japanese,
};

/** What Korean counts with numbers of its own, up to 99: 네 개, 두 쪽. */
const COUNTED = /(\d+)\s*(개|잔|쪽|가지|번째)/g;
const TENS = ['', '열', '스물', '서른', '마흔', '쉰', '예순', '일흔', '여든', '아흔'];
const ONES = ['', '한', '두', '세', '네', '다섯', '여섯', '일곱', '여덟', '아홉'];

/** So many digits in a row are nobody's amount: a card, a coupon, a telephone number. They are never spoken. */
const SECRET = /\d[\d -]{6,}\d/g;

/** A text as it is spoken: amounts, numbers and times of day in words. */
export function inWords(text: string, language: Language): string {
  const say = (digits: string) => CARDINAL[language](Number(digits.replaceAll(',', '')));
  return (language === 'ko' ? text.replace(COUNTED, counted) : text)
    .replace(SECRET, '')
    .replace(/(?<=[A-Za-z])(?=\d)/g, ' ')
    .replace(/(\d{2}):(\d{2})/g, (_, hours: string, minutes: string) => t('speech.time', { hours: Number(hours), minutes: Number(minutes) }))
    .replace(/₩\s?([\d,]*\d)/g, (_, amount: string) => t('speech.won', { amount: say(amount) }))
    .replace(/([\d,]*\d)\s?원/g, (_, amount: string) => t('speech.won', { amount: say(amount) }))
    .replace(/\d{1,3}(?:,\d{3})+|\d+/g, say)
    .replace(/[+·*]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Letter by letter and digit by digit. */
export function spelled(text: string): string {
  return [...text].filter((sign) => /[\p{L}\d]/u.test(sign)).join(', ');
}

function counted(all: string, digits: string, of: string): string {
  const count = Number(digits);
  if (count < 1 || count > 99) return all;
  if (count === 20) return `스무 ${of}`;
  return `${TENS[Math.floor(count / 10)] ?? ''}${ONES[count % 10] ?? ''} ${of}`;
}
