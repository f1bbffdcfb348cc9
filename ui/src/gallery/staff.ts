//! Views of the staff's pages, for looking at and for tests. Not part of the kiosk.

import type { Action } from '../generated/Action';
import type { ActionView } from '../generated/ActionView';
import type { Leg } from '../generated/Leg';
import type { Moment } from '../generated/Moment';
import type { NotArrived } from '../generated/NotArrived';
import type { Notice } from '../generated/Notice';
import type { PaidOrder } from '../generated/PaidOrder';
import type { Person } from '../generated/Person';
import type { Preview } from '../generated/Preview';
import type { Screen } from '../generated/Screen';
import type { Search } from '../generated/Search';
import type { StaffCase } from '../generated/StaffCase';
import type { StaffPage } from '../generated/StaffPage';
import type { StaffTransaction } from '../generated/StaffTransaction';
import type { WhyNot } from '../generated/WhyNot';

/** 14:14 in Korea, when all of these are looked at. */
export const STAFF_NOW = Date.UTC(2026, 5, 1, 5, 14);
const MINUTE = 60_000;

export const manager: Person = { name: '점장 1', role: 'manager' };
export const clerk: Person = { name: '직원 2', role: 'staff' };

/** The staff's screen with this page. */
export function staff(page: StaffPage, person: Person = manager): Screen {
  return { is: 'staff', person, locksInMin: 5, page, printer: true, print: null };
}

let made = 0;
function transaction(minutesAgo: number, more: Partial<StaffCase>): StaffCase {
  made += 1;
  return {
    transaction: `1c27375780c811ef9${String(100 + made)}`,
    reference: `7K2-${String(10 + made)}`,
    orderNumber: null,
    atMs: STAFF_NOW - minutesAgo * MINUTE,
    total: 12500,
    state: { is: 'ended', how: 'settled' },
    byHand: false,
    heldUntilMs: null,
    suggested: null,
    ...more,
  };
}
const unanswered = transaction(12, { orderNumber: 'A127', total: 17500, state: { is: 'needsYou', reason: 'settle_unanswered' }, heldUntilMs: STAFF_NOW + 18 * MINUTE, suggested: 'settle_again' });
const cardUnknown = transaction(53, { total: 8300, state: { is: 'needsYou', reason: 'card_unknown' }, heldUntilMs: STAFF_NOW - 23 * MINUTE, suggested: 'resolve_by_hand' });
const stray = transaction(95, { total: 4500, state: { is: 'needsYou', reason: 'late_approval' }, byHand: true, suggested: 'refund_stray' });
const unreadable = transaction(1500, { state: { is: 'needsYou', reason: 'journal_impossible' } });
const workedOn: StaffCase[] = [
  transaction(1, { total: 6000, state: { is: 'workedOn', doing: 'withCustomer', nextInS: 0 }, heldUntilMs: STAFF_NOW + 29 * MINUTE }),
  transaction(3, { orderNumber: 'A128', total: 6000, state: { is: 'workedOn', doing: 'settles', nextInS: 12 }, heldUntilMs: STAFF_NOW + 25 * MINUTE }),
  transaction(40, { total: 9800, state: { is: 'workedOn', doing: 'asksTerminal', nextInS: 240 } }),
];
const ended: StaffCase[] = [
  transaction(13, { orderNumber: 'A126', total: 4500 }),
  transaction(16, { orderNumber: 'A125', total: 9800, byHand: true }),
  transaction(19, { total: 17500, state: { is: 'ended', how: 'released' } }),
  transaction(25, { orderNumber: 'A123', total: 4000, state: { is: 'ended', how: 'refunded' } }),
  transaction(31, { orderNumber: 'A122', total: 12000, state: { is: 'ended', how: 'by_hand' }, byHand: true }),
  transaction(44, { total: 3000, state: { is: 'ended', how: 'unused' } }),
  transaction(52, { total: 15500, state: { is: 'ended', how: 'lapsed' } }),
];

