//! What staff read of a transaction: words for what the core says of it, and how they are to be looked at.

import type { Action } from '../generated/Action';
import type { CaseState } from '../generated/CaseState';
import type { Closed } from '../generated/Closed';
import type { Leg } from '../generated/Leg';
import type { LegState } from '../generated/LegState';
import type { Moment } from '../generated/Moment';
import type { StaffCase } from '../generated/StaffCase';
import type { StaffTransaction } from '../generated/StaffTransaction';
import type { TerminalSays } from '../generated/TerminalSays';
import type { Tone } from '../generated/Tone';
import type { IconName } from '../parts/Icon.svelte';
import { number, t, won } from '../text/text.svelte';

/** A word with a shape and a colour. */
export interface Badged {
  tone: 'doubt' | 'wait' | 'ok' | 'back' | 'plain' | 'hand' | 'out' | 'look';
  text: string;
}

/** What gives money back is the only thing in red. */
export function isRefund(action: Action): boolean {
  return action === 'refund' || action === 'refund_stray';
}

/** The drawing beside an action. */
export const ACTION_ICONS: Record<Action, IconName> = {
  settle_again: 'send',
  release: 'returned',
  ask_terminal: 'question',
  refund_stray: 'card',
  refund: 'card',
  keep_sale: 'check',
  cancel_again: 'send',
  hand_over_again: 'send',
  make: 'cup',
  void_told: 'person',
  resolve_by_hand: 'check',
};

const ENDED: Record<Closed, Badged['tone']> = { settled: 'ok', unused: 'plain', released: 'back', lapsed: 'back', refunded: 'back', by_hand: 'hand' };

/** What became of a transaction, in a word. */
export function badgeOf(state: CaseState): Badged {
  switch (state.is) {
    case 'needsYou':
      return { tone: 'doubt', text: t('staff.state.needsYou') };
    case 'workedOn':
      return { tone: 'wait', text: t('staff.state.workedOn') };
    case 'ended':
      return { tone: ENDED[state.how], text: t(`staff.state.${state.how}`) };
    case 'unreadable':
      return { tone: 'doubt', text: t('staff.state.unreadable') };
  }
}

/** What became of a transaction, in a sentence; `nextInS` are the seconds until the kiosk goes on. */
export function sentenceOf(state: CaseState, nextInS: number): string {
  switch (state.is) {
    case 'needsYou':
      return t(`staff.why.${state.reason}`);
    case 'workedOn':
      return state.doing === 'withCustomer' ? t('staff.doing.withCustomer') : `${t(`staff.doing.${state.doing}`)} · ${soon(nextInS)}`;
    case 'ended':
      return t(`staff.ended.${state.how}`);
    case 'unreadable':
      return t('staff.why.journal_impossible');
  }
}

function soon(seconds: number): string {
  if (seconds <= 0) return t('staff.next.now');
  return seconds < 120 ? t('staff.next.seconds', { seconds }) : t('staff.next.minutes', { minutes: Math.ceil(seconds / 60) });
}

/** What staff do about it: the action that the tables suggest, otherwise what is to be done elsewhere; none where nobody is needed. */
export function adviceFor({ state, suggested }: StaffCase): string | undefined {
  if (suggested) return t(`staff.action.${suggested}`);
  if (state.is === 'needsYou') return t(`staff.todo.${state.reason}`);
  return state.is === 'unreadable' ? t('staff.todo.journal_impossible') : undefined;
}

/** How long what is held still lives; none where nothing is. */
export function heldFor(untilMs: number | null, nowMs: number): string | undefined {
  if (untilMs === null) return undefined;
  const minutes = Math.ceil((untilMs - nowMs) / 60_000);
  return minutes > 0 ? t('staff.held.left', { minutes }) : t('staff.held.over');
}

/** The name by which people look for it. */
export function nameOf({ orderNumber, reference }: StaffCase): string {
  return orderNumber === null ? t('staff.named.reference', { reference }) : t('staff.named.order', { number: orderNumber });
}

const LEG_TONES: Record<LegState, Badged['tone']> = { notUsed: 'plain', held: 'wait', unknown: 'doubt', used: 'ok', givenBack: 'back', declined: 'plain', stray: 'doubt' };

/** What became of a tender, in a word. */
export function legBadge(leg: Leg): Badged {
  const text =
    leg.of === 'card' && leg.state === 'used' ? t('staff.leg.charged')
    : leg.of === 'earn' && (leg.state === 'used' || leg.state === 'givenBack') ? t(`staff.earned.${leg.state}`)
    : t(`staff.leg.${leg.state}`);
  return { tone: LEG_TONES[leg.state], text };
}

/** What happened to the money, in plain sentences, a line each: the card's, then the benefits'. */
export function story({ legs }: StaffTransaction): string {
  const cards = legs
    .filter(({ of }) => of === 'card')
    // Beside money that went astray nobody is to read that none was taken.
    .filter(({ state }, _, all) => state === 'stray' || !all.some((leg) => leg.state === 'stray') || !['notUsed', 'declined'].includes(state))
    .map((leg) => t(`staff.story.card.${leg.state}`, { amount: won(leg.amount) }));
  // What isn't known says more than what is.
  const states = ['unknown', 'held', 'used', 'givenBack'] as const;
  const benefits = legs.filter(({ of }) => of !== 'card');
  const state = states.find((state) => benefits.some((leg) => leg.state === state));
  const names = benefits.filter((leg) => leg.state === state).map(({ of }) => t(`staff.of.${of}`));
  return [...cards, t(`staff.story.benefits.${state ?? 'none'}`, { names: names.join(', ') })].join('\n');
}

/** What the terminal answered. */
export function terminalWords(says: TerminalSays): string {
  switch (says.is) {
    case 'charged':
      return t('staff.terminal.charged', { amount: won(says.amount) });
    case 'unknown':
      return t(says.forgot ? 'staff.terminal.forgot' : 'staff.terminal.unknown');
    default:
      return t(`staff.terminal.${says.is}`);
  }
}

/** The drawing of a moment: each tone has a shape of its own. */
export const TONE_ICONS: Record<Tone, IconName> = { plain: 'minus', good: 'check', doubt: 'question', bad: 'close', hand: 'person' };

/** What happened in one line, repeats marked. */
export function momentTitle(moment: Moment): string {
  const of = moment.service ? t(`service.name.${moment.service}`) : moment.message ? t(`staff.message.${moment.message}`) : '';
  const action = moment.action ? t(`staff.action.${moment.action}`) : '';
  const title = t(`staff.what.${moment.what}`, { of, action }).trim();
  return moment.repeat > 0 ? `${title} ${t('staff.timeline.repeat', { time: moment.repeat + 1 })}` : title;
}

/** What belongs to it, in a second line. */
export function momentMore(moment: Moment): string {
  const amount = moment.amount === null ? undefined : moment.service === 'POINT_EARN' ? t('money.points', { amount: number(moment.amount) }) : won(moment.amount);
  const parts = [
    amount,
    moment.finding && t(`staff.finding.${moment.finding}`),
    moment.foundIn && t(`staff.foundIn.${moment.foundIn}`),
    moment.code,
    moment.reason && t(`staff.why.${moment.reason}`),
    moment.how && t(`staff.ended.${moment.how}`),
    moment.by && `${moment.by.name} (${t(`staff.role.${moment.by.role}`)})`,
  ];
  return parts.filter(Boolean).join(' · ');
}
