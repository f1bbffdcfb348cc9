import type { Finding } from '../generated/Finding';
import type { FoundIn } from '../generated/FoundIn';

/** Why a manager vouches for it; `other` wants their own words. */
export const REASONS = ['records', 'slip', 'call', 'customer', 'other'] as const;

/** What a manager is about to vouch for. Nothing is chosen beforehand: a claim that nobody touched would be nobody's. */
export interface Draft {
  finding: Finding | undefined;
  foundIn: FoundIn | undefined;
  number: string;
  /** What was charged, when that isn't what was asked for: digits. */
  amount: string;
  reason: (typeof REASONS)[number] | undefined;
  /** Beside it, in their own words. */
  own: string;
}
