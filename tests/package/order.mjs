// One order in the window of an installed kiosk, through WebDriver: node order.mjs DRIVER SIMULATOR SCREENSHOT paid|leave
// Says the order number; with "leave" it ends while the terminal waits for a card. The journeys in tests/window look at everything else; this shows that what is installed sells.
import { writeFileSync } from 'node:fs';

const [driver, simulator, shot, how] = process.argv.slice(2);
const leaves = how === 'leave';
const LIMIT_MS = 60_000;

/** Asks again until there is an answer. */
async function patiently(what, ask) {
  const until = Date.now() + LIMIT_MS;
  let last = 'no answer';
  while (Date.now() < until) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error.message;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`waited in vain for ${what}: ${last}`);
}

async function call(method, url, body) {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const value = (await answer.json()).value;
  if (!answer.ok) throw new Error(`${value?.error}: ${value?.message}`);
  return value;
}

const session = await patiently('a session with the window', () =>
  call('POST', `${driver}/session`, { capabilities: { alwaysMatch: {} } }),
);
const base = `${driver}/session/${session.sessionId}`;
const script = (text) => call('POST', `${base}/execute/sync`, { script: text, args: [] });

/** Waits until this screen is painted. */
const until = (screen) =>
  patiently(`the screen ${screen}`, () =>
    script(`const root = document.querySelector('[data-screen]');
      return root && document.documentElement.dataset.painted === root.dataset.view && root.dataset.screen === '${screen}'`),
  );

/** Touches the control that this finds, once it stands still: on a sheet that still rises it would be another one. */
const touch = (css) =>
  patiently(css, async () => {
    const enabled = `${css}:not([aria-disabled="true"])`;
    const found = await call('POST', `${base}/element`, { using: 'css selector', value: enabled });
    const still = await script(`const control = document.querySelector('${enabled}');
      return document.getAnimations().every((one) => !one.effect.target.contains(control)
        || one.playState !== 'running' || one.effect.getTiming().iterations === Infinity);`);
    if (!still) return false;
    await call('POST', `${base}/element/${Object.values(found)[0]}/click`, {});
    return true;
  });

await fetch(`${simulator}/control/terminal`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(leaves ? { mode: 'manual' } : { mode: 'auto', autoAfterMs: 100 }),
});
await until('attract');
await touch('[data-act="start"][data-id="for_here"]');
await until('menu');
await touch('[data-act="item"][data-id="KD101111"]');
await until('options');
await touch('[data-act="addToCart"]');
await until('menu');
await touch('[data-act="review"]');
await until('review');
await touch('[data-act="payNow"]');
await until('payConfirm');
await touch('[data-act="pay"]');
const ledger = async () => (await fetch(`${simulator}/control/ledger`)).json();
const shoot = async () => writeFileSync(shot, Buffer.from(await call('GET', `${base}/screenshot`), 'base64'));
if (leaves) {
  await patiently('the terminal to wait', async () => (await ledger()).payments.some((one) => one.state === 'in_progress'));
  await shoot();
  process.exit();
}
await until('done');
await shoot();
const words = await script('return document.body.innerText');
if (!(await ledger()).payments.some((payment) => payment.amount === 3000)) throw new Error('the terminal charged nothing');
console.log(words.replace(/\s+/g, ' '));
await touch('[data-act="done"]');
await until('attract');
await call('DELETE', base);
