//! One view of every kind of screen and sheet, for looking at and for tests. Not part of the kiosk.

import type { ItemCard } from '../generated/ItemCard';
import type { Ledger } from '../generated/Ledger';
import type { LineView } from '../generated/LineView';
import type { ModuleFrame } from '../generated/ModuleFrame';
import type { Pill } from '../generated/Pill';
import type { Screen } from '../generated/Screen';
import type { Service } from '../generated/Service';
import type { Settings } from '../generated/Settings';
import type { Sheet } from '../generated/Sheet';
import type { Step } from '../generated/Step';
import type { View } from '../generated/View';
import { shopScreens } from './shop';
import { staffScreens } from './staff';

/** 14:32 in Korea. */
export const UNTIL = Date.UTC(2026, 5, 1, 5, 32);

export const money: Ledger = { pieces: 4, order: 17500, coupon: 0, points: 0, discount: 0, giftCard: 0, due: 17500, earn: null, heldUntilMs: null, returnedByMs: null };
export const withCoupon: Ledger = { ...money, coupon: 2000, discount: 2000, due: 15500, heldUntilMs: UNTIL, returnedByMs: UNTIL };
export const withPoints: Ledger = { ...withCoupon, points: 3000, discount: 5000, due: 12500, earn: 625 };
export const withAll: Ledger = { ...withPoints, giftCard: 2500, due: 10000 };

export const settings: Settings = { language: 'ko', large: false, contrast: false, low: false, voice: false, volume: 3, speed: 'usual', keypad: false, earphones: false };

/** A plain view of `screen`. */
export function view(screen: Screen, more: Partial<View> = {}): View {
  return {
    number: 1,
    sent: 1,
    shop: { name: '모퉁이커피', ways: ['for_here', 'to_go'], pitchNm: 311300, lowerEdgeMm: 780, terminalPlace: 'right-below', printer: true, speaks: true, utcOffsetMin: 540 },
    settings,
    fit: 'm',
    step: STEPS[screen.is],
    dock: { home: 'ready', back: 'ready', calling: false },
    staffWaiting: 0,
    notArrived: 0,
    bands: [],
    money: null,
    pills: [],
    note: null,
    screen,
    sheet: null,
    module: null,
    scans: { count: 0, taken: false },
    ...more,
  };
}

const STEPS: Record<Screen['is'], Step | null> = {
  attract: null,
  menu: 'order',
  options: 'order',
  review: 'review',
  benefits: 'benefits',
  service: 'benefits',
  serviceUnknown: 'benefits',
  serviceFailed: 'benefits',
  benefitsLost: 'benefits',
  timeShort: 'benefits',
  returning: 'benefits',
  payConfirm: 'payment',
  card: 'payment',
  declined: 'payment',
  settling: 'payment',
  done: 'done',
  unknown: 'payment',
  outOfService: null,
  staff: null,
};

export function item(id: string, name: string, price: number, picture: string, more: Partial<ItemCard> = {}): ItemCard {
  return { id, name, price, picture, recommended: false, soldOut: false, ...more };
}

export const shown: ItemCard[] = [
  item('KD101111', '아메리카노', 3000, 'americano', { recommended: true }),
  item('KD101112', '카페라떼', 4000, 'latte'),
  item('KD101113', '바닐라라떼', 4500, 'vanilla'),
  item('KD101114', '자몽에이드', 5000, 'grapefruit'),
  item('KD101115', '녹차라떼', 4800, 'greentea'),
  item('KD101116', '콜드브루', 4500, 'coldbrew', { soldOut: true }),
  item('KD101117', '카푸치노', 4200, 'cappuccino'),
  item('KD101118', '치즈케이크', 5500, 'cheesecake'),
  item('KD101119', '크루아상', 3800, 'croissant'),
];

/** The menu with so many items on a page. */
export function menu(items = 9): Screen {
  const categories = ['인기', '커피', '라떼·차', '에이드', '디저트'].map((name, at) => ({ id: `c${at}`, name, current: at === 0 }));
  return { is: 'menu', categories, items: shown.slice(0, items), page: 1, pages: 2, pictures: ['americano', 'latte', 'cheesecake'] };
}

export const options: Extract<Screen, { is: 'options' }> = {
  is: 'options',
  item: item('KD101111', '아메리카노', 3000, 'americano'),
  groups: [
    {
      id: 'temperature',
      name: '온도',
      answer: {
        is: 'choice',
        options: [
          { id: 'ice', name: '차갑게', price: 0, chosen: true, soldOut: false },
          { id: 'hot', name: '뜨겁게', price: 0, chosen: false, soldOut: false },
        ],
      },
    },
    {
      id: 'size',
      name: '크기',
      answer: {
        is: 'choice',
        options: [
          { id: 'regular', name: '보통', price: 0, chosen: true, soldOut: false },
          { id: 'large', name: '크게', price: 500, chosen: false, soldOut: false },
        ],
      },
    },
    { id: 'shot', name: '샷 추가', answer: { is: 'count', price: 500, count: 2, most: 3, soldOut: false } },
  ],
  count: 1,
  price: 4000,
  each: 4000,
};
const optionsSoldOut: Screen = {
  ...options,
  groups: options.groups.map((group) => (group.answer.is === 'count' ? { ...group, answer: { ...group.answer, count: 0, soldOut: true } } : group)),
  price: 3000,
  each: 3000,
};

