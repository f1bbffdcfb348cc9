//! Looks at one sample: gallery.html?show=menu&large&contrast&low&lang=en&pitch=0.3113. Served by `npm run dev` only.

import { mount } from 'svelte';
import App from '../App.svelte';
import type { Band } from '../generated/Band';
import type { Fit } from '../generated/Fit';
import type { Language } from '../generated/Language';
import type { Screen } from '../generated/Screen';
import type { View } from '../generated/View';
import type { Connect } from '../kiosk';
import { heightMm, menuGrid } from '../panel';
import '../style/all';
import { named } from './names';
import { menu, samples } from './samples';
import { STAFF_NOW } from './staff';

const asked = new URLSearchParams(location.search);
const pitch = Number(asked.get('pitch') ?? '0.3113');
const large = asked.has('large');
const low = asked.has('low');
const language = (asked.get('lang') ?? 'ko') as Language;

// What is held in the samples ends at a time of day, which the clock stands before.
Date.now = () => STAFF_NOW;

const connect: Connect = (hearer) => {
  const name = asked.get('show') ?? 'attract';
  const sample = samples[name];
  if (!sample) {
    document.body.append(...Object.keys(samples).map(link));
    return { act: () => undefined, module: () => undefined, speak: () => undefined };
  }
  // The options lie over the menu that stood there before them.
  if (sample.screen.is === 'options') hearer.view(dressed({ ...sample, screen: menu() }));
  hearer.view(dressed(sample));
  if (asked.has('pad'))
    setTimeout(() => {
      document.querySelector('.brand')?.dispatchEvent(new Event('pointerdown', { bubbles: true }));
    }, 100);
  void document.fonts.ready.then(() => setTimeout(report, 600));
  return { act: (view, act) => console.info(view, act), module: (session, event) => console.info(session, event), speak: (utterance) => console.info(utterance) };
};

function dressed(view: View): View {
  const settings = {
    ...view.settings,
    large: large || view.settings.large,
    contrast: asked.has('contrast'),
    low,
    language,
  };
  const fit = fitOf();
  const bands: Band[] = asked.has('practice') && !view.bands.includes('practice') ? ['practice', ...view.bands] : view.bands;
  const shop = { ...view.shop, pitchNm: Math.round(pitch * 1e6) };
  const grid = menuGrid({ ...view, fit, settings, shop });
  const height = heightMm({ ...view, settings, shop });
  const screen = view.screen.is === 'menu' ? menu(grid.columns * grid.rows) : view.screen.is === 'review' ? paged(view.screen, linesOf(fit, height)) : view.screen;
  const page = asked.get('frame');
  const module = view.module && page ? { ...view.module, url: page, origin: location.origin } : view.module;
  return named({ ...view, settings, fit, screen, shop, module, bands }, language);
}

function paged(review: Extract<Screen, { is: 'review' }>, lines: number): Screen {
  return { ...review, lines: review.lines.slice(0, lines), pages: Math.max(review.pages, Math.ceil(review.lines.length / lines)) };
}

/** Lines of a page of the order, as the kiosk's `page_size` says. */
function linesOf(fit: Fit, height: number): number {
  switch (fit) {
    case 'xs':
      return height < 320 ? 1 : 2;
    case 's':
      return 2;
    case 'm':
      return height < 450 ? 2 : 4;
    case 'l':
      return 4;
  }
}

function fitOf(): Fit {
  const width = (innerWidth * pitch) / (large ? 2 : 1);
  if (width < 210) return 'xs';
  if (width < 290) return 's';
  return width >= 420 && innerWidth > innerHeight ? 'l' : 'm';
}

/** Names what is cut off or too small, in the title and on `<html>`. */
function report(): void {
  const found: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>('.kiosk *')) {
    if (element.closest('svg') || element.closest('iframe') || getComputedStyle(element).visibility === 'hidden') continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const name = `${element.tagName.toLowerCase()}.${element.className}`.slice(0, 60);
    if (element.closest('.past') || element.matches('.unseen')) continue;
    if (box.right > innerWidth + 1 || box.left < -1 || box.bottom > innerHeight + 1 || box.top < -1) found.push(`off ${name}`);
    if (element.scrollWidth > element.clientWidth + 2 && element.clientWidth > 0 && element.tagName !== 'SPAN') found.push(`wide ${name} ${element.scrollWidth}>${element.clientWidth}`);
    if (element.matches('.stage, .shell, .kiosk, .sheet, .act, .plate, .item, .grid, .hero, .sbody, .transaction, .col, .panel, .people, .day, .shop, .health, .flow') && element.scrollHeight > element.clientHeight + 2) found.push(`tall ${name} ${element.scrollHeight}>${element.clientHeight}`);
  }
  for (const button of document.querySelectorAll('button')) {
    if (button.closest('.past')) continue;
    const box = button.getBoundingClientRect();
    if (Math.min(box.width, box.height) * pitch < 13.9) found.push(`small ${button.dataset['act']} ${Math.round(Math.min(box.width, box.height) * pitch)}mm`);
  }
  const room = document.querySelector('.room')?.getBoundingClientRect();
  if (room && Math.min(room.width / 500, room.height / 700) < 1) found.push(`frame ${Math.min(room.width / 500, room.height / 700).toFixed(2)}`);
  const frame = document.querySelector('.frame:not(.small)')?.getBoundingClientRect();
  if (room && frame && (frame.top < room.top - 1 || frame.bottom > room.bottom + 1 || frame.left < room.left - 1 || frame.right > room.right + 1))
    found.push(`frame ${Math.round(frame.top)}–${Math.round(frame.bottom)} out of its room ${Math.round(room.top)}–${Math.round(room.bottom)}`);
  if (asked.has('boxes')) for (const e of document.querySelectorAll('.shell > *, .room, .room-around, .frame')) { const b = e.getBoundingClientRect(); found.push(e.className + ' ' + [b.left, b.top, b.right, b.bottom].map(Math.round).join(',')); }
  // What lies over the row under it.
  const parts = [...document.querySelectorAll<HTMLElement>('.stage > *')].filter((part) => part.getBoundingClientRect().height > 0);
  parts.forEach((part, at) => {
    const next = parts[at + 1];
    const box = part.getBoundingClientRect();
    const { display, flexDirection } = getComputedStyle(part.parentElement ?? part);
    if (next && display === 'flex' && flexDirection === 'column' && box.bottom > next.getBoundingClientRect().top + 1 && box.height > 0) found.push(`over ${part.className}`);
  });
  document.documentElement.dataset['report'] = [...new Set(found)].join(' | ');
  document.title = `${found.length} found`;
}

function link(name: string): HTMLElement {
  const a = document.createElement('a');
  a.href = `?show=${name}`;
  a.textContent = `${name} `;
  return a;
}

mount(App, { target: document.body, props: { connect } });