const notices: Notice[] = [
  { atMs: STAFF_NOW - 21 * MINUTE, reference: unanswered.reference, said: { is: 'refused', code: '100010019', class: 'badField', field: 'type' }, timestamp: '1728025307', result: 'NG' },
  { atMs: STAFF_NOW - 33 * MINUTE, reference: '7K2-41', said: { is: 'misfit', what: 'the amount is 9000, and 5000 was asked for at most' }, timestamp: '1728025307', result: 'NG' },
  { atMs: STAFF_NOW - 35 * MINUTE, reference: '7K2-41', said: { is: 'refused', code: '300020003', class: 'lookUpFailed', field: null }, timestamp: '1728025307', result: 'NG' },
];
const orders: PaidOrder[] = Array.from({ length: 23 }, (_, at) => ({
  orderNumber: `A${String(127 - at)}`,
  atMs: STAFF_NOW - at * 7 * MINUTE,
  lines: at % 3 === 0 ? ['아메리카노 × 1 (차갑게, 샷 추가 × 2)', '카페라떼 × 2', '치즈케이크 × 1'] : ['아메리카노 × 1 (차갑게, 샷 추가 × 2)', '카페라떼 × 2'],
  way: at % 2 === 0 ? ('to_go' as const) : ('for_here' as const),
  total: 12000 + at * 500,
}));

const search: Search = { text: '', state: 'any', service: null, day: null, tender: null, page: 0 };

const all: Action[] = ['settle_again', 'release', 'ask_terminal', 'refund_stray', 'refund', 'keep_sale', 'cancel_again', 'hand_over_again', 'make', 'void_told', 'resolve_by_hand'];

/** All actions: those in `whyNot` can't be done, and of these tenders something becomes. */
function actions(suggested: Action | null, whyNot: Partial<Record<Action, WhyNot>>, previews: Partial<Record<Action, Preview[]>> = {}, late = false): ActionView[] {
  return all.map((action) => ({
    action,
    suggested: action === suggested,
    whyNot: whyNot[action] ?? null,
    late: late && (action === 'settle_again' || action === 'release'),
    preview: previews[action] ?? [],
  }));
}

function moment(seq: number, secondsAgo: number, more: Pick<Moment, 'what' | 'tone'> & Partial<Moment>): Moment {
  return { seq, atMs: STAFF_NOW - secondsAgo * 1000, service: null, message: null, amount: null, repeat: 0, code: null, by: null, action: null, finding: null, foundIn: null, reason: null, how: null, details: [], ...more };
}
const answer = ["status 200, code 200, result 'OK', timestamp '1728025307'"];
const text = [`text, without auth: ${JSON.stringify({ kind: 'as it was sent', number: '1c27375780c811ef9101', lines: Array.from({ length: 12 }, (_, at) => ({ item: `KD1011${String(11 + at)}`, pieces: 1, price: 4000 })) })}`];
const moments: Moment[] = [
  moment(0, 790, { what: 'began', tone: 'plain', amount: 17500, details: ['order 0193b2f0', '아메리카노 × 1 (차갑게, 샷 추가 × 2): 4,000'] }),
  moment(1, 780, { what: 'opened', tone: 'plain', service: 'COUPON', message: 'connect', amount: 17500, details: text }),
  moment(2, 775, { what: 'asked', tone: 'plain', service: 'COUPON', message: 'connect' }),
  moment(3, 770, { what: 'held', tone: 'good', service: 'COUPON', message: 'connect', amount: 2000, code: '200', details: answer }),
  moment(4, 760, { what: 'held', tone: 'good', service: 'POINT_REDEEM', message: 'connect', amount: 3000, code: '200', details: answer }),
  moment(5, 740, { what: 'serviceDeclined', tone: 'bad', service: 'PREPAID', message: 'connect', code: '200', details: answer }),
  moment(6, 735, { what: 'held', tone: 'good', service: 'POINT_EARN', message: 'connect', amount: 625, code: '200', details: answer }),
  moment(7, 700, { what: 'paymentStarted', tone: 'plain', amount: 12500 }),
  moment(8, 690, { what: 'paymentApproved', tone: 'good', amount: 12500, code: '30214578' }),
  moment(9, 690, { what: 'asked', tone: 'plain', message: 'settle', details: text }),
  moment(10, 655, { what: 'unanswered', tone: 'doubt', message: 'settle' }),
  moment(11, 620, { what: 'asked', tone: 'plain', message: 'settle', repeat: 1, details: text }),
  moment(12, 585, { what: 'unanswered', tone: 'doubt', message: 'settle' }),
  moment(13, 580, { what: 'withStaff', tone: 'doubt', reason: 'settle_unanswered' }),
  moment(14, 90, { what: 'staffActed', tone: 'hand', by: clerk, action: 'settle_again' }),
];

