import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { NEVER_OVERLOADED, RELAY_PROGRAM } from '@parley/relay/testing';

const READY = /open http:\/\/[\w.]+:(\d+)/;
/** Loads a speech recogniser and a voice; on a busy machine that takes its time. */
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 15_000;
const QUIET_LEVELS: readonly unknown[] = ['trace', 'debug', 'info', 'warn'];

/** Known to every relay of these tests, as to replicas of one: what one signed the next accepts. */
const AUTH_SECRET = 'the secret of relays that are only tested';

/** The relay as `npm start` runs it, in a process of its own. */
export interface RealRelay extends AsyncDisposable {
  readonly port: number;
  /** Log lines of level `error` and above, and all else that it wrote on stderr. */
  readonly complaints: readonly string[];
  /** Ends it as a crash or a power cut does: without a goodbye. */
  kill(): Promise<void>;
}

/** Settings by the names of their environment variables. */
export type RelaySettings = Readonly<Record<string, string>>;

export const EMBEDDED_PROVIDERS: RelaySettings = {
  TRANSCRIBERS: 'embedded',
  GENERATORS: 'embedded',
  SYNTHESIZERS: 'embedded',
};

/** For calls that are typed and read: without a recogniser and a voice it starts in half the time. */
export const TYPED_PROVIDERS: RelaySettings = {
  TRANSCRIBERS: 'browser',
  GENERATORS: 'embedded',
  SYNTHESIZERS: 'browser',
};

/**
 * Starts the relay on a free port.
 *
 * @param settings - the providers, and all else that is not usual; without it the embedded
 *   providers do, even if this machine has keys
 * @param enter - what stands before its command, if it is to run on another host
 */
export async function startRealRelay(
  dataDir: string,
  settings: RelaySettings = EMBEDDED_PROVIDERS,
  enter: readonly string[] = [],
): Promise<RealRelay> {
  const [program, ...rest] = [...enter, process.execPath, '--import', NEVER_OVERLOADED];
  const child = spawn(program, [...rest, RELAY_PROGRAM], {
    // Nothing of our own environment: a key or a PORT in it must not change what is tested. One in
    // a `.env` would still be read; that it is used is kept out by the order of providers.
    env: {
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      SHUTDOWN_GRACE_S: '1',
      AUTH_SECRET,
      // Opening a database takes the processor from the speech of other tests.
      STORAGE: 'off',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    if (!isQuiet(line)) complaints.push(line);
  });
  const port = await readyPort(child, complaints).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await ended.finally(() => clearTimeout(force));
  };
  return {
    port,
    complaints,
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}

function readyPort(child: ChildProcess, complaints: string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (why: string) => reject(new Error(`The relay ${why}. ${complaints.join('\n')}`));
  const timer = setTimeout(() => fail('did not become ready'), START_DEADLINE_MS);
  child.once('exit', (code) => fail(`ended with status ${code}`));
  createInterface(child.stdout!).on('line', (line) => {
    const port = READY.exec(line)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  return promise.finally(() => clearTimeout(timer));
}

function isQuiet(line: string): boolean {
  try {
    return QUIET_LEVELS.includes((JSON.parse(line) as { readonly level?: unknown }).level);
  } catch {
    return false;
  }
}
