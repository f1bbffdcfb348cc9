//! The gallery's index: lists every sample and shows one on the stage, in any mode, language and panel, without a reload.
//! Served by `make gallery` only.

import type { Language } from '../generated/Language';
import { PANELS, type Setting } from './setting';
import type {} from './stage';
import { all, touched } from './states';

const LANGUAGES: Language[] = ['ko', 'en', 'zh', 'ja'];
const MODES = ['large', 'contrast', 'low'] as const;

function get<Of extends Element>(selector: string, kind: new () => Of): Of {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`gallery.html has no ${selector}`);
  return found;
}

const list = get('nav', HTMLElement);
const find = get('input[type=search]', HTMLInputElement);
const panel = get('[name=panel]', HTMLSelectElement);
const language = get('[name=language]', HTMLSelectElement);
const modes = Object.fromEntries(MODES.map((mode) => [mode, get(`[name=${mode}]`, HTMLInputElement)])) as Record<(typeof MODES)[number], HTMLInputElement>;
const screen = get('iframe', HTMLIFrameElement);
const said = get('[role=status]', HTMLElement);
const found = get('ul', HTMLElement);

const names = [...Object.keys(all), ...Object.keys(touched)];
let name = names[0] ?? '';

function setting(): Setting {
  return {
    panel: PANELS.find((one) => one.name === panel.value) ?? PANELS[0],
    language: language.value as Language,
    large: modes.large.checked,
    contrast: modes.contrast.checked,
    low: modes.low.checked,
  };
}

async function show(): Promise<void> {
  const stage = screen.contentWindow?.stage;
  if (!stage) return;
  const now = setting();
  // What stands there is also in the address, for whoever reloads or sends it to somebody.
  history.replaceState(null, '', `#${new URLSearchParams({ show: name, panel: now.panel.name, language: now.language, modes: MODES.filter((mode) => now[mode]).join(' ') })}`);
  for (const button of list.children) button.toggleAttribute('aria-current', button.textContent === name);
  screen.width = String(now.panel.width);
  screen.height = String(now.panel.height);
  fit();
  const there = await stage.show(name, now);
  if (there === null) {
    said.textContent = 'There is no such state on this panel in this mode.';
    found.replaceChildren();
    return;
  }
  const measured = stage.measure(now);
  const short = measured.filter((one) => one.short);
  said.textContent = `${String(measured.length)} measurements, ${String(short.filter((one) => !one.exception).length)} short`;
  found.replaceChildren(
    ...short.map((one) => {
      const item = document.createElement('li');
      item.className = one.exception ? 'allowed' : '';
      item.textContent = `${one.what} ${one.where}: ${String(one.value)} of ${String(one.limit)} ${one.unit}${one.exception ? ` (${one.exception})` : ''}`;
      return item;
    }),
  );
}

/** The panel as large as there is room for it. */
function fit(): void {
  const room = screen.parentElement;
  if (room) screen.style.transform = `scale(${String(Math.min((room.clientWidth - 32) / Number(screen.width), (room.clientHeight - 32) / Number(screen.height), 1))})`;
}

function step(by: number): void {
  const listed = [...list.children].filter((button) => !(button as HTMLElement).hidden).map((button) => button.textContent);
  name = listed[(listed.indexOf(name) + by + listed.length) % listed.length] ?? name;
  void show();
  list.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
}

panel.append(...PANELS.map((one) => new Option(`${one.name} ${String(one.width)} × ${String(one.height)}`, one.name)));
language.append(...LANGUAGES.map((one) => new Option(one)));
list.append(
  ...names.map((one) => {
    const button = document.createElement('button');
    button.textContent = one;
    button.addEventListener('click', () => {
      name = one;
      void show();
    });
    return button;
  }),
);

const asked = new URLSearchParams(location.hash.slice(1));
name = asked.get('show') ?? name;
panel.value = asked.get('panel') ?? PANELS[0].name;
language.value = asked.get('language') ?? 'ko';
for (const mode of MODES) modes[mode].checked = (asked.get('modes') ?? '').split(' ').includes(mode);

for (const control of [panel, language, ...Object.values(modes)]) control.addEventListener('change', () => void show());
find.addEventListener('input', () => {
  for (const button of list.children) (button as HTMLElement).hidden = !button.textContent.includes(find.value);
});
addEventListener('keydown', (event) => {
  if (event.target instanceof HTMLSelectElement || !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
  event.preventDefault();
  step(event.key === 'ArrowDown' ? 1 : -1);
});
addEventListener('resize', fit);
screen.addEventListener('load', () => void show());
screen.src = '/stage.html';
