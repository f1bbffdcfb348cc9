import { ja } from './ja';
import { zh } from './zh';

/** The fonts that come in many parts, and the words that are written with them. */
const PARTED = [
  { family: 'Noto Sans SC Variable', words: zh },
  { family: 'Pretendard JP Variable', words: ja },
];

/**
 * Fetches the parts of fonts that the words of every language need, so that whoever changes the language sees no letter come
 * late. What can't be read is written with the system's.
 */
export function fetchLetters(): void {
  for (const { family, words } of PARTED) void document.fonts.load(`500 1em "${family}"`, JSON.stringify(words)).catch(() => []);
}
