import { createContext } from 'svelte';
import type { Act } from './generated/Act';
import type { Screen } from './generated/Screen';
import type { Sheet } from './generated/Sheet';
import type { StaffPage } from './generated/StaffPage';
import type { View } from './generated/View';

/** The screen of one kind. */
export type On<Kind extends Screen['is']> = Extract<Screen, { is: Kind }>;

/** The sheet of one kind. */
export type Over<Kind extends Sheet['is']> = Extract<Sheet, { is: Kind }>;

/** The staff's page of one kind. */
export type StaffOn<Kind extends StaffPage['is']> = Extract<StaffPage, { is: Kind }>;

/** A rectangle of the page, in px. */
export interface Place {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What every control and screen can do with the page around it. */
export interface Page {
  /** When the view that stands here arrived, by `performance.now()`: its countdowns run from then. */
  readonly at: number;
  /** Sends a touch on the view that stands here. */
  act(act: Act): void;
  /** Shows a sentence for a few seconds: why a control does nothing now. */
  say(sentence: string): void;
  /** Says once more what is on the screen. */
  again(): void;
  /** Where the module's frame has room; nowhere when this screen has none for it. */
  room(place: Place | null): void;
  /** Opens the staff's number pad. */
  staff(): void;
}

/** Gives and gets the page for the components in it. */
export const [page, givePage] = createContext<Page>();

/** What a screen is given. */
export interface Shown<Kind extends Screen['is']> {
  view: View;
  screen: On<Kind>;
}

/** Never called: a kind that no branch names doesn't compile. */
export function unreachable(kind: never): string {
  throw new Error(`no component for ${JSON.stringify(kind)}`);
}
