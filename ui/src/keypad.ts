import type { Act } from './generated/Act';
import type { Speed } from './generated/Speed';
import type { View } from './generated/View';
import { controls, isDirection, isPlug, keyOf, next, type Direction, type Key, type Plug } from './keys';
import { t } from './text/text.svelte';

/** How long home is held for the staff's number pad, as a finger holds the shop's name, in ms. */
const HOLD_MS = 3000;

const SPEEDS: Speed[] = ['slow', 'usual', 'fast'];

/** What the keypad needs of the page. */
export interface Keyed {
  view(): View | undefined;
  act(act: Act): void;
  /** Shows and says a sentence. */
  say(sentence: string): void;
  /** The keys have come to this control. */
  reached(control: Element): void;
  /** Whatever is being read aloud stops. */
  hush(): void;
  /** Says once more what is on the screen. */
  again(): void;
  /** Closes the staff's number pad; no, if it isn't open. */
  closePad(): boolean;
  /** Opens it. */
  openPad(): void;
}

/** Everything that fingers can do, by keys. */
export class Keypad {
  private homeSince: number | undefined;
  private keys = 0;

  constructor(private readonly page: Keyed) {}

  pressed(event: KeyboardEvent): void {
    const key = keyOf(event);
    // No finger did that, and whoever did need not use keys.
    if (key && isPlug(key)) {
      this.page.act({ is: 'earphones', on: key === 'earphonesIn' });
      return;
    }
    const root = document.documentElement;
    const first = !root.hasAttribute('data-keys');
    // The focus ring is for those who use keys; how many there were is for tests.
    this.keys += 1;
    root.setAttribute('data-keys', String(this.keys));
    const view = this.page.view();
    if (!key || !view) return;
    if (!view.settings.keypad && view.screen.is !== 'staff') this.page.act({ is: 'keypad' });
    this.page.hush();
    if (isDirection(key)) {
      event.preventDefault();
      if (first && document.activeElement?.matches('h1')) this.page.reached(document.activeElement);
      else this.move(key);
    } else if (key === 'home') this.home(event);
    else this.press(key, view);
  }

  released(event: KeyboardEvent): void {
    if (keyOf(event) === 'home') this.homeSince = undefined;
  }

  private move(direction: Direction): void {
    const here = document.activeElement;
    const all = controls(document);
    const to = here && here !== document.body ? next(here, direction, all) : all.find((control) => control instanceof HTMLElement);
    if (to instanceof HTMLElement) {
      to.focus({ preventScroll: true });
      this.page.reached(to);
    } else this.page.say(t('speech.edge'));
  }

  private press(key: Exclude<Key, Direction | Plug | 'home'>, view: View): void {
    const { volume, speed, contrast, large } = view.settings;
    const act = (act: Act) => this.page.act(act);
    switch (key) {
      case 'ok':
        // A button is pressed by the browser itself.
        document.activeElement?.querySelector('iframe')?.focus();
        break;
      case 'back':
        if (leaveFrame() || this.page.closePad()) break;
        if (view.sheet) act({ is: 'closeSheet' });
        else touch('back');
        break;
      case 'staff':
        touch('callStaff');
        break;
      case 'again':
        this.page.again();
        break;
      case 'quieter':
        act({ is: 'volume', volume: Math.max(1, volume - 1) });
        break;
      case 'louder':
        act({ is: 'volume', volume: Math.min(5, volume + 1) });
        break;
      case 'slower':
      case 'faster':
        act({ is: 'speed', speed: SPEEDS[SPEEDS.indexOf(speed) + (key === 'faster' ? 1 : -1)] ?? speed });
        break;
      case 'contrast':
        act({ is: 'contrast', on: !contrast });
        break;
      case 'large':
        act({ is: 'large', on: !large });
        break;
    }
  }

  /** A key that is held comes again and again. */
  private home(event: KeyboardEvent): void {
    if (this.homeSince === undefined) {
      this.homeSince = event.timeStamp;
      leaveFrame();
      touch('home');
    } else if (event.timeStamp - this.homeSince >= HOLD_MS) this.page.openPad();
  }
}

/** From inside the module's page back to its frame, where the arrows lead on; no, if the focus isn't in there. */
function leaveFrame(): boolean {
  const inside = document.activeElement;
  if (!(inside instanceof HTMLIFrameElement)) return false;
  inside.blur();
  inside.parentElement?.focus({ preventScroll: true });
  return true;
}

/** Touches a control of the dock, if it is there: what can't be done now, it says itself. */
function touch(act: string): void {
  document.querySelector<HTMLElement>(`.dock [data-act="${act}"]`)?.click();
}