const lines: LineView[] = [
  { index: 0, name: '아메리카노', options: ['차갑게', '보통', '샷 추가 × 2'], picture: 'americano', count: 1, price: 4000, soldOut: false },
  { index: 1, name: '카라멜마키아토', options: ['뜨겁게', '크게', '샷 추가 × 2'], picture: 'caramel', count: 2, price: 8000, soldOut: false },
  { index: 2, name: '치즈케이크', options: [], picture: 'cheesecake', count: 1, price: 5500, soldOut: false },
  { index: 3, name: '자몽에이드', options: ['크게'], picture: 'grapefruit', count: 1, price: 5000, soldOut: false },
];

/** The order with so many lines on a page. */
export function review(count: number, more: Partial<Extract<Screen, { is: 'review' }>> = {}): Screen {
  return { is: 'review', lines: lines.slice(0, count), page: 1, pages: 1, way: 'to_go', undo: false, benefits: true, blocked: false, ...more };
}

export const pills: Pill[] = [
  { service: 'COUPON', state: { is: 'used', amount: 2000 } },
  { service: 'POINT_REDEEM', state: { is: 'now' } },
];
export const manyPills: Pill[] = [
  { service: 'COUPON', state: { is: 'used', amount: 2000 } },
  { service: 'POINT_REDEEM', state: { is: 'used', amount: 3000 } },
  { service: 'PREPAID', state: { is: 'notUsed' } },
  { service: 'POINT_EARN', state: { is: 'now' } },
];

export function frame(more: Partial<ModuleFrame> = {}): ModuleFrame {
  return { session: 7, url: 'about:blank', origin: 'https://module.example', forCustomer: true, ...more };
}
export const keeper = frame({ forCustomer: false });

export const service = (service: Service, open = true): Screen => ({ is: 'service', service, open });
export const confirm: Extract<Screen, { is: 'payConfirm' }> = { is: 'payConfirm', receipts: ['paper', 'phone', 'none'], receipt: 'phone', noPaper: false, instalments: [], months: 0, busy: false };
const idle: Sheet = { is: 'idle', endsInMs: 24000, held: true };

