//! The only file that touches Tauri: four commands out, one channel in.

import { Channel, invoke } from '@tauri-apps/api/core';
import type { Act } from './generated/Act';
import type { FromModule } from './generated/FromModule';
import type { ToPage } from './generated/ToPage';
import type { View } from './generated/View';
import type { Utterance } from './voice/voice';

/** What the page can tell Rust. */
export interface Kiosk {
  /** The customer touched `act` while the view with this number stood there. */
  act(view: number, act: Act): void;
  /** Something came from the module's frame of this session. */
  module(session: number, event: FromModule): void;
  /** This is read aloud, and whatever was being read stops; nothing is, when there is none. */
  speak(utterance: Utterance | null): void;
}

/** What the page wants to hear from Rust. */
export interface Hearer {
  /** Show this. */
  view(view: View): void;
  /** Post this text, parsed, to the frame of this session and to no other. */
  post(session: number, text: string): void;
}

/** Starts listening. Every page does this once; Rust then forgets the page before. */
export type Connect = (hearer: Hearer) => Kiosk;

/** The kiosk behind the window. */
export const connect: Connect = (hearer) => {
  const channel = new Channel<ToPage>();
  channel.onmessage = (message) => {
    switch (message.is) {
      case 'view':
        hearer.view(message.view);
        break;
      case 'post':
        hearer.post(message.session, message.text);
        break;
      default:
        message satisfies never;
    }
  };
  tell('connect', { channel });
  return {
    act: (view, act) => tell('act', { view, act }),
    module: (session, event) => tell('module', { session, event }),
    speak: (utterance) => tell('speak', { utterance }),
  };
};

// A command that Rust refuses changes nothing here: what happens next is always a view.
function tell(command: string, args: Record<string, unknown>): void {
  invoke(command, args).catch((error: unknown) => console.error(command, error));
}
