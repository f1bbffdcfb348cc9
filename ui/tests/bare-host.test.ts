import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';

const FILE = join(import.meta.dirname, '..', '..', 'docs', 'bare-host.html');

function bareHost(): { window: JSDOM['window']; at: (id: string) => HTMLInputElement; log: () => string } {
  const { window } = new JSDOM(readFileSync(FILE, 'utf8'), { runScripts: 'dangerously' });
  const at = (id: string) => window.document.getElementById(id) as HTMLInputElement;
  return { window, at, log: () => at('log').textContent };
}

describe('the bare host', () => {
  it('posts the whole message after the load, and prints what comes back as it comes', async () => {
    const { window, at, log } = bareHost();
    at('url').value = 'about:blank';
    at('applicationKey').value = 'key';
    at('transactionID').value = '1c27375780c811ef9e03';
    at('open').click();
    await expect.poll(log).toContain('→ connection POINT_REDEEM 1c27375780c811ef9e03');
    const frame = window.document.querySelector('iframe');
    const heard: unknown[] = [];
    if (frame?.contentWindow) frame.contentWindow.postMessage = (data: unknown) => heard.push(data);
    at('post').click();
    const auth = { applicationKey: 'key', passwd: '', accessType: '' };
    const data = { supportMode: 'POINT_REDEEM', auth, transactionID: '1c27375780c811ef9e03', payAmount: 3000 };
    expect(JSON.stringify(heard)).toBe(JSON.stringify([{ type: 'connection', data, autoCloseTime: 300000 }]));

    const answer = { status: 200, data: { errorCode: '200' } };
    const origin = 'https://module.example';
    window.dispatchEvent(new window.MessageEvent('message', { data: answer, origin, source: frame?.contentWindow ?? null }));
    expect(log()).toContain(`from the frame of ${origin}, a object: {"status":200,"data":{"errorCode":"200"}}`);
  });

  it('has every kind of message, a scan without who we are', () => {
    const { window, at } = bareHost();
    const kinds = Array.from(at('kind').querySelectorAll('option'), (option) => option.value);
    expect(kinds).toHaveLength(11);
    const types = kinds.map((kind) => {
      at('kind').value = kind;
      at('kind').dispatchEvent(new window.Event('change'));
      return (JSON.parse(at('message').value) as { type: string }).type;
    });
    expect(new Set(types)).toEqual(new Set(['connection', 'confirm', 'cancel', 'barcode']));
  });
});
