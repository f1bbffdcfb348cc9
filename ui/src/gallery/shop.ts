//! Views of the staff's pages about the shop, for looking at and for tests. Not part of the kiosk.

import type { DayPage } from '../generated/DayPage';
import type { DeedLine } from '../generated/DeedLine';
import type { Difference } from '../generated/Difference';
import type { Health } from '../generated/Health';
import type { Screen } from '../generated/Screen';
import type { Takings } from '../generated/Takings';
import type { WareLine } from '../generated/WareLine';
import { clerk, manager, staff, STAFF_NOW } from './staff';

const MINUTE = 60_000;
const tally = (count: number, amount: number) => ({ count, amount });

const nothing: Takings = { orders: tally(0, 0), coupon: tally(0, 0), points: tally(0, 0), giftCard: tally(0, 0), card: tally(0, 0), earn: tally(0, 0), vat: 0, vatFree: 0, cardVat: 0, cardVatFree: 0 };
const sales: Takings = { orders: tally(143, 1366500), coupon: tally(12, 24000), points: tally(45, 50000), giftCard: tally(6, 12500), card: tally(138, 1280000), earn: tally(61, 9214), vat: 121000, vatFree: 35500, cardVat: 113136, cardVatFree: 35500 };
const refunds: Takings = { ...nothing, orders: tally(1, 4000), card: tally(1, 4000), vat: 364, cardVat: 364 };

function difference(minutesAgo: number, more: Pick<Difference, 'kind'> & Partial<Difference>): Difference {
  return { transaction: `1c27375780c811ef92${String(minutesAgo)}`, reference: '7K2-41', orderNumber: null, atMs: STAFF_NOW - minutesAgo * MINUTE, approvalNumber: null, terminal: null, order: null, prbiti: 'not_used', suggested: null, ...more };
}

/** Every way in which two sides don't agree. */
export const differences: Difference[] = [
  difference(53, { kind: 'approval_without_order', approvalNumber: '30213902', terminal: 8300, suggested: 'resolve_by_hand' }),
  difference(12, { kind: 'order_without_settlement', orderNumber: 'A127', approvalNumber: '30214578', order: 12500, prbiti: 'unanswered', suggested: 'settle_again' }),
  difference(154, { kind: 'refund_without_cancel', orderNumber: 'A112', approvalNumber: '30209917', order: 4000, prbiti: 'refused', suggested: 'cancel_again' }),
  difference(170, { kind: 'order_without_approval', orderNumber: 'A109', approvalNumber: '30209911', order: 9800 }),
  difference(181, { kind: 'amounts_differ', orderNumber: 'A104', approvalNumber: '30209907', terminal: 6000, order: 6500, suggested: 'resolve_by_hand' }),
  difference(190, { kind: 'settlement_without_order', prbiti: 'settled' }),
  difference(201, { kind: 'cancel_differs', orderNumber: 'A101', approvalNumber: '30209887', order: 4000, prbiti: 'given_back', suggested: 'resolve_by_hand' }),
  difference(222, { kind: 'refund_not_listed', orderNumber: 'A98', approvalNumber: '30209854', order: 4000 }),
  { ...difference(230, { kind: 'refund_without_order', approvalNumber: '30209831', terminal: 4500 }), transaction: null, reference: null, atMs: null },
];

/** A day that goes on, on which three things differ. */
export const dayPage: DayPage = {
  day: { day: '2026-06-01', sales, refunds, terminal: { approved: tally(143, 1284300), refunded: tally(1, 4000) }, differences: differences.slice(0, 3), agreed: 140, bookings: [] },
  cardDue: 1276000,
  isToday: true,
  closed: null,
  earlier: '2026-05-31',
  later: null,
  open: 2,
  closing: { is: 'withReason' },
  wrote: null,
};
const agreeing: DayPage = { ...dayPage, day: { ...dayPage.day, terminal: { approved: tally(138, 1280000), refunded: tally(1, 4000) }, differences: [], agreed: 144 }, open: 0, closing: { is: 'ready' } };
const shut: DayPage = {
  ...agreeing,
  day: { ...agreeing.day, day: '2026-05-31' },
  isToday: false,
  later: '2026-06-01',
  closed: { number: 41, atMs: STAFF_NOW - 900 * MINUTE, by: manager, reason: null, open: 0 },
  closing: { is: 'closed' },
};

/** A day's page with some of it otherwise. */
export function day(more: Partial<DayPage>): Screen {
  return staff({ is: 'close', about: { ...dayPage, ...more } });
}

