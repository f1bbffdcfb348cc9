import type { Language } from '../generated/Language';
import type { Speed } from '../generated/Speed';
import type { View } from '../generated/View';
import { t } from '../text/text.svelte';
import { described } from './described';
import { moment, script } from './script';
import { inWords } from '../text/words';

/** What is to be read aloud, and how. */
export interface Utterance {
  text: string;
  language: Language;
  speed: Speed;
  /** 1 to 5. */
  volume: number;
  /** For the earphones, which are plugged in. */
  earphones: boolean;
}

/** Says what comes up, what the keys come to, and how it stands then; for those who have asked for it. */
export class Voice {
  private view: View | undefined;
  /** What was said of the control that the keys are on. */
  private control: string | undefined;
  private note: string | undefined;

  /** `speak` reads the one thing, whatever was being read; nothing when there is none. */
  constructor(private readonly speak: (utterance: Utterance | null) => void) {}

  /** A view stands there; `note` is the sentence on it that goes away by itself, `focus` the control that the keys are on. */
  shown(view: View, note: string | undefined, focus: Element | null): void {
    const before = this.view;
    this.view = view;
    const news = note === this.note ? undefined : note;
    this.note = note;
    if (!heard(view)) {
      if (before && heard(before)) this.speak(null);
      this.control = undefined;
      return;
    }
    const begins = !before || !heard(before) || before.settings.language !== view.settings.language;
    if (begins || before.number !== view.number || moment(before) !== moment(view)) {
      this.control = undefined;
      this.say([begins ? t('speech.started') : '', news ?? '', script(view)]);
    } else if (!before.dock.calling && view.dock.calling) this.say([t('speech.calling')]);
    else if (news !== undefined) this.say([news]);
    else if (before.settings.volume !== view.settings.volume) this.say([t('settings.volume'), String(view.settings.volume)]);
    else if (before.settings.speed !== view.settings.speed) this.say([t(`settings.${view.settings.speed}`)]);
    else if (focus && this.control !== undefined && described(focus) !== this.control) this.reached(focus);
  }

  /** The keys have come to this control. */
  reached(control: Element): void {
    this.control = described(control);
    this.say([this.control]);
  }

  /** Says this sentence. */
  say(parts: string[]): void {
    if (!this.view || !heard(this.view)) return;
    const { language, speed, volume, earphones } = this.view.settings;
    const text = inWords(parts.filter((part) => part !== '').join(' '), language);
    if (text !== '') this.speak({ text, language, speed, volume, earphones });
  }

  /** Says once more what is on the screen. */
  again(): void {
    if (this.view) this.say([script(this.view)]);
  }

  /** A key or a finger: whoever knows already needn't hear the rest. */
  hush(): void {
    if (this.view && heard(this.view)) this.speak(null);
  }
}

function heard({ settings, shop, screen }: View): boolean {
  return settings.voice && shop.speaks && screen.is !== 'staff';
}
