import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../../testing/system-programs.ts';
import { freePort } from './free-port.ts';
import { untilListening } from './real-proxies.ts';

const PROGRAM = programPath('redis-server') ?? programPath('valkey-server');

/** A server of the system's own Redis or Valkey, on a free port, that keeps nothing on disk. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  #child: ChildProcess;

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#child = child;
  }

  /** @throws Error that says what to install */
  static async start(): Promise<RedisServer> {
    if (PROGRAM === undefined) {
      throw new Error(
        'These tests need a Redis server: install it with "apt-get install redis-server" as root.',
      );
    }
    const folder = await mkdtemp(join(tmpdir(), 'parley-redis-'));
    const port = await freePort();
    const server = new RedisServer(port, folder, spawnServer(port, folder));
    await untilListening(port, server.#child);
    return server;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Ends it at once; what it held is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Starts it again, empty. */
  async restart(): Promise<void> {
    this.#child = spawnServer(this.port, this.#folder);
    await untilListening(this.port, this.#child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function spawnServer(port: number, folder: string): ChildProcess {
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    save: '',
    appendonly: 'no',
  };
  const given = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return spawn(PROGRAM!, given, { stdio: 'ignore' });
}
