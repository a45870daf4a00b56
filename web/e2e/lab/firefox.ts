import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket, type RawData } from 'ws';
import { endProcess } from './end-process.ts';

const EXECUTABLE = '/usr/bin/firefox-esr';
const LISTENING = /WebDriver BiDi listening on (ws:\/\/\S+)/;
const START_DEADLINE_MS = 60_000;
const COMMAND_DEADLINE_MS = 60_000;

const PREFERENCES: Readonly<Record<string, boolean | number | string>> = {
  // The question for the microphone is answered without a person.
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
};

/** A page in the system's Firefox. */
export interface FirefoxPage extends AsyncDisposable {
  /** Resolves once the page is loaded. */
  goto(url: string): Promise<void>;
  /**
   * Runs a function in the page, as if in answer to a person's click.
   *
   * @param run - knows nothing but its argument, which travels as JSON, as its result does
   * @throws Error with what it throws
   */
  evaluate<R, A = undefined>(run: (argument: A) => R | Promise<R>, argument?: A): Promise<R>;
}

/**
 * Starts the system's Firefox without a window. The browser is driven over WebDriver BiDi, as much
 * of it as this needs: Playwright's own Firefox is another, and its BiDi expects a newer one.
 *
 * @param environment - added to this process's own
 * @param more - preferences beyond the usual ones
 * @throws Error if Firefox does not start
 */
export async function openFirefox(
  environment: Readonly<Record<string, string>>,
  more: typeof PREFERENCES = {},
): Promise<FirefoxPage> {
  await using resources = new AsyncDisposableStack();
  const profile = mkdtempSync(join(tmpdir(), 'parley-firefox-'));
  resources.defer(() => rmSync(profile, { recursive: true, force: true, maxRetries: 3 }));
  const lines = Object.entries({ ...PREFERENCES, ...more }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  const child = spawn(
    EXECUTABLE,
    ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile],
    { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  resources.defer(() => endProcess(child));
  const socket = new WebSocket(`${await address(child)}/session`);
  resources.defer(() => socket.terminate());
  await once(socket, 'open', { signal: AbortSignal.timeout(COMMAND_DEADLINE_MS) });
  const send = commandsOver(socket);
  await send('session.new', { capabilities: {} });
  const { contexts } = (await send('browsingContext.getTree', {})) as {
    readonly contexts: readonly { readonly context: string }[];
  };
  const { context } = contexts[0]!;
  const owned = resources.move();
  return {
    async goto(url) {
      await send('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    async evaluate<R, A>(run: (argument: A) => R | Promise<R>, argument?: A) {
      const answer = (await send('script.callFunction', {
        functionDeclaration: `async (json) => JSON.stringify(await (${run.toString()})(JSON.parse(json)))`,
        arguments: [{ type: 'string', value: JSON.stringify(argument ?? null) }],
        target: { context },
        awaitPromise: true,
        userActivation: true,
      })) as
        | { readonly type: 'success'; readonly result: { readonly value?: string } }
        | { readonly type: 'exception'; readonly exceptionDetails: { readonly text: string } };
      if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
      const { value } = answer.result;
      return (value === undefined ? undefined : JSON.parse(value)) as R;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function address(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const complaints: string[] = [];
  const fail = (why: string) => reject(new Error(`Firefox ${why}. ${complaints.join('\n')}`));
  const timer = setTimeout(() => fail('did not become ready'), START_DEADLINE_MS);
  child.once('error', (error) => fail(`did not start: ${error.message}`));
  child.once('exit', (code) => fail(`ended with status ${code}`));
  createInterface(child.stderr!).on('line', (line) => {
    const found = LISTENING.exec(line)?.[1];
    if (found !== undefined) resolve(found);
    else if (complaints.length < 20) complaints.push(line);
  });
  return promise.finally(() => clearTimeout(timer));
}

type Answer =
  | { readonly type: 'success'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number | null; readonly message: string }
  | { readonly type: 'event' };

/** @returns what sends one command, and resolves with its result */
function commandsOver(socket: WebSocket) {
  let nextId = 1;
  return async (method: string, params: object): Promise<unknown> => {
    const id = nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const fail = (why: string) => reject(new Error(`Firefox: ${method} ${why}`));
    const timer = setTimeout(() => fail('was not answered.'), COMMAND_DEADLINE_MS);
    const onClose = () => fail('met a closed connection.');
    const onMessage = (data: RawData) => {
      const answer = JSON.parse((data as Buffer).toString()) as Answer;
      if (answer.type === 'event' || answer.id !== id) return;
      if (answer.type === 'success') resolve(answer.result);
      else fail(`failed: ${answer.message}`);
    };
    socket.on('message', onMessage);
    socket.once('close', onClose);
    socket.send(JSON.stringify({ id, method, params }));
    return promise.finally(() => {
      clearTimeout(timer);
      socket.off('message', onMessage);
      socket.off('close', onClose);
    });
  };
}
