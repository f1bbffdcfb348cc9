import type { Ignored } from './generated/Ignored';

/** What is ignored is told at most so often, in ms. */
const EVERY_MS = 1000;

/** Counts the messages that are ignored, by why, and tells of them now and then; of what they said it keeps nothing. */
export class Noise {
  private counts: Ignored | undefined;
  private telling: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly tell: (counts: Ignored) => void) {}

  count(why: keyof Ignored, messages = 1): void {
    this.counts ??= { strange: 0, unasked: 0, tooLong: 0, tooMany: 0, unreadable: 0 };
    this.counts[why] += messages;
    this.telling ??= setTimeout(() => this.tellNow(), EVERY_MS);
  }

  /** Tells what wasn't told yet. */
  tellNow(): void {
    clearTimeout(this.telling);
    this.telling = undefined;
    const counts = this.counts;
    this.counts = undefined;
    if (counts) this.tell(counts);
  }
}
