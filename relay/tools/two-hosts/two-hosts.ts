import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';
import { programPath } from '../../testing/system-programs.ts';

const SOURCE = fileURLToPath(new URL('lossy-link.c', import.meta.url));
const START_DEADLINE_MS = 10_000;
/** As phones have it: some bytes less than Ethernet's. */
const MTU = 1_400;
/** By the package of Debian that has it. */
const PROGRAMS = { gcc: 'gcc', iproute2: 'ip', 'util-linux': 'nsenter' } as const;
const execute = promisify(execFile);

export interface LinkOptions {
  /** One way. */
  readonly delayMs: number;
  /** Of packets, each way on its own, from `startLosing` on. */
  readonly lossPercent: number;
  /** 1–65,535; chooses which packets are lost. */
  readonly seed: number;
  /** TCP's congestion control of each host. */
  readonly congestionControl: { readonly client: string; readonly relay: string };
}

/** A host of its own: its addresses, its TCP, and nothing of this machine's network. */
export interface Host {
  readonly address: string;
  /** What stands before a command that is to run there. */
  readonly enter: readonly [program: string, namespace: string];
}

/**
 * Two hosts on this machine, joined by a link that loses and delays packets, under the kernel's own
 * TCP. Nothing of them is left once this object, or this process, is gone.
 */
export class TwoHosts implements AsyncDisposable {
  readonly client: Host;
  readonly relay: Host;
  /** The program that is the link. */
  readonly linkPid: number;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    [client, relay]: readonly [Host, Host],
    linkPid: number,
    resources: AsyncDisposableStack,
  ) {
    this.client = client;
    this.relay = relay;
    this.linkPid = linkPid;
    this.#resources = resources;
  }

  /** @throws Error that says what this machine lacks */
  static async open({
    delayMs,
    lossPercent,
    seed,
    congestionControl,
  }: LinkOptions): Promise<TwoHosts> {
    requireMeans();
    await using resources = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'parley-link-'));
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    const program = join(folder, 'lossy-link');
    await execute('gcc', ['-O2', '-Wall', '-o', program, SOURCE]);

    const child = spawn(program, [delayMs, lossPercent, seed].map(String), {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = Promise.withResolvers<void>();
    child.once('exit', () => ended.resolve());
    child.once('error', () => ended.resolve());
    resources.defer(() => {
      child.kill('SIGKILL');
      return ended.promise;
    });
    const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
    const failed = ended.promise.then(() => {
      throw new Error('The link between the hosts did not start.');
    });
    const late = () => new Error('The link between the hosts took too long to start.');
    const started = Promise.race([line, failed]);
    const [said] = await withDeadline(started, START_DEADLINE_MS, systemClock, late);
    failed.catch(() => {});

    const [, pid, ...descriptors] = said.split(' ');
    const [client, relay] = ['10.77.0.1', '10.77.0.2'].map((address, index): Host => ({
      address,
      enter: ['nsenter', `--net=/proc/${pid}/fd/${descriptors[index]}`],
    })) as [Host, Host];
    await configure(client, relay.address, congestionControl.client);
    await configure(relay, client.address, congestionControl.relay);
    return new TwoHosts([client, relay], child.pid!, resources.move());
  }

  startLosing(): void {
    process.kill(this.linkPid, 'SIGUSR1');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}

async function configure({ address, enter }: Host, peer: string, control: string): Promise<void> {
  const [program, namespace] = enter;
  const ip = (command: string) => execute(program, [namespace, 'ip', ...command.split(' ')]);
  await ip('link set lo up');
  // Without an address of IPv6 it sends nothing by itself.
  await ip('link set dev line0 addrgenmode none');
  await ip(`link set dev line0 mtu ${MTU} up`);
  await ip(`address add ${address}/32 dev line0`);
  // A route may name what its connections are controlled by; a namespace's own default may not
  // differ from the machine's.
  await ip(`route add ${peer}/32 dev line0 src ${address} congctl ${control}`);
}

/** @throws Error */
function requireMeans(): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('Two hosts on one machine need Linux, and root to make network namespaces.');
  }
  const missing = Object.entries(PROGRAMS).flatMap(([name, program]) =>
    programPath(program) === undefined ? [name] : [],
  );
  if (missing.length > 0) {
    throw new Error(
      `Two hosts on one machine need ${missing.join(', ')}: "apt-get install ${missing.join(' ')}".`,
    );
  }
  if (!existsSync('/dev/net/tun')) {
    throw new Error('Two hosts on one machine need tun devices; /dev/net/tun is missing here.');
  }
}
