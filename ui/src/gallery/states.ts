//! Every state that is laid out in its own way or says words of its own, on top of the samples. Not part of the kiosk.

import type { DeclineReason } from '../generated/DeclineReason';
import type { Note } from '../generated/Note';
import type { OutOfService } from '../generated/OutOfService';
import type { Place } from '../generated/Place';
import type { Screen } from '../generated/Screen';
import type { Service } from '../generated/Service';
import type { View } from '../generated/View';
import type { WhyInDoubt } from '../generated/WhyInDoubt';
import { confirm, frame, keeper, manyPills, menu, money, options, pills, review, samples, service, settings, UNTIL, view, withAll, withCoupon, withPoints } from './samples';

const SERVICES: Service[] = ['COUPON', 'POINT_REDEEM', 'PREPAID', 'POINT_EARN'];
const NAMES: Record<Service, string> = { COUPON: 'coupon', POINT_REDEEM: 'points', PREPAID: 'gift', POINT_EARN: 'earn' };
const nothing = { home: 'nothing', back: 'nothing', calling: false } as const;
const paying = { home: 'paying', back: 'paying', calling: false } as const;

/** The views of `make`, by name. */
function each<Of extends string>(of: readonly Of[], name: (one: Of) => string, make: (one: Of) => View): Record<string, View> {
  return Object.fromEntries(of.map((one) => [name(one), make(one)]));
}

function noteOn(screen: Screen, note: Note, more: Partial<View> = {}): View {
  return view(screen, { money, ...more, note });
}

const first = menu();
const manyCategories: Screen = {
  ...(first as Extract<Screen, { is: 'menu' }>),
  categories: ['인기', '커피', '라떼·차', '에이드', '디저트', '카라멜마키아토', '자몽에이드'].map((name, at) => ({ id: `c${String(at)}`, name, current: at === 5 })),
  page: 2,
};
const pillsOf = (service: Service): View['pills'] => [{ service: 'COUPON', state: service === 'COUPON' ? { is: 'unknown' } : { is: 'used', amount: 2000 } }, ...(service === 'COUPON' ? [] : [{ service, state: { is: 'unknown' } as const }])];

const PLACES: Place[] = ['left-below', 'below', 'right', 'left'];
const WHYS: WhyInDoubt[] = ['forgotten', 'otherAmount', 'lateCharge', 'notWritten', 'benefits', 'other'];
const CAUSES: Exclude<OutOfService['is'], 'recovering' | 'paused' | 'updating' | 'journal'>[] = ['damage', 'configuration', 'cardInDoubt', 'terminal'];
const REASONS: DeclineReason[] = ['timeOut', 'terminal'];

