import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '..', 'src');

function files(folder: string, endings: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What of a file runs: no comments. */
function code(file: string): string {
  return readFileSync(file, 'utf8').replace(/\/\/.*|\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g, '');
}

const sources = files(SRC, /\.(ts|svelte)$/);

describe('the source of the page', () => {
  it('knows no field of the Prbiti protocol', () => {
    const fields =
      /supportMode|transactionID|payAmount|itemList|errorCode|errorMsg|totalPaid|paymentList|IssueYN|customerPaid|item(Price|Option|Name|ID|Count|Unit)|prepaid[A-Z]|pointRedeem|pointEarn|pointBalance|payment(ID|Price|Memo|Issuer)|netAmount|coupon[A-Z]\w*(YN|Price|Codes|ID)|autoCloseTime|applicationKey|accessType|taxFree|ConfirmedYN|cardPaymentPeriod|cardMerchantID/;
    for (const file of sources) expect([file, fields.exec(code(file))?.[0]]).toEqual([file, undefined]);
  });

  it('touches Tauri in one file', () => {
    const users = sources.filter((file) => readFileSync(file, 'utf8').includes('@tauri-apps'));
    expect(users).toEqual([join(SRC, 'kiosk.ts')]);
  });

  it('posts in one place, to the module’s exact origin', () => {
    const posts = sources.flatMap((file) => code(file).match(/.*\bpostMessage\b.*/g) ?? []);
    expect(posts.map((line) => line.trim())).toEqual(['page.contentWindow.postMessage(JSON.parse(text), frame.origin);']);
  });

  it('has Korean only in its texts and samples', () => {
    const allowed = [join(SRC, 'text'), join(SRC, 'gallery'), join(SRC, 'generated')];
    // The names of the languages, each in its own, and the one line that is always there in English.
    const names = /한국어|'한'/g;
    for (const file of sources.filter((file) => !allowed.some((folder) => file.startsWith(folder)))) {
      expect([file, /[가-힣]+/.exec(code(file).replace(names, ''))?.[0]]).toEqual([file, undefined]);
    }
  });

  it('writes no style into its markup: the policy would refuse it', () => {
    for (const file of sources) expect([file, / style="/.exec(readFileSync(file, 'utf8'))?.[0]]).toEqual([file, undefined]);
  });

  it('has no file of more than 400 lines', () => {
    for (const file of files(SRC, /\.(ts|svelte|css)$/)) {
      if (file.includes('/text/')) continue;
      expect([file, readFileSync(file, 'utf8').split('\n').length < 400]).toEqual([file, true]);
    }
  });
});
