import type { Plugin } from 'vite';

/** Of these packages' style sheets only the faces with Chinese characters or kana are kept: Hangul and Latin are in Pretendard. */
const PACKAGES = /\/(pretendard-jp|noto-sans-sc)\//;

/** CJK punctuation, kana, the Chinese characters in common use, and full-width forms. */
const WANTED: [number, number][] = [
  [0x3000, 0x30ff],
  [0x4e00, 0x9fff],
  [0xff00, 0xff60],
];

/** Leaves out what no language of the kiosk needs, and shows nothing rather than a wrong glyph for the moment that a font takes to load. */
export function fonts(): Plugin {
  return {
    name: 'fonts',
    enforce: 'pre',
    transform(code, id) {
      if (!PACKAGES.test(id) || !id.endsWith('.css')) return;
      return code.replace(/@font-face\s*\{[^}]*\}/g, (face) => (wanted(face) ? face.replace('font-display: swap', 'font-display: block') : ''));
    },
  };
}

function wanted(face: string): boolean {
  const ranges = /unicode-range:([^;}]+)/.exec(face)?.[1] ?? '';
  return ranges.split(',').some((range) => {
    const [first = 0, last = first] = range.trim().replace(/^U\+/i, '').split('-').map((code) => parseInt(code, 16));
    return WANTED.some(([from, to]) => first <= to && last >= from);
  });
}
