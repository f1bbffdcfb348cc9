//! What is looked at: which samples in which modes on which panels.

import { PANELS, type Setting } from '../src/gallery/setting.ts';

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
