import type { Note } from '../generated/Note';
import { t, timeOfDay } from '../text/text.svelte';

/** A note in words; `short` where a line holds a dozen syllables. */
export function sentence(note: Note, short = false): string {
  switch (note.is) {
    case 'notUsed':
      return t(short ? `noteShort.notUsed.${note.service}` : `note.notUsed.${note.service}`);
    case 'notNow':
      return t(short ? `noteShort.notNow.${note.service}` : `note.notNow.${note.service}`);
    case 'couponFor':
      if (short) return t('noteShort.couponFor');
      // None of them is on this menu.
      return note.items.length > 0 ? t('note.couponFor', { items: note.items.join(', ') }) : t('note.couponForNothing');
    case 'notOnMenu':
      return t(short ? 'noteShort.notOnMenu' : 'note.notOnMenu');
    case 'soldOut':
      return short ? t('noteShort.soldOut') : t('note.soldOut', { item: note.item });
    case 'scanRefused':
      return t(short ? 'noteShort.scanRefused' : 'note.scanRefused');
    case 'added':
      return short ? t('noteShort.added') : t('note.added', { item: note.item });
    case 'terminalAway':
      return t(short ? 'noteShort.terminalAway' : 'note.terminalAway');
    case 'pinRefused':
      return t(short ? 'noteShort.pinRefused' : 'note.pinRefused');
    case 'earphonesOut':
      return t(short ? 'noteShort.earphonesOut' : 'note.earphonesOut');
    case 'cartFull':
      return t(short ? 'noteShort.cartFull' : 'note.cartFull');
    case 'stillHeld':
      return t(short ? 'noteShort.stillHeld' : 'note.stillHeld', { time: timeOfDay(note.untilMs) });
  }
}
