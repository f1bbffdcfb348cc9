/** As much of it as the tests use; it comes without types of its own. */
declare module 'jsdom' {
  export class JSDOM {
    constructor(html: string, options: { runScripts: 'dangerously' });
    readonly window: Window & typeof globalThis;
  }
}