const legs: Leg[] = [
  { of: 'coupon', amount: 2000, state: 'unknown' },
  { of: 'points', amount: 3000, state: 'unknown' },
  { of: 'giftCard', amount: 0, state: 'notUsed' },
  { of: 'earn', amount: 625, state: 'unknown' },
  { of: 'card', amount: 12500, state: 'used' },
];
const tenders = (benefits: Preview['fate'], card: Preview['fate']): Preview[] => [
  { of: 'coupon', amount: 2000, fate: benefits },
  { of: 'points', amount: 3000, fate: benefits },
  { of: 'earn', amount: 625, fate: benefits },
  { of: 'card', amount: 12500, fate: card },
];

/** Paid, and Prbiti didn't answer. */
export const about: StaffTransaction = {
  case: unanswered,
  way: 'to_go',
  lines: ['아메리카노 × 1 (차갑게, 샷 추가 × 2)', '카페라떼 × 2', '치즈케이크 × 1'],
  goods: 'handedOut',
  legs,
  approval: { number: '30214578', issuer: '신한카드', maskedCard: '5107-29**-****-1234', months: 0 },
  row: 8,
  actions: actions(
    'settle_again',
    { release: 'paid', ask_terminal: 'nothingInDoubt', refund_stray: 'nothingTaken', keep_sale: 'notRefunded', cancel_again: 'notRefunded', hand_over_again: 'done', make: 'done', void_told: 'notVoid', resolve_by_hand: 'somethingElseFirst' },
    { settle_again: tenders('settled', 'stays'), refund: tenders('givenBack', 'givenBack') },
    true,
  ),
  findings: [],
  terminalSays: { is: 'charged', amount: 12500 },
  moments,
  asked: null,
  refused: null,
  printouts: [{ is: 'receipt', transaction: '0192f0c4a7b87d3e8f1a2b3c4d5e7k241' }],
  wrote: null,
};

/** Nobody knows whether the card was charged. */
export const inDoubt: StaffTransaction = {
  ...about,
  case: cardUnknown,
  way: 'for_here',
  goods: 'wait',
  legs: legs.map((leg) => (leg.of === 'card' ? { ...leg, amount: 8300, state: 'unknown' } : { of: leg.of, amount: 0, state: 'notUsed' })),
  approval: null,
  row: 4,
  actions: actions(
    'resolve_by_hand',
    { settle_again: 'cardInDoubt', release: 'nothingAsked', refund_stray: 'nothingTaken', refund: 'cardInDoubt', keep_sale: 'notRefunded', cancel_again: 'notRefunded', hand_over_again: 'cardInDoubt', make: 'cardInDoubt', void_told: 'notVoid' },
    { resolve_by_hand: [{ of: 'card', amount: 8300, fate: 'asFound' }], ask_terminal: [{ of: 'card', amount: 8300, fate: 'asked' }] },
  ),
  findings: ['card_not_charged', 'card_charged', 'card_charged_other'],
  terminalSays: { is: 'unknown', forgot: true },
  moments: [...moments.slice(0, 1), ...moments.slice(7, 8), moment(8, 620, { what: 'paymentUnknown', tone: 'doubt', details: ['attempt a7f1: its memory isn’t the one that was asked to charge'] }), moment(9, 610, { what: 'withStaff', tone: 'doubt', reason: 'card_unknown' })],
};

/** A charge came after its attempt was proven to have charged nothing. */
export const lateCharge: StaffTransaction = {
  ...about,
  case: stray,
  goods: 'keep',
  approval: null,
  legs: [...legs.slice(0, 4).map(({ of }): Leg => ({ of, amount: 0, state: 'notUsed' })), { of: 'card', amount: 0, state: 'declined' }, { of: 'card', amount: 4500, state: 'stray' }],
  row: 4,
  actions: actions(
    'refund_stray',
    { settle_again: 'notPaid', release: 'nothingAsked', ask_terminal: 'nothingInDoubt', refund: 'notPaid', keep_sale: 'notRefunded', cancel_again: 'notRefunded', hand_over_again: 'notPaid', make: 'notPaid', void_told: 'notVoid', resolve_by_hand: 'somethingElseFirst' },
    { refund_stray: [{ of: 'card', amount: 4500, fate: 'givenBack' }] },
  ),
  terminalSays: { is: 'charged', amount: 4500 },
  moments: [...moments.slice(0, 1), ...moments.slice(7, 8), moment(8, 690, { what: 'paymentDeclined', tone: 'bad', code: '51' }), moment(9, 680, { what: 'closed', tone: 'good', how: 'unused' }), moment(10, 600, { what: 'lateApproval', tone: 'bad', amount: 4500, code: '30214579' })],
};

