import { t } from '../text/text.svelte';

/** How a control is spoken: what it belongs to, its name, and how it stands. */
export function described(control: Element): string {
  const group = control.closest('[role=group]');
  const of = group && group !== control ? (group.getAttribute('aria-label') ?? '') : '';
  const name = control.getAttribute('aria-label') ?? words(control);
  const value = group?.querySelector('output');
  return [
    name.includes(of) ? '' : of,
    name,
    value ? t('speech.now', { value: words(value) }) : '',
    state(control),
    control.getAttribute('aria-disabled') === 'true' ? t('speech.off') : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function state(control: Element): string {
  const checked = control.getAttribute('aria-checked');
  if (checked !== null) return t(checked === 'true' ? 'speech.chosen' : 'speech.notChosen');
  return control.getAttribute('aria-pressed') === 'true' || control.hasAttribute('aria-current') ? t('speech.chosen') : '';
}

/** The text in it that is there for everybody. */
function words(element: Element): string {
  const found: string[] = [];
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const text = node.textContent?.trim() ?? '';
    if (text !== '' && !node.parentElement?.closest('svg, [aria-hidden=true]')) found.push(text);
  }
  return found.join(' ');
}
