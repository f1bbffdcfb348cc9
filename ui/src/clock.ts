import { createSubscriber } from 'svelte/reactivity';

/** How often countdowns look at the clock, in ms. */
const EVERY_MS = 200;

const ticking = createSubscriber((update) => {
  const timer = setInterval(update, EVERY_MS);
  return () => clearInterval(timer);
});

/** `performance.now()`; what reads it on screen is brought up to date several times a second. */
export function now(): number {
  ticking();
  return performance.now();
}

/** The wall clock as unix ms, for what ends at a time of day; kept up to date on screen like `now`. */
export function wall(): number {
  ticking();
  return Date.now();
}

/** What is left, in whole seconds, of `ms` that began `at`. Rust decides when it is over, so this stays at 0 until then. */
export function secondsLeft(ms: number, at: number): number {
  return Math.max(0, Math.ceil((ms - (now() - at)) / 1000));
}

/** How long something has lasted, in whole seconds, when it had lasted `ms` at the time `at`. */
export function secondsSince(ms: number, at: number): number {
  return Math.floor((ms + (now() - at)) / 1000);
}
