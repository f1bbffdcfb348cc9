//! What staff read of the shop: words for the devices, the day's differences and what was done, and how they are to be
//! looked at.

import { wall } from '../clock';
import type { DeedLine } from '../generated/DeedLine';
import type { DeviceOf } from '../generated/DeviceOf';
import type { DeviceState } from '../generated/DeviceState';
import type { Difference } from '../generated/Difference';
import type { Differs } from '../generated/Differs';
import type { StaffPrint } from '../generated/StaffPrint';
import type { IconName } from '../parts/Icon.svelte';
import { dayAt, dayName, number, t, timeOfDay, won } from '../text/text.svelte';
import type { Badged } from './words';

/** What the printer can do for staff, and what became of their last paper. */
export interface Printing {
  /** It prints now; null where there is none. */
  printer: boolean | null;
  print: StaffPrint | null;
}

/** The drawing of a device. */
export const DEVICE_ICONS: Record<DeviceOf, IconName> = { terminal: 'card', prbiti: 'points', scanner: 'barcode', printer: 'printer', journal: 'record', orderHook: 'send', kitchenPrinter: 'printer' };

const DEVICE_TONES: Record<DeviceState, Badged['tone']> = { ready: 'ok', troubled: 'look', away: 'doubt', none: 'plain' };

/** How a device is, in a word. */
export function deviceBadge(state: DeviceState): Badged {
  return { tone: DEVICE_TONES[state], text: t(`staff.health.states.${state}`) };
}

/** A time of day, with its day when that isn't today. */
export function momentOf(ms: number): string {
  return dayAt(ms) === dayAt(wall()) ? timeOfDay(ms) : `${dayName(dayAt(ms))} ${timeOfDay(ms)}`;
}

/** How much room something takes, from megabytes. */
export function roomOf(megabytes: number): string {
  return megabytes < 1024 ? `${number(Math.ceil(megabytes))} MB` : `${number(Math.round(megabytes / 102.4) / 10)} GB`;
}

/** The sides of a row of differences. */
export type Side = 'card' | 'prbiti' | 'order';

/** Which side lacks something, or has something else. */
const LACKING: Record<Differs, Side> = {
  approval_without_order: 'order',
  order_without_approval: 'card',
  amounts_differ: 'card',
  order_without_settlement: 'prbiti',
  settlement_without_order: 'order',
  refund_without_cancel: 'prbiti',
  cancel_differs: 'prbiti',
  refund_not_listed: 'card',
  refund_without_order: 'order',
};

/** What one side says of a difference. */
export interface Said {
  text: string;
  /** It is the side that lacks something. */
  lacks: boolean;
}

/** What each side says of a difference; where a side has no part in it nothing is claimed. */
export function sidesOf(of: Difference): Record<Side, Said> {
  const refund = of.kind === 'refund_not_listed' || of.kind === 'refund_without_order' || of.kind === 'refund_without_cancel' || of.kind === 'cancel_differs';
  const lacking = LACKING[of.kind];
  const side = (side: Side, amount: number | null): Said => {
    const lacks = side === lacking;
    if (amount === null) return { text: lacks ? t('staff.day.missing') : '–', lacks };
    return { text: refund ? t('staff.day.refund', { amount: won(amount) }) : won(amount), lacks };
  };
  return {
    card: side('card', of.terminal),
    prbiti: { text: t(`staff.day.prbitiSide.${of.prbiti}`), lacks: lacking === 'prbiti' },
    order: side('order', of.order),
  };
}

/** What was done, in a sentence. */
export function deedTitle(deed: DeedLine): string {
  return t(`staff.did.${deed.did}`, {
    action: deed.action ? t(`staff.action.${deed.action}`) : '',
    name: deed.name ?? '',
    role: deed.role ? t(`staff.role.${deed.role}`) : '',
    ware: deed.ware ?? '',
    figure: deed.figure ?? 0,
    day: deed.did === 'closedDay' && deed.name ? dayName(deed.name) : '',
  });
}

/** What belongs to it, in a second line. */
export function deedMore(deed: DeedLine): string {
  return [deed.why && t(`staff.people.outcome.${deed.why}`), deed.words].filter(Boolean).join(' · ');
}
