// Puts a card into the terminal that waits for one, and waits until it is charged: node card.mjs SIMULATOR
const simulator = process.argv[2];

const answer = await fetch(`${simulator}/control/terminal/insert`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ outcome: 'approve' }),
});
if (!answer.ok) throw new Error(`the terminal takes no card: ${await answer.text()}`);
const until = Date.now() + 20_000;
for (;;) {
  const { payments } = await (await fetch(`${simulator}/control/ledger`)).json();
  if (!payments.some((payment) => payment.state === 'in_progress')) break;
  if (Date.now() > until) throw new Error('it is never charged');
  await new Promise((done) => setTimeout(done, 50));
}