const states: Record<string, View> = {
  'attract-one-way': view({ is: 'attract' }, { shop: { ...view({ is: 'attract' }).shop, ways: ['to_go'] } }),
  'attract-calling': view({ is: 'attract' }, { dock: { home: 'ready', back: 'ready', calling: true }, bands: ['noMembership'] }),
  'attract-still-held': noteOn({ is: 'attract' }, { is: 'stillHeld', untilMs: UNTIL }),
  'menu-categories': view(manyCategories, { money: { ...money, order: 117500, due: 117500, pieces: 24 } }),
  'menu-last-page': view({ ...(first as Extract<Screen, { is: 'menu' }>), items: samples['menu'] ? (first as Extract<Screen, { is: 'menu' }>).items.slice(3, 5) : [], page: 2 }, { money, dock: { home: 'ready', back: 'ready', calling: true } }),
  'menu-added': noteOn(first, { is: 'added', item: '카라멜마키아토' }),
  'menu-scanned-sold-out': noteOn(first, { is: 'soldOut', item: '카라멜마키아토' }),
  'menu-full': noteOn(first, { is: 'cartFull' }),
  'menu-earphones-out': noteOn(first, { is: 'earphonesOut' }),
  'options-choice-sold-out': view(
    {
      ...options,
      groups: options.groups.map((group) => (group.id === 'temperature' && group.answer.is === 'choice' ? { ...group, answer: { ...group.answer, options: group.answer.options.map((option) => (option.id === 'hot' ? { ...option, soldOut: true } : option)) } } : group)),
      count: 3,
      price: 12000,
    },
    { money },
  ),
  'review-eat-here': view(review(4, { way: 'for_here', page: 2, pages: 3 }), { money: { ...money, order: 117500, due: 117500, pieces: 24 } }),
  'review-empty': view(review(0, { undo: true }), { money: { ...money, pieces: 0, order: 0, due: 0 } }),
  'benefits-none': view(
    { is: 'benefits', services: SERVICES.map((service) => ({ service, ticked: false })) },
    { money, note: { is: 'notNow', service: 'PREPAID' } },
  ),
  'benefits-two': view({ is: 'benefits', services: [{ service: 'POINT_REDEEM', ticked: false }, { service: 'POINT_EARN', ticked: true }] }, { money }),
  ...each(SERVICES, (one) => `note-not-now-${NAMES[one]}`, (one) => noteOn(service('POINT_REDEEM'), { is: 'notNow', service: one }, { pills, module: frame() })),
  ...each(SERVICES, (one) => `note-not-used-${NAMES[one]}`, (one) => noteOn(service('POINT_REDEEM'), { is: 'notUsed', service: one }, { money: withCoupon, pills, module: frame() })),
  'note-coupon-for-nothing': noteOn(service('POINT_REDEEM'), { is: 'couponFor', items: [] }, { pills, module: frame() }),
  'service-coupon': view(service('COUPON'), { money, pills: [{ service: 'COUPON', state: { is: 'now' } }], module: frame() }),
  'service-pills': view(service('POINT_EARN'), {
    money: { ...withAll, order: 117500, due: 110000 },
    module: frame(),
    pills: [
      { service: 'COUPON', state: { is: 'notUsed' } },
      { service: 'POINT_REDEEM', state: { is: 'unknown' } },
      { service: 'PREPAID', state: { is: 'used', amount: 2500 } },
      { service: 'POINT_EARN', state: { is: 'now' } },
    ],
  }),
  ...each(['COUPON', 'PREPAID', 'POINT_EARN'] as const, (one) => `service-unknown-${NAMES[one]}`, (one) => view({ is: 'serviceUnknown', service: one }, { money: one === 'COUPON' ? money : withCoupon, pills: pillsOf(one) })),
  ...each(['COUPON', 'PREPAID', 'POINT_EARN'] as const, (one) => `service-failed-${NAMES[one]}`, (one) => view({ is: 'serviceFailed', service: one, again: true }, { money: one === 'COUPON' ? money : withCoupon, pills })),
  ...each(SERVICES, (one) => `service-failed-last-${NAMES[one]}`, (one) => view({ is: 'serviceFailed', service: one, again: false }, { money: withCoupon, pills })),
  'pay-confirm-plain': view({ ...confirm, receipts: ['paper'], receipt: 'paper' }, { money }),
  'pay-confirm-all': view({ ...confirm, instalments: [0, 2, 3, 4, 5, 6], months: 0 }, { money: { ...withAll, pieces: 24, order: 117500, due: 110000, earn: 5500 } }),
  ...each(PLACES, (place) => `card-${place}`, (place) => view({ is: 'card', leftMs: 107000, stopping: false, phase: 'insert' }, { money: { ...money, order: 117500, due: 117500 }, shop: { ...view({ is: 'attract' }).shop, terminalPlace: place } })),
  ...each(REASONS, (reason) => `declined-${reason}`, (reason) => view({ is: 'declined', reason, endsInMs: 60000 }, { money })),
  'settling-pending': view({ is: 'settling', card: 'done', benefits: 'pending', handOver: 'pending', slow: true }, { money: withPoints, module: keeper, dock: paying }),
  'settling-card': view({ is: 'settling', card: 'done', benefits: null, handOver: 'done', slow: false }, { money, dock: paying }),
  'done-plain': view({ is: 'done', orderNumber: '127', handedOver: true, benefitsPending: false, earned: null, paper: { is: 'printing' }, endsInMs: 25000 }, { money }),
  'done-free': view({ is: 'done', orderNumber: '127', handedOver: true, benefitsPending: false, earned: 625, paper: { is: 'absent' }, endsInMs: 25000 }, { money: { ...withAll, giftCard: 12500, due: 0 }, shop: { ...view({ is: 'attract' }).shop, printer: false } }),
  ...each(WHYS, (why) => `unknown-${why}`, (why) => view({ is: 'unknown', amount: why === 'benefits' ? null : 117500, reference: '7K2-41', sinceMs: 638000, why, slip: { is: 'failed' } }, { money: why === 'benefits' ? withPoints : money, staffWaiting: 2, dock: { home: 'ready', back: 'nothing', calling: why !== 'other' } })),
  ...each(CAUSES, (is) => `out-${is}`, (is) => view({ is: 'outOfService', why: { is }, code: 'C3' }, { dock: nothing, staffWaiting: 1 })),
  'start-over-empty': view(samples['pay-confirm']?.screen ?? { is: 'attract' }, { money, sheet: { is: 'startOver', pieces: 1, held: false, back: false } }),
  'idle-menu-pills': view(service('POINT_EARN'), { money: withAll, pills: manyPills, module: frame(), sheet: { is: 'idle', endsInMs: 5000, held: true } }),
  'settings-on': view(review(2), { money, settings: { ...settings, voice: true, volume: 5, speed: 'slow' }, sheet: { is: 'screenAndSound', sound: true } }),
};

/** A sample as it is after something on it was touched that the page keeps to itself. */
interface Touched {
  of: string;
  /** The `data-act` of each touch, with `:` and its `data-id` where there are several. `hold` holds the shop's name. */
  touch: string[];
}

/** Where one of the controls isn't there, the state isn't either: on a wide panel all options stand on one sheet. */
export const touched: Record<string, Touched> = {
  'staff-pin': { of: 'attract', touch: ['hold'] },
  'options-2': { of: 'options', touch: ['nextQuestion'] },
  'options-3': { of: 'options', touch: ['nextQuestion', 'nextQuestion'] },
  'options-3-sold-out': { of: 'options-sold-out', touch: ['nextQuestion', 'nextQuestion'] },
  'options-4': { of: 'options', touch: ['nextQuestion', 'nextQuestion', 'nextQuestion'] },
  'settings-other-half': { of: 'settings', touch: ['otherHalf'] },
  'said-sold-out': { of: 'menu', touch: ['item:KD101116'] },
  'said-paying': { of: 'settling', touch: ['home'] },
  'said-stopping': { of: 'card-stopping', touch: ['home'] },
  'said-nothing': { of: 'out-paused', touch: ['home'] },
  'said-benefits': { of: 'benefits-none', touch: ['next'] },
};

/** All of them by name, as the kiosk would show them on the reference panel. */
export const all: Record<string, View> = { ...samples, ...states };