/** Every sample by name. */
export const samples: Record<string, View> = {
  attract: view({ is: 'attract' }),
  'attract-practice': view({ is: 'attract' }, { bands: ['practice'], staffWaiting: 2, module: keeper }),
  menu: view(menu(), { money }),
  'menu-empty': view(menu(), { money: { ...money, pieces: 0, order: 0, due: 0 }, bands: ['practice'], note: { is: 'notOnMenu' } }),
  options: view(options, { money }),
  'options-sold-out': view(optionsSoldOut, { money }),
  review: view(review(3), { money }),
  'review-full': view(review(4, { pages: 2, undo: true }), { money }),
  'review-blocked': view(review(2, { blocked: true, lines: [...lines.slice(0, 1), ...lines.slice(1, 2).map((line) => ({ ...line, soldOut: true }))] }), { money }),
  'review-undo': view(review(2, { undo: true }), { money }),
  'review-plain': view(review(1, { benefits: false }), { money, bands: ['noMembership'] }),
  benefits: view(
    {
      is: 'benefits',
      services: [
        { service: 'COUPON', ticked: true },
        { service: 'POINT_REDEEM', ticked: true },
        { service: 'PREPAID', ticked: false },
        { service: 'POINT_EARN', ticked: false },
      ],
    },
    { money },
  ),
  service: view(service('POINT_REDEEM'), { money: withCoupon, pills, module: frame() }),
  'service-opening': view(service('COUPON', false), { money, pills: [{ service: 'COUPON', state: { is: 'now' } }] }),
  'service-earn': view(service('POINT_EARN'), { money: withAll, pills: manyPills, module: frame(), note: { is: 'notUsed', service: 'PREPAID' } }),
  'service-bands': view(service('POINT_REDEEM'), { money: withCoupon, pills, module: frame(), bands: ['practice', 'scannerOff'] }),
  'service-many': view(service('PREPAID'), { money: withPoints, module: frame(), pills: [...manyPills.slice(0, 2), { service: 'PREPAID', state: { is: 'now' } }, { service: 'POINT_EARN', state: { is: 'toCome' } }] }),
  'service-note': view(service('POINT_REDEEM'), { money, pills: [{ service: 'COUPON', state: { is: 'notUsed' } }, { service: 'POINT_REDEEM', state: { is: 'now' } }], module: frame(), note: { is: 'couponFor', items: ['아메리카노', '카라멜마키아토'] } }),
  'service-unknown': view(
    { is: 'serviceUnknown', service: 'POINT_REDEEM' },
    { money: withCoupon, pills: [{ service: 'COUPON', state: { is: 'used', amount: 2000 } }, { service: 'POINT_REDEEM', state: { is: 'unknown' } }] },
  ),
  'service-failed': view({ is: 'serviceFailed', service: 'POINT_REDEEM', again: true }, { money: withCoupon, pills }),
  'benefits-lost': view({ is: 'benefitsLost' }, { money: withPoints }),
  'time-short': view({ is: 'timeShort' }, { money: withPoints }),
  returning: view({ is: 'returning' }, { money: withPoints, module: keeper, dock: { home: 'paying', back: 'paying', calling: false } }),
  'pay-confirm': view(confirm, { money: withPoints }),
  'pay-confirm-instalments': view({ ...confirm, instalments: [0, 2, 3, 4, 5, 6], months: 3, receipts: ['paper', 'none'], receipt: 'none' }, { money: { ...money, order: 75000, due: 75000 } }),
  'pay-confirm-no-paper': view({ ...confirm, receipts: ['phone', 'none'], noPaper: true }, { money: withPoints }),
  'pay-confirm-free': view({ ...confirm, busy: false }, { money: { ...withPoints, giftCard: 12500, due: 0 } }),
  'pay-confirm-busy': view({ ...confirm, busy: true }, { money: withPoints, note: { is: 'terminalAway' } }),
  card: view({ is: 'card', leftMs: 107000, stopping: false, phase: 'insert' }, { money: withPoints }),
  'card-verify': view({ is: 'card', leftMs: 90000, stopping: false, phase: 'verify' }, { money: withPoints }),
  'card-read': view({ is: 'card', leftMs: 80000, stopping: false, phase: 'read' }, { money: withPoints }),
  'card-remove': view({ is: 'card', leftMs: 0, stopping: false, phase: 'remove' }, { money: withPoints, note: { is: 'scanRefused' } }),
  'card-stopping': view({ is: 'card', leftMs: 80000, stopping: true, phase: 'insert' }, { money: withPoints, dock: { home: 'stopping', back: 'stopping', calling: false } }),
  stopped: view({ is: 'declined', reason: 'stopped', endsInMs: 60000 }, { money: withPoints }),
  declined: view({ is: 'declined', reason: 'issuer', endsInMs: 15000 }, { money: withPoints }),
  settling: view({ is: 'settling', card: 'done', benefits: 'waiting', handOver: 'waiting', slow: false }, { money: withPoints, module: keeper, dock: { home: 'paying', back: 'paying', calling: false } }),
  'settling-free': view({ is: 'settling', card: null, benefits: 'pending', handOver: 'done', slow: true }, { money: { ...withPoints, due: 0 }, module: keeper }),
  done: view({ is: 'done', orderNumber: '127', handedOver: true, benefitsPending: false, earned: 625, paper: { is: 'offered' }, endsInMs: 25000 }, { money: withPoints }),
  'done-no-paper': view({ is: 'done', orderNumber: '127', handedOver: true, benefitsPending: false, earned: 625, paper: { is: 'out' }, endsInMs: 60000 }, { money: withPoints }),
  'done-pending': view({ is: 'done', orderNumber: 'A127', handedOver: false, benefitsPending: true, earned: null, paper: { is: 'printed', more: true }, endsInMs: 60000 }, { money: withAll }),
  unknown: view({ is: 'unknown', amount: 12500, reference: '7K2-41', sinceMs: 38000, why: 'noAnswer', slip: { is: 'offered' } }, { money: withPoints, dock: { home: 'ready', back: 'nothing', calling: true } }),
  'out-recovering': view({ is: 'outOfService', why: { is: 'recovering', left: 2 }, code: 'R2' }, { dock: { home: 'nothing', back: 'nothing', calling: false }, module: keeper }),
  'out-updating': view({ is: 'outOfService', why: { is: 'updating' }, code: 'update' }, { dock: { home: 'nothing', back: 'nothing', calling: false } }),
  'out-paused': view({ is: 'outOfService', why: { is: 'paused' }, code: 'P1' }, { dock: { home: 'nothing', back: 'nothing', calling: false } }),
  'out-journal': view({ is: 'outOfService', why: { is: 'journal' }, code: "/var/lib/prbiti-kiosk/journal can't be opened: error returned from database: (code: 14) unable to open database file, expected a journal that this program can read and write" }, { dock: { home: 'nothing', back: 'nothing', calling: false } }),
  ...Object.fromEntries(Object.entries({ ...staffScreens, ...shopScreens }).map(([name, screen]) => [name, view(screen, { staffWaiting: name.includes('calm') || name.endsWith('working') ? 0 : 4, module: name.endsWith('working') ? keeper : null, dock: { home: 'nothing', back: 'nothing', calling: false } })])),
  idle: view(service('PREPAID'), { money: withPoints, pills: manyPills, module: frame(), sheet: idle }),
  'idle-plain': view(menu(), { money, sheet: { is: 'idle', endsInMs: 24000, held: false } }),
  'start-over': view(confirm, { money: withPoints, sheet: { is: 'startOver', pieces: 4, held: true, back: false } }),
  'go-back': view(confirm, { money: withPoints, sheet: { is: 'startOver', pieces: 4, held: true, back: true } }),
  settings: view(menu(), { money, settings: { ...settings, voice: true }, sheet: { is: 'screenAndSound', sound: false } }),
};
