//! docs/accessibility.md: one row per indicator, with what was measured.

import type { Kind, Tally } from './tally.ts';

interface Row {
  /** The indicator, with its Korean term. */
  what: string;
  limit: string;
  measured: string;
  verdict: 'met' | 'short' | 'not yet' | 'the machine';
  /** What of it depends on the hardware or the shop. */
  machine?: string;
  /** Where it comes from: the notice as it was reported publicly, or this project's own reading. */
  from: 'notice' | 'ours';
}

/** The page. */
export function criteria(tally: Tally, zooms: Map<string, number>, { customers, staff }: { customers: string[]; staff: string[] }): string {
  const groups: [string, Row[]][] = [
    ['Approach in a wheelchair (휠체어 사용자 접근)', wheelchair(tally)],
    ['Sight (시력 보완·대체)', sight(tally, zooms)],
    ['Touch (조작)', touch(tally)],
    ['Hearing (청력 보완·대체)', hearing()],
    ['Speech input (음성 입력 대체)', [{ what: 'Nothing has to be spoken (음성 입력의 대체)', limit: 'another way to enter', measured: 'no screen asks for speech', verdict: 'met', from: 'notice' }]],
    ['Understanding (인지능력 보완)', understanding(tally)],
  ];
  return `# Accessibility

What \`make a11y\` measured on every customer screen, in WebKitGTK, the engine of the kiosk's window: ${String(customers.length)} states of the
customer's screens in four languages, at 100 and 200 %, in the usual and the low position, in both themes, on four panels (27″ portrait,
27″ landscape, 15.6″, 21.5″), and ${String(staff.length)} states of staff's screens. This page is written by that run.

**${tally.count.toLocaleString('en')} measurements, ${String(tally.shorts())} short.**

The criteria are those of the verification standard for unmanned information terminals (무인정보단말기 접근성 검증기준) in the Ministry
of Science and ICT's notice on access to information for disabled and elderly people (장애인·고령자 등의 정보 접근 및 이용 편의 증진을
위한 고시; national standard KS X 9211), grouped as the notice groups them. Rows marked *notice* name a criterion as it is publicly
reported; rows marked *ours* are this project's reading of what it asks of a screen, or go beyond it. Neither replaces a
verification by the institution in charge, which looks at a whole machine.

${groups.map(([title, rows]) => `## ${title}\n\n| indicator | limit | measured | verdict | depends on the machine or the shop | from |\n|---|---|---|---|---|---|\n${rows.map(line).join('\n')}`).join('\n\n')}

## What may be short, and is

| what | why | measured |
|---|---|---|
| figures inside a sentence | they have the size of its letters; figures that stand alone (prices, sums, numbers) have the full height | ${exception(tally, 'glyph: figures in a sentence', 'mm')} |
| staff's words | staff stand near, know the screen, and need more on it; the code under an out-of-service message is theirs too. They use fingers, so their pages aren't walked over by keys | ${staffSizes(tally)} |
| the module's page in the low position at 200 % | its page is drawn in 500 × 700 px and must stay whole below 1,220 mm | ${exception(tally, 'frame: frame low and large', '×')} |

Nothing else is excepted. What the module's own page shows inside its frame is Prbiti's and isn't measured.

## How it is measured

* **Letters** by the height of their ink as the browser's own font draws it: the syllable 는 for Hangul (the lowest with a final consonant), 国 for Chinese and
  Japanese, a capital for Latin, a figure for numbers; in mm by the panel's pitch.
* **Contrast** from the pixels of a picture of the window: in the rectangle of each line of letters, the most frequent colour against the
  one that is farthest from it and really there.
* **Cut and overlapping** by the rectangles of ink: against every box that clips, the glass, other letters and controls; a word is never broken in two.
* **Without colour**: each control that is chosen, on or not to be used, against one beside it that isn't, by marks, weight, outline and lightness; and
  pairs of states by their words and drawings alone.
* \`make gallery\` shows each screen with its own measurements beside it.
`;
}

function line({ what, limit, measured, verdict, machine = '', from }: Row): string {
  return `| ${what} | ${limit} | ${measured} | ${verdict} | ${machine} | ${from} |`;
}

function wheelchair(tally: Tally): Row[] {
  return [
    row(tally, 'reach', { what: 'Height of what is read and touched, low position (조작부 높이)', limit: '≤ 1,220 mm', machine: '`lower_edge_mm` must be measured where the panel hangs', from: 'notice' }),
    { what: 'Room for knees and feet, space in front (접근 공간)', limit: '', measured: '', verdict: 'the machine', machine: 'the stand, and where it is put', from: 'notice' },
    { what: 'Reach of terminal, printer and reader (결제기·프린터 높이)', limit: '≤ 1,220 mm', measured: '', verdict: 'the machine', machine: 'where they are mounted; the screen says where the terminal is', from: 'ours' },
  ];
}

