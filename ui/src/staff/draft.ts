import type { Finding } from '../generated/Finding';
import type { FoundIn } from '../generated/FoundIn';

/** The sentences that a manager can leave; there is no keyboard for words of their own. */
export const SENTENCES = ['records', 'slip', 'call', 'customer'] as const;

/** What a manager is about to vouch for. Nothing is chosen beforehand: a claim that nobody touched would be nobody's. */
export interface Draft {
  finding: Finding | undefined;
  foundIn: FoundIn | undefined;
  number: string;
  /** What was charged, when that isn't what was asked for: digits. */
  amount: string;
  sentence: (typeof SENTENCES)[number] | undefined;
}
