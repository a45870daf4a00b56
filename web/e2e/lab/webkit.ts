import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess } from './end-process.ts';
import type { FirefoxPage } from './firefox.ts';

/** Debian's packages `webkit2gtk-driver` and `xvfb`. */
const DRIVER = '/usr/bin/WebKitWebDriver';
const DISPLAY_SERVER = '/usr/bin/Xvfb';
/** The browser is in the library's folder, which has the processor's name in it. */
const BROWSERS = ['x86_64', 'aarch64'].map(
  (processor) => `/usr/lib/${processor}-linux-gnu/webkit2gtk-4.1/MiniBrowser`,
);
const BROWSER_ARGUMENTS = [
  '--automation',
  // As after a click: a script's click counts as none in WebKit.
  '--autoplay-policy=allow',
  '--enable-media-stream=true',
];
const START_DEADLINE_MS = 30_000;
const COMMAND_DEADLINE_MS = 60_000;
const POLL_MS = 50;

/**
 * Starts the system's WebKitGTK on a display of its own. WebKitGTK takes real audio devices through
 * GStreamer, and an automated browser grants the microphone without a question.
 *
 * @param environment - added to this process's own
 * @throws Error if WebKit does not start
 */
export async function openWebKit(
  environment: Readonly<Record<string, string>>,
): Promise<FirefoxPage> {
  await using resources = new AsyncDisposableStack();
  const display = spawn(
    DISPLAY_SERVER,
    ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  resources.defer(() => endProcess(display));
  const port = await freePort();
  const driver = spawn(DRIVER, [`--port=${port}`], {
    env: {
      ...process.env,
      ...environment,
      DISPLAY: `:${await firstLine(display.stdio[3] as Readable)}`,
      GDK_BACKEND: 'x11',
      LIBGL_ALWAYS_SOFTWARE: '1',
      // Each thread of it draws on a processor of its own, and none is left for the sound.
      LP_NUM_THREADS: '1',
      // A sandbox in a container needs rights that this process may not have.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    },
    stdio: 'ignore',
  });
  resources.defer(() => endProcess(driver));
  const send = commandsTo(`http://127.0.0.1:${port}`);
  await untilReady(send);
  const { sessionId } = (await send('POST', '/session', {
    capabilities: {
      alwaysMatch: {
        'webkitgtk:browserOptions': {
          binary: BROWSERS.find((path) => existsSync(path)),
          args: BROWSER_ARGUMENTS,
        },
      },
    },
  })) as { readonly sessionId: string };
  const session = `/session/${sessionId}`;
  // Without it the browser outlives its driver.
  resources.defer(async () => void (await send('DELETE', session).catch(() => {})));
  await send('POST', `${session}/timeouts`, { script: COMMAND_DEADLINE_MS });
  const owned = resources.move();
  return {
    async goto(url) {
      await send('POST', `${session}/url`, { url });
    },
    async evaluate<R, A>(run: (argument: A) => R | Promise<R>, argument?: A) {
      const outcome = (await send('POST', `${session}/execute/async`, {
        script: `const [json, done] = arguments;
          Promise.resolve().then(() => (${run.toString()})(JSON.parse(json))).then(
            (value) => done({ json: JSON.stringify(value) }),
            (error) => done({ error: String(error) }),
          );`,
        args: [JSON.stringify(argument ?? null)],
      })) as { readonly json?: string | null; readonly error?: string };
      if (outcome.error !== undefined) throw new Error(outcome.error);
      return (typeof outcome.json === 'string' ? JSON.parse(outcome.json) : undefined) as R;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function firstLine(stream: Readable): Promise<string> {
  const signal = AbortSignal.timeout(START_DEADLINE_MS);
  const [data] = (await once(stream, 'data', { signal })) as [Buffer];
  return data.toString().trim();
}

type Send = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>;

function commandsTo(origin: string): Send {
  return async (method, path, body) => {
    const response = await fetch(origin + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(COMMAND_DEADLINE_MS),
    });
    const { value } = (await response.json()) as { readonly value: unknown };
    if (!response.ok) throw new Error(`WebKit: ${path} failed: ${JSON.stringify(value)}`);
    return value;
  };
}

async function untilReady(send: Send): Promise<void> {
  const deadlineMs = performance.now() + START_DEADLINE_MS;
  for (;;) {
    try {
      await send('GET', '/status');
      return;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await delay(POLL_MS);
    }
  }
}