function ware(item: string, name: string, price: number, soldOut = false): WareLine {
  return { ware: { is: 'item', item }, name, group: null, price, soldOut, last: false };
}
function option(group: string, groupName: string, id: string, name: string, price: number, more: Partial<WareLine> = {}): WareLine {
  return { ware: { is: 'option', group, option: id }, name, group: groupName, price, soldOut: false, last: false, ...more };
}
/** What is sold. */
export const wares: WareLine[] = [
  ware('KD101111', '아메리카노', 3000),
  ware('KD101112', '카페라떼', 4000),
  ware('KD101113', '바닐라라떼', 4500),
  ware('KD101114', '자몽에이드', 5000),
  ware('KD101115', '녹차라떼', 4500),
  ware('KD101116', '콜드브루', 4500, true),
  ware('KD101117', '카푸치노', 4000),
  ware('KD101118', '치즈케이크', 5500),
  ware('KD101119', '크루아상', 3500),
  ware('KD101120', '카라멜마키아토', 4500),
  option('temperature', '온도', 'ice', '차갑게', 0, { last: true }),
  option('temperature', '온도', 'hot', '뜨겁게', 0, { soldOut: true }),
  option('size', '크기', 'regular', '보통', 0),
  option('size', '크기', 'large', '크게', 500),
  option('shot', '샷 추가', 'shot', '샷 추가', 500),
];

/** All is well, on a kiosk with all devices. */
export const health: Health = {
  version: '0.4.1',
  startedMs: STAFF_NOW - 6 * 1440 * MINUTE,
  devices: [
    { of: 'terminal', state: 'ready', sinceMs: STAFF_NOW - 340 * MINUTE, says: 'agent 2.1, terminal KT-3000' },
    { of: 'prbiti', state: 'ready', sinceMs: STAFF_NOW - 10 * MINUTE, says: '' },
    { of: 'journal', state: 'ready', sinceMs: STAFF_NOW - 6 * 1440 * MINUTE, says: '' },
    { of: 'scanner', state: 'ready', sinceMs: STAFF_NOW - 340 * MINUTE, says: '' },
    { of: 'printer', state: 'troubled', sinceMs: STAFF_NOW - 20 * MINUTE, says: 'paper low' },
    { of: 'orderHook', state: 'ready', sinceMs: STAFF_NOW - 340 * MINUTE, says: '' },
    { of: 'kitchenPrinter', state: 'ready', sinceMs: STAFF_NOW - 340 * MINUTE, says: '' },
  ],
  journalKb: 48_312,
  freeMb: 62_464,
  transactions: 20_417,
  update: { version: '0.4.1', atMs: STAFF_NOW - 6 * 1440 * MINUTE, ended: 'installed' },
  scanned: null,
  wrote: null,
  kitchen: { is: 'arrived' },
};
const ill: Health = {
  ...health,
  devices: [
    { of: 'terminal', state: 'away', sinceMs: STAFF_NOW - 4 * MINUTE, says: 'connection refused (os error 111)' },
    { of: 'prbiti', state: 'troubled', sinceMs: STAFF_NOW - 21 * MINUTE, says: 'the certificate ends in 3 days' },
    { of: 'journal', state: 'troubled', sinceMs: null, says: 'the disk is nearly full: 412 MB are left' },
    { of: 'scanner', state: 'away', sinceMs: STAFF_NOW - 7 * MINUTE, says: '' },
    { of: 'printer', state: 'away', sinceMs: STAFF_NOW - 3 * MINUTE, says: 'no paper' },
    { of: 'orderHook', state: 'away', sinceMs: STAFF_NOW - 8 * MINUTE, says: 'it can’t be reached: Connection refused (os error 111)' },
    { of: 'kitchenPrinter', state: 'troubled', sinceMs: null, says: '' },
  ],
  freeMb: 412,
  scanned: { characters: 13, times: 2 },
  wrote: { is: 'done', folder: '/media/usb/prbiti-kiosk-support-20260601-1414', stick: true },
  kitchen: { is: 'notArrived', says: 'it can’t be reached: Connection refused (os error 111)' },
};
const bare: Health = {
  ...health,
  devices: health.devices.map((device) => (device.of === 'journal' ? { ...device, state: 'away', says: 'database disk image is malformed' } : { ...device, state: 'none', sinceMs: null, says: '' })),
  freeMb: null,
  wrote: { is: 'failed' },
  kitchen: null,
};

