//! What is looked at: which samples in which modes on which panels.

import type { Language } from '../src/generated/Language.ts';
import { PANELS, type Setting } from '../src/gallery/setting.ts';
import type { Round } from './survey.ts';

const plain: Setting = { panel: PANELS[0], language: 'ko', large: false, contrast: false, low: false };

/** A page of pictures. */
export interface Sheet {
  name: string;
  title: string;
  setting: Setting;
  /** One picture of each kind of screen, rather than of each state. */
  brief: boolean;
  staff: boolean;
}

const sheet = (name: string, title: string, setting: Partial<Setting>, more: Partial<Sheet> = {}): Sheet => ({ name, title, setting: { ...plain, ...setting }, brief: true, staff: false, ...more });

/** The pages of the contact sheet. */
export const SHEETS: Sheet[] = [
  sheet('plain', 'Every state on the reference panel (27″, 1080 × 1920)', {}, { brief: false }),
  sheet('contrast', 'High contrast', { contrast: true }),
  sheet('large', 'Large text (200 %)', { large: true }),
  sheet('low', 'Low position: nothing above 1,220 mm', { low: true }),
  sheet('low-large', 'Low position and large text, the tightest case', { low: true, large: true }),
  sheet('english', 'English', { language: 'en' }),
  sheet('chinese', 'Chinese', { language: 'zh' }),
  sheet('japanese', 'Japanese', { language: 'ja' }),
  sheet('landscape', '27″ landscape (1920 × 1080)', { panel: PANELS[1] }),
  sheet('small', '15.6″ (720 × 1280)', { panel: PANELS[2] }),
  sheet('staff', 'Staff', {}, { brief: false, staff: true }),
];

/** One of each kind of screen, and where modes change it most. */
const BRIEF = [
  'attract', 'menu', 'options', 'options-4', 'review', 'review-full', 'benefits', 'service', 'service-many', 'service-unknown', 'service-failed', 'benefits-lost', 'time-short', 'returning', 'pay-confirm', 'pay-confirm-instalments',
  'card', 'card-remove', 'declined', 'settling', 'done', 'done-pending', 'unknown', 'out-recovering', 'out-paused', 'idle', 'start-over', 'settings',
];

/** Words of their own in a layout that another picture shows. */
const ALIKE = /^(note-|service-(unknown|failed)-|unknown-|out-(damage|configuration|cardInDoubt|terminal)|card-(left|right|below)|said-)/;

/** The samples of a sheet, in its order. */
export function onSheet({ brief, staff }: Sheet, names: { customers: string[]; staff: string[] }): string[] {
  if (staff) return names.staff;
  return brief ? BRIEF.filter((name) => names.customers.includes(name)) : names.customers.filter((name) => !ALIKE.test(name));
}

const LANGUAGES: Language[] = ['ko', 'en', 'zh', 'ja'];
const NO_YES = [false, true];

/** Every sample × mode × language × panel; contrast from pixels in both themes, and once in each language and on each panel. */
export function everything({ customers, staff }: { customers: string[]; staff: string[] }): Round[] {
  const rounds: Round[] = [];
  for (const panel of PANELS)
    for (const language of LANGUAGES)
      for (const contrast of NO_YES)
        for (const large of NO_YES)
          for (const low of NO_YES) {
            const reference = panel === PANELS[0];
            // A theme changes colours, not places; nor do words or sizes change colours.
            if (contrast && !reference) continue;
            const pixels = language === 'ko' ? large === low && (reference || !large) : reference && !contrast && !large && !low;
            rounds.push({ setting: { panel, language, contrast, large, low }, names: customers, pixels });
          }
  for (const panel of PANELS) for (const contrast of NO_YES) rounds.push({ setting: { ...plain, panel, contrast }, names: staff, pixels: panel === PANELS[0] });
  return rounds;
}

/** What every run of the tests measures: Korean on every panel, and the longest words in the tightest mode. */
export function essence({ customers }: { customers: string[]; staff: string[] }): Round[] {
  return [
    ...PANELS.map((panel): Round => ({ setting: { ...plain, panel }, names: customers, pixels: false })),
    { setting: { ...plain, language: 'en', large: true, low: true }, names: customers, pixels: false },
    { setting: { ...plain, language: 'en' }, names: customers, pixels: false },
    { setting: plain, names: BRIEF.filter((name) => customers.includes(name)), pixels: true },
    { setting: { ...plain, contrast: true }, names: BRIEF.filter((name) => customers.includes(name)), pixels: true },
  ];
}

/** Two states that must be told apart in words or shapes, on what of the screen. */
export const APART: { one: string; other: string; on: string }[] = [
  { one: 'menu', other: 'menu-empty', on: '.act' },
  { one: 'options', other: 'options-sold-out', on: '.stepper' },
  { one: 'options', other: 'options-choice-sold-out', on: '.line .seg' },
  { one: 'review', other: 'review-blocked', on: '.oline' },
  { one: 'service', other: 'service-pills', on: '.subs' },
  { one: 'service', other: 'service-unknown', on: '.subs' },
  { one: 'card', other: 'card-stopping', on: '.act' },
  { one: 'declined', other: 'settling', on: '.stage' },
  { one: 'stopped', other: 'declined', on: '.stage' },
  { one: 'settling', other: 'settling-pending', on: '.checks' },
  { one: 'settling', other: 'settling-free', on: '.checks' },
  { one: 'done', other: 'done-pending', on: '.stage' },
  { one: 'unknown', other: 'done', on: '.stage' },
  { one: 'out-recovering', other: 'out-paused', on: '.stage' },
  { one: 'menu', other: 'menu-last-page', on: '.dock' },
];
