import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../../testing/system-programs.ts';
import { ROOT } from '../../tools/project.ts';

const START_MS = 10_000;
const RETRY_MS = 20;

export const NGINX = proxyProgram('nginx');
export const CADDY = proxyProgram('caddy');
export const HAPROXY = proxyProgram('haproxy');

/**
 * Tests without their proxy are left out on a developer's machine.
 *
 * @throws Error that says what to install, in CI
 */
function proxyProgram(name: string): string | undefined {
  const path = programPath(name);
  if (path === undefined && process.env['CI'] !== undefined) {
    throw new Error(`These tests need ${name}: install it with "apt-get install ${name}" as root.`);
  }
  return path;
}

/** The blocks of a language in the chapter on proxies, in their order. */
export function documentedBlocks(language: 'nginx' | 'caddyfile'): readonly string[] {
  const text = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  return [...text.matchAll(new RegExp('```' + language + '\\n([^`]*)```', 'g'))].map(
    ([, block = '']) => block,
  );
}

/** A proxy of the system in front of a relay, on a port of its own. */
export class RealProxy implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;

  #said = '';

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
  }

  /** What it wrote of errors. */
  get complaints(): string {
    return this.#said;
  }

  /** @param servers - what stands in the `http` block */
  static nginx(servers: string, port: number): Promise<RealProxy> {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const paths = temporary.map((name) => `${name}_temp_path ${name};`).join(' ');
    const configuration = `daemon off; master_process off; pid nginx.pid; error_log stderr crit;
events {} http { access_log off; ${paths}\n${servers}\n}`;
    return RealProxy.#start(
      NGINX!,
      (path) => ['-p', join(path, '..'), '-c', path],
      configuration,
      port,
    );
  }

  static haproxy(configuration: string, port: number): Promise<RealProxy> {
    return RealProxy.#start(HAPROXY!, (path) => ['-db', '-f', path], configuration, port);
  }

  static caddy(sites: string, port: number): Promise<RealProxy> {
    const options = ['admin off', 'auto_https disable_redirects', 'skip_install_trust'];
    const configuration = `{\n${options.join('\n')}\nlog {\nlevel ERROR\n}\n}\n${sites}`;
    const args = (path: string) => ['run', '--adapter', 'caddyfile', '--config', path];
    return RealProxy.#start(CADDY!, args, configuration, port);
  }

  static async #start(
    program: string,
    args: (path: string) => readonly string[],
    configuration: string,
    port: number,
  ): Promise<RealProxy> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-proxy-'));
    const path = join(folder, 'proxy.conf');
    await writeFile(path, configuration);
    const child = spawn(program, args(path), {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    });
    const proxy = new RealProxy(child, folder);
    try {
      await untilListening(port, child);
      return proxy;
    } catch (cause) {
      await proxy[Symbol.asyncDispose]();
      throw new Error(`${program} does not listen: ${proxy.complaints}`, { cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** @throws Error if the program ends before, or takes longer than ten seconds */
export async function untilListening(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await isListening(port))) {
    if (child.exitCode === null && performance.now() < deadline) continue;
    throw new Error(`${child.spawnfile} does not listen on port ${port}.`);
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  const isThere = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => setTimeout(resolve, RETRY_MS, false));
  });
  socket.destroy();
  return isThere;
}
