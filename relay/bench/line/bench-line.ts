import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UPLINK_SAMPLE_RATE_HZ } from '@parley/shared';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import { makeDatabaseTemplate } from '../../src/keeping/storage/database-template.ts';
import { openVoiceToEar } from '../../src/providers/embedded/voice-to-ear.rig.ts';
import { SPOKEN_QUESTIONS } from '../../test/support/spoken-questions.ts';
import { UsageError } from '../../tools/command-line.ts';
import { TwoHosts } from '../../tools/two-hosts/two-hosts.ts';
import { defineBench, oneOf, wholeNumber, type BenchContext, type BenchOption } from '../bench.ts';
import { WholeRelay } from '../load/whole-relay.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { UNLIMITED } from '../process/unlimited.ts';
import { LINE_MODES, type LineCall, type LineMode } from './line-call.ts';
import type { LineCallHandlers } from './line-call.process.ts';
import { aimsOf, faultsOf, figuresOf, HEAD, rowOf, type Run } from './report.ts';

const CALLER = new URL('line-call.process.ts', import.meta.url);
const VOICE = 'rms';
const DELAY_MS = 50;
/** What phones and Windows send with; this machine's default may be another. */
const USUAL_CONTROL = 'cubic';
const LOSSES_PERCENT = [0, 5, 10];
const MAX_LOSS_PERCENT = 50;
const READY_DEADLINE_MS = 60_000;
const TURN_DEADLINE_MS = 130_000;

export interface BenchLineOptions extends BenchContext {
  readonly modes: readonly LineMode[];
  /** Of packets, each way on its own. */
  readonly lossesPercent: readonly number[];
  readonly turns: number;
  readonly seeds: number;
  readonly congestionControl: string;
  /** Calls at a time, each over a line and with a relay of its own. */
  readonly atOnce: number;
}

/**
 * A call over a line that loses packets: client and relay on hosts of their own, and the kernel's
 * TCP between them.
 *
 * @returns the figures; `isReached` if they are as they must be, as far as they were measured
 */
export async function benchLine(options: BenchLineOptions) {
  const { modes, lossesPercent, turns, seeds, congestionControl, atOnce, signal, tell } = options;
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'parley-line-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const paths = await speakQuestions(folder, turns, signal);
  await makeDatabaseTemplate();

  tell(
    `${turns} turns a call, ${seeds} calls each, ${DELAY_MS} ms each way, ` +
      `${USUAL_CONTROL} up, ${congestionControl} down`,
  );
  tell(HEAD);
  const runs: Run[] = [];
  for (const mode of modes) {
    for (const lossPercent of lossesPercent) {
      const waiting = Array.from({ length: seeds }, (_, index) => index + 1);
      const calls: LineCall[] = [];
      const oneAfterTheOther = async () => {
        for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
          const line = { mode, lossPercent, seed, congestionControl };
          calls.push(await callOver(line, paths, signal));
        }
      };
      await Promise.all(Array.from({ length: atOnce }, oneAfterTheOther));
      const run = { mode, lossPercent, calls };
      runs.push(run);
      tell(rowOf(run));
      for (const fault of calls.flatMap(faultsOf)) tell(`  ${fault}`);
    }
  }
  const aims = aimsOf(runs);
  for (const { name, found, most, isReached } of aims) {
    tell(`${isReached ? 'reached' : 'missed '}  ${name}: ${found}, at most ${most}`);
  }
  return {
    bench: 'line',
    ...Object.fromEntries(
      runs.map((run) => [`${run.mode}_${run.lossPercent}`, figuresOf(run)] as const),
    ),
    aims,
    isReached: aims.every(({ isReached }) => isReached),
  };
}

interface Line {
  readonly mode: LineMode;
  readonly lossPercent: number;
  readonly seed: number;
  readonly congestionControl: string;
}

/** One call, over hosts and with a relay of its own. */
async function callOver(
  { mode, lossPercent, seed, congestionControl }: Line,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<LineCall> {
  signal.throwIfAborted();
  await using hosts = await TwoHosts.open({
    delayMs: DELAY_MS,
    lossPercent,
    seed,
    congestionControl: { client: USUAL_CONTROL, relay: congestionControl },
  });
  const { address, enter } = hosts.relay;
  await using relay = await WholeRelay.start(
    { ...UNLIMITED, HOST: address, LOG_LEVEL: 'error' },
    signal,
    enter,
  );
  const url = `http://${address}:${new URL(relay.url).port}`;
  const [program, namespace] = hosts.client.enter;
  const nodeAndHost = [namespace, process.execPath];
  await using caller = new BenchProcess<LineCallHandlers>(CALLER, signal, nodeAndHost, {
    node: program,
  });
  // The relay's first turns take longer, because its code is interpreted. They come over a good line.
  await caller.ask('warmUp', { url, paths: paths.slice(0, 2) }, READY_DEADLINE_MS);
  hosts.startLosing();
  return await caller.ask('talk', { url, paths, mode }, TURN_DEADLINE_MS * paths.length);
}

/** @returns a file for each turn */
async function speakQuestions(
  folder: string,
  turns: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  await using voice = await openVoiceToEar(1, signal);
  const spoken = await Promise.all(
    SPOKEN_QUESTIONS.slice(0, turns).map(async ({ say }, index) => {
      const path = join(folder, `${index}.wav`);
      await writeFile(path, encodeWav(await voice.speak(say, VOICE), UPLINK_SAMPLE_RATE_HZ));
      return path;
    }),
  );
  return Array.from({ length: turns }, (_, turn) => spoken[turn % spoken.length]!);
}

/** Shares of packets, by default those of the aims. */
const LOSSES: BenchOption<readonly number[]> = {
  placeholder: 'PERCENT,…',
  read: (name, given) => {
    const losses = given === undefined ? LOSSES_PERCENT : given.split(',').map(Number);
    if (losses.every((loss) => loss >= 0 && loss <= MAX_LOSS_PERCENT)) return losses;
    throw new UsageError(
      `${name}: found ${JSON.stringify(given)}, expected numbers from 0 to ${MAX_LOSS_PERCENT}.`,
    );
  },
};

export const LINE_BENCH = defineBench({
  about: `How a call goes over a line that loses packets, with 50 ms each way: spoken questions from one
network namespace, the relay without keys in another, the kernel’s TCP between them (Linux, root, gcc
and iproute2). --mode: speech as PCM16, as Opus, or as the line wishes, with a second socket (all
three); --loss: 0,5,10; --turns of a call: 20; --seeds: 3 calls; --at-once: 1 of them; --cc: what the
relay’s TCP is controlled by (cubic).`,
  options: {
    mode: oneOf('MODE', LINE_MODES, undefined),
    loss: LOSSES,
    turns: wholeNumber(1_000, SPOKEN_QUESTIONS.length),
    seeds: wholeNumber(100, 3),
    'at-once': wholeNumber(16, 1),
    cc: oneOf('NAME', ['cubic', 'bbr', 'reno'], USUAL_CONTROL),
  },
  async run({ mode, loss, turns, seeds, 'at-once': atOnce, cc }, { print, ...context }) {
    const { isReached, ...report } = await benchLine({
      modes: mode === undefined ? LINE_MODES : [mode],
      lossesPercent: loss,
      congestionControl: cc,
      ...{ turns, seeds, atOnce, ...context },
    });
    print(report);
    return isReached;
  },
});
