import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { keepTime, languages, timeOfDay } from '../src/text/text.svelte';

type Tree = { [key: string]: string | Tree };

/** Every sentence by its key; singular forms count with their plural. */
function sentences(tree: Tree, under = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const name = under + key;
    if (typeof value === 'string') found.set(name, value);
    else for (const [inner, text] of sentences(value, `${name}.`)) found.set(inner, text);
  }
  return found;
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort();
}

const ko = sentences(languages.ko);

describe.each(Object.entries(languages))('the texts in %s', (_, tree) => {
  const own = sentences(tree);
  const plural = (key: string) => key.replace(/_one$/, '_other');

  it('are complete', () => {
    expect([...new Set([...own.keys()].map(plural))].sort()).toEqual([...ko.keys()].sort());
  });

  it('name the same things', () => {
    for (const [key, text] of own) expect([key, placeholders(text)]).toEqual([key, placeholders(ko.get(plural(key)) ?? '')]);
  });

  it('are never empty, and open and close what is bold', () => {
    for (const [key, text] of own) {
      expect([key, text.trim()]).not.toEqual([key, '']);
      expect([key, text.split('*').length % 2]).toEqual([key, 1]);
    }
  });
});

describe('the Korean texts', () => {
  it('say it without the words of the trade', () => {
    for (const [key, text] of ko) if (!key.startsWith('staff.')) expect([key, /결제수단|승인|거래/.exec(text)?.[0]]).toEqual([key, undefined]);
  });

  it('speak plainly: sentences end in ~요', () => {
    for (const [key, text] of ko) if (!key.startsWith('speech.')) expect([key, /니다[.\n]?/.exec(text)?.[0]]).toEqual([key, undefined]);
  });

  it('have words for every reason why something waits for staff, and for what to do about it', () => {
    const entry = readFileSync(join(import.meta.dirname, '..', '..', 'crates', 'checkout', 'src', 'entry.rs'), 'utf8');
    const reasons = /pub enum StaffReason \{([^}]*)\}/.exec(entry)?.[1] ?? '';
    const codes = [...reasons.matchAll(/^ {4}([A-Z]\w+),/gm)].map(([, name = '']) => name.replace(/(?<=.)[A-Z]/g, '_$&').toLowerCase());
    expect(codes.length).toBeGreaterThan(5);
    for (const code of codes) {
      expect([code, ko.has(`staff.why.${code}`), ko.has(`staff.todo.${code}`)]).toEqual([code, true, true]);
    }
  });
});

describe('every text', () => {
  const src = join(import.meta.dirname, '..', 'src');
  const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(svelte|ts)$/.test(name) && !/^(text[\\/](?!words)|generated[\\/]|gallery[\\/])/.test(name))
    .map((name) => readFileSync(join(src, name), 'utf8'))
    .join('\n');
  /** What stands before a part that is put together, like `staff.why.`. */
  const stems = [...sources.matchAll(/[`'"]([a-zA-Z]+(?:\.\w+)*\.)\$\{/g)].map(([, stem = '']) => stem);

  it('is said somewhere', () => {
    const unsaid = [...ko.keys()]
      .map((key) => key.replace(/_other$/, ''))
      .filter((key) => !sources.includes(`'${key}'`) && !stems.some((stem) => key.startsWith(stem)));
    expect(unsaid).toEqual([]);
  });
});

describe('a time of day', () => {
  afterEach(() => keepTime(540));
  const noon = Date.UTC(2026, 5, 1, 12, 0);

  it('is the shop’s, whatever zone the machine is set to', () => {
    expect(timeOfDay(noon)).toBe('21:00');
    keepTime(0);
    expect(timeOfDay(noon)).toBe('12:00');
    keepTime(-210);
    expect(timeOfDay(noon)).toBe('08:30');
  });

  it('begins a day at 00', () => {
    expect(timeOfDay(Date.UTC(2026, 5, 1, 15, 5))).toBe('00:05');
  });
});
