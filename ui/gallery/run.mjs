// Runs a program of this folder that is written in TypeScript: node gallery/run.mjs a11y
import { runnerImport } from 'vite';

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const [name, ...given] = process.argv.slice(2);
const { module } = await runnerImport(new URL(`./${name}.ts`, import.meta.url).pathname, { logLevel: 'warn' });
process.exitCode = await module.main(given);
