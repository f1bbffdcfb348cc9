//! What is heard. Each sound stands beside something that is seen, and tells nothing that isn't.

import type { View } from './generated/View';

export type Sound = 'touch' | 'good' | 'scan' | 'refused' | 'insert' | 'paid' | 'takeCard' | 'tick' | 'called' | 'missing';

/** Tones of a sound: Hz, from when and for how long, ms. */
const TONES: Record<Sound, [hz: number, from: number, ms: number][]> = {
  touch: [[1200, 0, 20]],
  good: [
    [880, 0, 70],
    [1175, 70, 70],
  ],
  scan: [[2000, 0, 90]],
  refused: [
    [330, 0, 120],
    [262, 140, 160],
  ],
  insert: [
    [659, 0, 140],
    [784, 160, 140],
    [988, 320, 220],
  ],
  paid: [
    [523, 0, 500],
    [659, 90, 410],
    [784, 180, 320],
    [1047, 270, 230],
  ],
  takeCard: [[1319, 0, 120]],
  tick: [[1000, 0, 30]],
  called: [
    [784, 0, 120],
    [659, 130, 180],
  ],
  missing: [
    [988, 0, 180],
    [740, 200, 180],
    [988, 400, 260],
  ],
};

/** Loudness of the five volumes, of 1. What that is in the shop is the amplifier's matter: at most 65 dB. */
const LOUD = [0.02, 0.05, 0.1, 0.2, 0.35];

/** While orders are missing that is heard again, where no customer is in the middle of anything, ms. */
const MISSING_AGAIN = 60_000;

/** The sound of what changed between two views; at most one, the weightiest. */
export function soundOf(before: View | undefined, now: View): Sound | undefined {
  if (!before) return undefined;
  // For those who make the orders, whoever stands at the screen.
  if (now.notArrived > before.notArrived) return 'missing';
  const scanned = now.scans.count !== before.scans.count;
  if (now.screen.is === 'staff') return scanned ? scan(now) : undefined;
  if (paid(now) && !paid(before)) return 'paid';
  if (now.screen.is === 'declined' && before.screen.is !== 'declined') return 'refused';
  if (inserting(now) && !inserting(before)) return 'insert';
  if (now.dock.calling && !before.dock.calling) return 'called';
  if (scanned) return scan(now);
  if (now.note && now.note.is !== before.note?.is) return now.note.is === 'added' ? 'good' : 'refused';
  if (used(now) > used(before)) return 'good';
  return undefined;
}

/** Each scan is heard, the second one of the same kind too. */
function scan({ scans, note }: View): Sound {
  if (!scans.taken) return 'refused';
  return note?.is === 'added' ? 'good' : 'scan';
}

function paid({ screen }: View): boolean {
  return screen.is === 'done' || (screen.is === 'settling' && screen.card === 'done');
}

function inserting({ screen }: View): boolean {
  return screen.is === 'card' && !screen.stopping && screen.phase === 'insert';
}

function used({ pills }: View): number {
  return pills.filter(({ state }) => state.is === 'used').length;
}

/** What is heard again and again while a view stands there: first after `after`, then each `every`, ms. */
export function repeated({ screen, sheet, notArrived }: View): { sound: Sound; after: number; every: number } | undefined {
  if (sheet?.is === 'idle') return { sound: 'tick', after: Math.max(0, sheet.endsInMs - 5000), every: 1000 };
  if (notArrived > 0 && (screen.is === 'attract' || screen.is === 'staff' || screen.is === 'outOfService')) return { sound: 'missing', after: MISSING_AGAIN, every: MISSING_AGAIN };
  if (screen.is !== 'card' || screen.stopping) return undefined;
  if (screen.phase === 'insert') return { sound: 'insert', after: 20_000, every: 20_000 };
  return screen.phase === 'remove' ? { sound: 'takeCard', after: 0, every: 2000 } : undefined;
}

/** Plays what belongs to the views as they come. */
export class Sounds {
  private view: View | undefined;
  private again: { key: string; timer: ReturnType<typeof setTimeout> } | undefined;

  /** `play` makes a sound at a volume of 1 to 5. */
  constructor(private readonly play: (sound: Sound, volume: number) => void) {}

  shown(view: View): void {
    const sound = soundOf(this.view, view);
    this.view = view;
    if (sound) this.make(sound);
    this.repeat(view);
  }

  /** A control was pressed, or one that does nothing now. */
  touched(does: boolean): void {
    this.make(does ? 'touch' : 'refused');
  }

  stop(): void {
    clearTimeout(this.again?.timer);
    this.again = undefined;
  }

  private make(sound: Sound): void {
    if (this.view) this.play(sound, this.view.settings.volume);
  }

  private repeat(view: View): void {
    const wanted = repeated(view);
    const key = wanted ? `${view.number} ${wanted.sound}` : undefined;
    if (key === this.again?.key) return;
    this.stop();
    if (!wanted || key === undefined) return;
    const { sound, after, every } = wanted;
    const next = () => {
      this.make(sound);
      this.again = { key, timer: setTimeout(next, every) };
    };
    this.again = { key, timer: setTimeout(next, after) };
  }
}

let audio: AudioContext | undefined;

/** Plays a sound, and names it on `<html>`. A machine that can't play it is no reason to stop anything. */
export function play(sound: Sound, volume: number): void {
  document.documentElement.dataset['sound'] = sound;
  if (typeof AudioContext === 'undefined') return;
  audio ??= new AudioContext();
  void audio.resume();
  const loud = LOUD[volume - 1] ?? 0;
  for (const [hz, from, ms] of TONES[sound]) {
    const begins = audio.currentTime + from / 1000;
    const ends = begins + ms / 1000;
    const tone = new OscillatorNode(audio, { frequency: hz });
    // Without a slope at either end every tone would begin and end with a crack.
    const gain = new GainNode(audio, { gain: 0 });
    gain.gain.setValueAtTime(0, begins);
    gain.gain.linearRampToValueAtTime(loud, begins + 0.005);
    gain.gain.setValueAtTime(loud, ends - 0.005);
    gain.gain.linearRampToValueAtTime(0, ends);
    tone.connect(gain).connect(audio.destination);
    tone.start(begins);
    tone.stop(ends);
  }
}