function deed(minutesAgo: number, more: Pick<DeedLine, 'did'> & Partial<DeedLine>): DeedLine {
  return { number: 1000 - minutesAgo, atMs: STAFF_NOW - minutesAgo * MINUTE, by: clerk, transaction: null, action: null, name: null, role: null, why: null, ware: null, figure: null, words: null, ...more };
}
/** One of each thing that can be done. */
export const deeds: DeedLine[] = [
  deed(1, { did: 'cameIn', by: manager }),
  deed(3, { did: 'leftAlone' }),
  deed(8, { did: 'acted', action: 'settle_again', transaction: '1c27375780c811ef9101' }),
  deed(11, { did: 'soldOut', ware: '콜드브루' }),
  deed(25, { did: 'thereAgain', ware: '뜨겁게' }),
  deed(31, { did: 'paused' }),
  deed(33, { did: 'wentOn' }),
  deed(40, { did: 'setVolume', figure: 3 }),
  deed(52, { did: 'tookMenu', figure: 38, by: manager }),
  deed(60, { did: 'setPerson', name: '직원 2', role: 'staff', by: manager }),
  deed(61, { did: 'removedPerson', name: '직원 3', by: manager }),
  deed(63, { did: 'peopleUnchanged', why: 'pinTaken', by: manager }),
  deed(901, { did: 'wroteDay', figure: 41, by: manager }),
  deed(902, { did: 'closedDay', figure: 41, name: '2026-05-31', words: '결제기가 답하지 않아 나중에 맞춰요', by: manager }),
  deed(903, { did: 'wroteSupport', by: manager }),
  deed(910, { did: 'locked' }),
];

/** Every page about the shop, by the name of its sample. */
export const shopScreens: Record<string, Screen> = {
  'staff-close': staff({ is: 'close', about: dayPage }),
  'staff-close-many': day({ day: { ...dayPage.day, differences } }),
  'staff-close-ready': staff({ is: 'close', about: agreeing }),
  'staff-close-silent': day({ day: { ...dayPage.day, terminal: null, differences: [] } }),
  'staff-close-clerk': staff({ is: 'close', about: { ...dayPage, closing: { is: 'managerOnly' } } }, clerk),
  'staff-close-earlier': day({ closing: { is: 'earlierFirst', day: '2026-05-30' } }),
  'staff-close-early': staff({ is: 'close', about: { ...agreeing, day: { ...agreeing.day, day: '2026-06-02', sales: nothing, refunds: nothing, terminal: { approved: tally(0, 0), refunded: tally(0, 0) }, agreed: 0 }, cardDue: 0, isToday: false, earlier: '2026-06-01', closing: { is: 'notBegun' } } }),
  'staff-close-unkept': staff({ is: 'close', about: { ...agreeing, closing: { is: 'noJournal' } } }),
  'staff-closed': staff({ is: 'close', about: { ...shut, wrote: { is: 'done', folder: '/media/usb/prbiti-kiosk-close-41', stick: true } } }),
  'staff-closed-writing': staff({ is: 'close', about: { ...shut, day: { ...shut.day, differences }, closed: { number: 41, atMs: STAFF_NOW - 900 * MINUTE, by: manager, reason: '결제기가 답하지 않아 나중에 맞춰요', open: 0 }, wrote: { is: 'writing' } } }),
  'staff-shop': staff({ is: 'shop', paused: false, volume: 3 }),
  'staff-shop-paused': staff({ is: 'shop', paused: true, volume: 5 }, clerk),
  'staff-menu': staff({ is: 'menu', wares, outcome: null }),
  'staff-menu-clerk': staff({ is: 'menu', wares: wares.slice(8), outcome: null }, clerk),
  'staff-menu-reading': staff({ is: 'menu', wares, outcome: { is: 'reading' } }),
  'staff-menu-taken': staff({ is: 'menu', wares, outcome: { is: 'taken', items: 38, changed: 4 } }),
  'staff-menu-wrong': staff({ is: 'menu', wares, outcome: { is: 'wrong', mistakes: ['line 41: price is "3,000", expected a whole number of won such as 3000', 'line 57: the option "hot" is there twice in the group "temperature", expected one'] } }),
  'staff-health': staff({ is: 'health', health }),
  'staff-health-ill': staff({ is: 'health', health: ill }),
  'staff-health-bare': staff({ is: 'health', health: bare }, clerk),
  'staff-deeds': staff({ is: 'deeds', deeds, page: 1, more: true }),
  'staff-deeds-none': staff({ is: 'deeds', deeds: [], page: 0, more: false }),
};
