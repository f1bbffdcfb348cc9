import { describe, expect, it } from 'vitest';
import { languages } from '../src/text/text.svelte';

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