const settled: StaffTransaction = {
  ...about,
  case: { ...unanswered, state: { is: 'ended', how: 'settled' }, heldUntilMs: null, suggested: null, byHand: true },
  legs: legs.map((leg) => (leg.state === 'unknown' ? { ...leg, state: 'used' } : leg)),
  row: 1,
  actions: actions(null, { ...Object.fromEntries(all.map((action) => [action, 'done' as const])), refund: 'managerOnly' }),
};
const working: StaffTransaction = {
  ...about,
  case: { ...unanswered, state: { is: 'workedOn', doing: 'settles', nextInS: 12 }, suggested: null },
  row: 8,
  actions: actions(null, { ...Object.fromEntries(all.map((action) => [action, 'inFlight' as const])), refund_stray: 'nothingTaken' }),
};

const missing = (orderNumber: string, isVoid = false): NotArrived => ({ transaction: `0193a5c2f0d27c3e9a41b6d8e0f1${orderNumber}0`, orderNumber, sinceMs: ended[0]?.atMs ?? 0, void: isVoid });
const notArrived = [...['A121', 'A122', 'A123', 'A124', 'A125', 'A126', 'A127', 'A128', 'A129'].map((number) => missing(number)), missing('A118', true)];

/** Every staff page, by the name of its sample. */
export const staffScreens: Record<string, Screen> = {
  'staff-looking': staff({ is: 'looking', tab: 'all' }),
  'staff-attention': staff({ is: 'attention', notArrived: [], needsYou: [unanswered, cardUnknown, stray, unreadable], workedOn, notices }),
  'staff-attention-working': staff({ is: 'attention', notArrived: [], needsYou: [], workedOn, notices: [] }, clerk),
  'staff-attention-calm': staff({ is: 'attention', notArrived: [], needsYou: [], workedOn: [], notices: [] }),
  'staff-attention-missing': staff({ is: 'attention', notArrived, needsYou: [unanswered], workedOn, notices: [] }),
  'staff-orders': staff({ is: 'orders', orders }),
  'staff-orders-none': staff({ is: 'orders', orders: [] }),
  'staff-all': staff({ is: 'all', search, rows: [unanswered, ...workedOn, cardUnknown, ...ended], more: true, today: '2026-06-01' }),
  'staff-all-narrowed': staff({ is: 'all', search: { ...search, text: 'A12', state: 'settled', day: '2026-06-01', page: 1 }, rows: ended.slice(0, 2), more: false, today: '2026-06-01' }),
  'staff-all-nothing': staff({ is: 'all', search: { ...search, text: '9999' }, rows: [], more: false, today: '2026-06-01' }),
  'staff-transaction': staff({ is: 'transaction', about }),
  'staff-transaction-refused': staff({ is: 'transaction', about: { ...about, refused: 'inFlight' } }, clerk),
  'staff-transaction-doubt': staff({ is: 'transaction', about: inDoubt }),
  'staff-transaction-stray': staff({ is: 'transaction', about: lateCharge }),
  'staff-transaction-working': staff({ is: 'transaction', about: working }),
  'staff-transaction-settled': staff({ is: 'transaction', about: settled }, clerk),
  'staff-ask': staff({ is: 'transaction', about: { ...about, asked: 'settle_again' } }),
  'staff-ask-refund': staff({ is: 'transaction', about: { ...about, asked: 'refund' } }),
  'staff-evidence': staff({ is: 'transaction', about: { ...inDoubt, approval: about.approval, asked: 'resolve_by_hand' } }),
  'staff-people': staff({ is: 'people', people: [clerk, { name: '직원 1', role: 'staff' }, manager], outcome: null }),
  'staff-people-refused': staff({ is: 'people', people: [manager], outcome: 'lastManager' }),
};
