//! A window of the kiosk's own engine, without a screen: Xvfb, WebKitWebDriver and WebKitGTK's MiniBrowser, with the
//! gallery's stage in it.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ViteDevServer, createServer } from 'vite';
import { PNG } from 'pngjs';
import type { Panel } from '../src/gallery/setting.ts';
import { type Raster, colorAt } from './raster.ts';

/** The same engine as the kiosk's window. */
const BROWSER = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/libexec', '/usr/lib'].map((folder) => `${folder}/webkit2gtk-4.1/MiniBrowser`);
/** How long anything may take to be there, in ms. */
const LIMIT_MS = 60_000;
/** How often it is looked at until then, in ms. */
const EVERY_MS = 25;
/** Larger than every panel with a browser's bar over it. */
const SCREEN = '2100x2100x24';

/** Serves the page as `npm run dev` does, on any free port. */
export async function serve(): Promise<ViteDevServer> {
  const server = await createServer({
    root: join(import.meta.dirname, '..'),
    configFile: join(import.meta.dirname, '..', 'vite.config.ts'),
    logLevel: 'warn',
    // Nothing changes while it is looked at, and a reload in the middle would be a wrong picture.
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null, ws: false },
  });
  return server.listen();
}

/** Where `server` is. */
export function address(server: ViteDevServer): string {
  const at = server.httpServer?.address();
  if (!at || typeof at === 'string') throw new Error('the page is not served');
  return `http://127.0.0.1:${String(at.port)}`;
}

/** One window. */
export class Window {
  private constructor(
    private readonly session: string,
    private readonly processes: ChildProcess[],
    private readonly home: string,
  ) {}

  /** Opens `url` in a window of its own on a screen of its own. */
  static async open(url: string): Promise<Window> {
    const binary = BROWSER.find((path) => existsSync(path));
    if (!binary) throw new Error(`WebKitGTK's MiniBrowser is not installed; looked for ${BROWSER.join(', ')}`);
    const home = mkdtempSync(join(tmpdir(), 'prbiti-kiosk-gallery-'));
    mkdirSync(join(home, 'gtk-3.0'));
    // Nothing moves: what is looked at has come to rest.
    writeFileSync(join(home, 'gtk-3.0', 'settings.ini'), '[Settings]\ngtk-enable-animations=0\ngtk-cursor-blink=0\n');
    const processes: ChildProcess[] = [];
    // Whoever is interrupted leaves nothing behind.
    process.once('exit', () => {
      end(processes, home);
    });
    try {
      const screen = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', SCREEN, '-nolisten', 'tcp', '-noreset'], { stdio: ['ignore', 'pipe', 'ignore'] });
      processes.push(screen);
      const display = await firstLine(screen, 'Xvfb');
      const port = await freePort();
      const driver = spawn('WebKitWebDriver', [`--port=${String(port)}`, '--host=127.0.0.1'], {
        // A home of its own: no profile of whoever works here, and no bus that a second browser would answer on.
        env: { ...process.env, DISPLAY: `:${display}`, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home, GDK_BACKEND: 'x11', DBUS_SESSION_BUS_ADDRESS: 'disabled:', LIBGL_ALWAYS_SOFTWARE: '1', NO_AT_BRIDGE: '1' },
        stdio: 'ignore',
      });
      processes.push(driver);
      const base = `http://127.0.0.1:${String(port)}`;
      await until(async () => (await fetch(`${base}/status`).catch(() => undefined))?.ok, 'WebKitWebDriver');
      const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary, args: ['--automation'] }, timeouts: { script: LIMIT_MS } } };
      const { sessionId } = (await call('POST', `${base}/session`, { capabilities })) as { sessionId: string };
      const window = new Window(`${base}/session/${sessionId}`, processes, home);
      await call('POST', `${window.session}/url`, { url });
      await until(() => window.script<boolean>('return window.stage !== undefined'), `the stage at ${url}`);
      return window;
    } catch (error) {
      end(processes, home);
      throw error;
    }
  }

  /** Makes the page exactly as large as this panel. */
  async fit({ width, height }: Panel): Promise<void> {
    const size = () => this.script<[number, number]>('return [innerWidth, innerHeight]');
    // Around the page there is the browser's own bar.
    let [outerWidth, outerHeight] = [width, height];
    await until(async () => {
      const [w, h] = await size();
      if (w === width && h === height) return true;
      const rect = (await call('GET', `${this.session}/window/rect`)) as { width: number; height: number };
      [outerWidth, outerHeight] = [rect.width + width - w, rect.height + height - h];
      await call('POST', `${this.session}/window/rect`, { x: 0, y: 0, width: outerWidth, height: outerHeight });
      return false;
    }, `a window of ${String(width)} × ${String(height)}`);
  }

  /** What `body`, a function's body, returns in the page; it may be a promise. */
  async script<T>(body: string, ...args: unknown[]): Promise<T> {
    const script = `const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);
      Promise.resolve((function () { ${body} }).apply(null, given)).then((value) => done({ value }), (error) => done({ error: String(error) + ' ' + String(error && error.stack) }))`;
    const answer = (await call('POST', `${this.session}/execute/async`, { script, args })) as { value?: T; error?: string };
    if (answer.error !== undefined) throw new Error(`the page: ${answer.error}`);
    return answer.value as T;
  }

  /** The page as it is shown now: once the pixels at the right below have this colour, what was there before is gone. */
  async picture(color: number): Promise<Raster> {
    let raster: Raster | undefined;
    await until(async () => {
      const base64 = (await call('GET', `${this.session}/screenshot`)) as string;
      const { width, height, data } = PNG.sync.read(Buffer.from(base64, 'base64'));
      raster = { width, height, data };
      return colorAt(raster, width - 2, height - 2) === color;
    }, 'a picture of what was shown last');
    if (!raster) throw new Error('no picture');
    return raster;
  }

  async close(): Promise<void> {
    await call('DELETE', this.session).catch(() => undefined);
    end(this.processes, this.home);
  }
}

function end(processes: ChildProcess[], home: string): void {
  for (const one of [...processes].reverse()) one.kill();
  try {
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  } catch {
    // The browser still writes while it ends; it is a folder for what is temporary.
  }
}

async function call(method: string, url: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(url, body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const { value } = (await answer.json()) as { value: unknown };
  if (answer.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`WebKitWebDriver, ${method} ${new URL(url).pathname.split('/').slice(3).join('/')}: ${error}: ${message}`);
}

async function until(ready: () => Promise<boolean | undefined>, what: string): Promise<void> {
  const last = Date.now() + LIMIT_MS;
  while (!(await ready())) {
    if (Date.now() > last) throw new Error(`waited ${String(LIMIT_MS / 1000)} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

function firstLine(from: ChildProcess, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    from.on('error', reject);
    from.on('exit', () => {
      reject(new Error(`${name} ended as soon as it was started`));
    });
    from.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket().on('error', reject);
    socket.listen(0, '127.0.0.1', () => {
      const at = socket.address();
      socket.close(() => {
        if (at && typeof at === 'object') resolve(at.port);
        else reject(new Error('no free port'));
      });
    });
  });
}
