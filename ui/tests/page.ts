import { flushSync, mount, unmount } from 'svelte';
import App from '../src/App.svelte';
import { samples } from '../src/gallery/samples';
import type { Act } from '../src/generated/Act';
import type { FromModule } from '../src/generated/FromModule';
import type { View } from '../src/generated/View';
import type { Hearer } from '../src/kiosk';
import type { Utterance } from '../src/voice/voice';

/** The sample of this name. */
export function sample(name: string): View {
  const found = samples[name];
  if (!found) throw new Error(`no sample ${name}`);
  return found;
}

/** A page with a recorder in the place of Rust. */
export class Page {
  readonly acts: { view: number; act: Act }[] = [];
  readonly heard: { session: number; event: FromModule }[] = [];
  readonly spoken: (Utterance | null)[] = [];
  private hearer: Hearer | undefined;
  private readonly app: object;

  constructor() {
    this.app = mount(App, {
      target: document.body,
      props: {
        connect: (hearer) => {
          this.hearer = hearer;
          return {
            act: (view, act) => this.acts.push({ view, act }),
            module: (session, event) => this.heard.push({ session, event }),
            speak: (utterance) => this.spoken.push(utterance),
          };
        },
      },
    });
    flushSync();
  }

  show(view: View): void {
    this.hearer?.view(view);
    flushSync();
  }

  post(session: number, text: string): void {
    this.hearer?.post(session, text);
  }

  /** The control for this act; for one of several, the one with this id. */
  control(act: string, id?: string): HTMLElement {
    const found = document.querySelector<HTMLElement>(`[data-act="${act}"]${id === undefined ? '' : `[data-id="${id}"]`}`);
    if (!found) throw new Error(`nothing to touch for ${act} ${id ?? ''}`);
    return found;
  }

  touch(act: string, id?: string): void {
    this.control(act, id).click();
    flushSync();
  }

  /** What was touched, without the size that every page reports first. */
  touches(): { view: number; act: Act }[] {
    return this.acts.filter(({ act }) => act.is !== 'resized' && act.is !== 'keypad');
  }

  close(): void {
    void unmount(this.app);
    document.body.replaceChildren();
  }
}