function sight(tally: Tally, zooms: Map<string, number>): Row[] {
  return [
    row(tally, 'glyph', { what: 'Height of letters (글자 크기)', limit: '≥ 12 mm (7.25 mm up to 28 cm of diagonal)', machine: '`panel_inch` must be the panel’s', from: 'notice' }),
    { what: 'Enlargement (글자 확대)', limit: '200 %; *excellent* when everything grows, not letters alone', measured: `everything grows: ${[...zooms].map(([panel, zoom]) => `${panel} ${String(Math.round(zoom * 100))} %`).join(', ')}`, verdict: 'met', machine: 'panels smaller than 27″ have room for less, and so has landscape; letters begin at 12 mm on each', from: 'notice' },
    row(tally, 'cut', { what: 'Nothing cut at 200 % and in the longest words (잘림 없음)', limit: 'all of the ink', from: 'ours' }),
    row(tally, 'overlap', { what: 'Nothing overlapping (겹침 없음)', limit: '≤ 1.5 px', from: 'ours' }),
    row(tally, 'contrast in usual colours', { what: 'Contrast of letters (명도 대비)', limit: '≥ 4.5 : 1', from: 'notice' }),
    row(tally, 'contrast in high contrast', { what: 'Contrast of letters in high contrast (고대비)', limit: '≥ 4.5 : 1', from: 'ours' }),
    row(tally, 'outline', { what: 'Contrast of controls’ outlines (조작부 윤곽)', limit: '≥ 3 : 1', from: 'ours' }),
    row(tally, 'state', { what: 'Told without colour (색에 무관한 인식)', limit: '≥ 1 difference other than colour', from: 'ours' }),
    row(tally, 'name', { what: 'A name for every control (대체 텍스트)', limit: '≥ 1 letter', from: 'ours' }),
    row(tally, 'heading', { what: 'A heading or named dialog that takes the focus (제목)', limit: 'one a screen', from: 'ours' }),
    row(tally, 'language', { what: 'Words marked with their language (언어 표시)', limit: 'each', from: 'ours' }),
    row(tally, 'focus', { what: 'Every control can have the focus (초점)', limit: 'each', from: 'ours' }),
    row(tally, 'order', { what: 'Order of focus is the order of reading (초점 순서)', limit: 'down and to the right', from: 'ours' }),
    row(tally, 'keys', { what: 'Keypad (키패드)', limit: 'every control by keys alone', machine: 'the keypad, and its tactile marks (점자·촉각 표시)', from: 'notice' }),
    { what: 'Voice (음성 안내), with volume and speed', limit: 'everything that is shown', measured: 'each screen, and each control that keys come to, in the customer’s language; five volumes, three speeds, said again on demand (`ui/tests/voice.test.ts`, `tests/window/voice.rs`); nothing of the module’s own page', verdict: 'met', machine: 'loudspeaker; loudness at the amplifier (≤ 65 dB)', from: 'notice' },
    { what: 'Earphones (이어폰 단자)', limit: 'voice on when plugged in, silent when pulled out', measured: 'so, and points are told to them alone (`tests/window/voice.rs`)', verdict: 'met', machine: 'a keypad whose socket sends a key for each', from: 'ours' },
  ];
}

function touch(tally: Tally): Row[] {
  return [
    row(tally, 'side', { what: 'Side of a control (터치 영역)', limit: '≥ 12 mm', from: 'ours' }),
    row(tally, 'area', { what: 'Area of a control (터치 면적)', limit: '≥ 150 mm²', from: 'ours' }),
    row(tally, 'gap', { what: 'Gap between controls (간격)', limit: '≥ 2.5 mm', from: 'ours' }),
    { what: 'Taps only, nothing to drag or hold (단순 동작)', limit: 'each function', measured: 'every control is a button', verdict: 'met', from: 'ours' },
  ];
}

function hearing(): Row[] {
  return [
    { what: 'What is heard is also seen (소리의 시각적 대체)', limit: 'each sound', measured: 'each sound stands beside what is seen (`ui/tests/sound.test.ts`)', verdict: 'met', from: 'notice' },
    { what: 'Calling staff (직원 호출)', limit: 'from every screen', measured: 'in the dock of every customer screen', verdict: 'met', machine: 'who answers; the bell', from: 'notice' },
    { what: 'Sign language (수어)', limit: '', measured: 'nothing is only spoken', verdict: 'the machine', machine: 'a person or a video line of the shop', from: 'notice' },
  ];
}

function understanding(tally: Tally): Row[] {
  return [
    row(tally, 'heading', { what: 'One question a screen (한 화면 한 과업)', limit: 'one heading', from: 'ours' }),
    { what: 'Back and start over always in the same place (이전·처음으로)', limit: 'each screen', measured: 'in the dock of every screen after the first', verdict: 'met', from: 'ours' },
    { what: 'Time limits can be lengthened (시간 제한)', limit: 'asked before the end, any number of times', measured: '`idle_s` (60 s; twice that with large text, voice or keypad), then 30 s in which any touch or key goes on', verdict: 'met', machine: 'the terminal’s own time limit', from: 'ours' },
    { what: 'Paging rather than scrolling, no advertising in a task', limit: 'each screen', measured: 'no screen scrolls', verdict: 'met', from: 'ours' },
  ];
}

/** A row whose value and verdict are those of a kind of measurement. */
function row(tally: Tally, kind: string, rest: Omit<Row, 'measured' | 'verdict'>): Row {
  const of = tally.of(kind);
  return { ...rest, measured: of ? inWords(of) : '', verdict: of ? (of.short > 0 ? 'short' : 'met') : 'not yet' };
}

function inWords({ count, weakest: { value, limit, unit, where } }: Kind): string {
  const counted = `${count.toLocaleString('en')} measured`;
  return unit === '' && value === limit ? `${counted}, all` : `${String(value)} ${unit}, ${where.replaceAll('|', '/')}; ${counted}`;
}

function exception(tally: Tally, kind: string, unit: string): string {
  const of = tally.of(kind);
  return of ? `at least ${String(of.weakest.value)} ${unit} (${of.count.toLocaleString('en')} measured)` : 'none';
}

function staffSizes(tally: Tally): string {
  const of = tally.of('staff glyph');
  return of ? `at least ${String(of.weakest.value)} mm (${of.count.toLocaleString('en')} measured)` : 'none';
}
