import type { AudioCodec } from '@parley/shared';
import { RELAY_NODE_FLAGS } from '../../tools/node-flags.mjs';
import type { RelaysHandlers } from '../dialogues/relays.process.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { percentile } from '../statistics.ts';
import { differences, faultsOf } from './comparison.ts';
import type { ChaosHandlers, Conversation } from './conversation.ts';
import { FAULT_KINDS, type Fault } from './faults.ts';
import { QUESTIONS } from './questions.ts';
import { seeded } from './random.ts';
import { RoughLine } from './rough-line.ts';
import { oneOf, wholeNumber, defineBench, type BenchContext } from '../bench.ts';

const RELAYS = new URL('../dialogues/relays.process.ts', import.meta.url);
const PAGES = new URL('../../../web/bench/chaos.process.ts', import.meta.url);
/** Calls at a time; more would make one another late on two cores. */
const CALLERS = 12;
/** The embedded recogniser takes half a core while a person speaks. */
const RECOGNISED_EVERY = 4;
/** All of them are recognised: open speech is known by marks that only PCM16 keeps. */
const OPUS_CALLERS = 3;
/** A call in which audio came later than this was slowed down by the machine. */
const MAX_LATE_MS = 300;
const PREPARE_DEADLINE_MS = 120_000;
const CALL_DEADLINE_MS = 30 * 60_000;
/** More questions than any call has time for. */
const MOST_QUESTIONS = 500;

export interface BenchChaosOptions extends BenchContext {
  /** Of speech, in all calls together. */
  readonly minutes: number;
  readonly seed: number;
  /** Of the speech. */
  readonly codec: AudioCodec;
  readonly callers?: number;
}

/**
 * The same conversations twice, over good lines and over lines on which one fault follows the
 * other. The page's own call, detector and player talk to real relays through a TCP proxy, each
 * call over its own.
 */
export async function benchChaos(options: BenchChaosOptions) {
  const { minutes, seed, codec, signal, tell } = options;
  const { callers = codec === 'opus' ? OPUS_CALLERS : CALLERS } = options;
  await using pages = new BenchProcess<ChaosHandlers>(PAGES, signal);
  await using relays = new BenchProcess<RelaysHandlers>(RELAYS, signal, RELAY_NODE_FLAGS);
  const words = await pages.ask('prepare', QUESTIONS, PREPARE_DEADLINE_MS);
  const urls = await relays.ask(
    'open',
    { dialogues: QUESTIONS, words, callers },
    PREPARE_DEADLINE_MS,
  );
  const calls = Array.from({ length: callers }, (_, index) => {
    const isRecognised = codec === 'opus' || index % RECOGNISED_EVERY === 0;
    const transcriber = isRecognised ? ('embedded' as const) : ('open' as const);
    return { seed: seed + index * 1_000, transcriber, questions: asked(transcriber, seed + index) };
  });

  tell(`${callers} calls, ${minutes} minutes of speech, seed ${seed}`);
  const enoughMs = (minutes * 60_000) / callers;
  const good = await Promise.all(
    calls.map(({ transcriber, questions }) =>
      pages.ask(
        'converse',
        { url: urls[transcriber], codec, questions, enoughMs },
        CALL_DEADLINE_MS,
      ),
    ),
  );

  const faults = new Map<Fault['kind'], number>(FAULT_KINDS.map((kind) => [kind, 0]));
  const bad = await Promise.all(
    calls.map(async ({ seed: lineSeed, transcriber, questions }, index) => {
      const port = Number(new URL(urls[transcriber]).port);
      await using line = await RoughLine.to(port, {
        seed: lineSeed,
        // Of one that is good in between, a second socket would not be wished for.
        isLossy: codec === 'opus',
        onFault: ({ kind }) => {
          faults.set(kind, faults.get(kind)! + 1);
        },
      });
      const url = `http://127.0.0.1:${line.port}`;
      const same = questions.slice(0, good[index]!.waitsMs.length);
      return await pages.ask(
        'converse',
        { url, codec, questions: same, enoughMs: undefined },
        CALL_DEADLINE_MS,
      );
    }),
  );

  const wrong = calls.flatMap((_, index) => {
    const questions = good[index]!.waitsMs.length;
    const found = [
      ...faultsOf(good[index]!, questions).map((fault) => `without faults: ${fault}`),
      ...differences(good[index]!, bad[index]!),
    ];
    const lateMs = Math.round(Math.max(good[index]!.lateMs, bad[index]!.lateMs));
    return found.map((difference) => `call ${index + 1} (${lateMs} ms late): ${difference}`);
  });
  const report = {
    bench: 'chaos' as const,
    seed,
    calls: callers,
    questions: sum(good, ({ waitsMs }) => waitsMs.length),
    speech_minutes: Math.round(sum(good, ({ speechMs }) => speechMs) / 6_000) / 10,
    faults: Object.fromEntries(faults),
    resumptions: sum(bad, ({ resumptions }) => resumptions),
    besides: sum(bad, ({ besides }) => besides),
    late_calls: [...good, ...bad].filter(({ lateMs }) => lateMs > MAX_LATE_MS).length,
    wait_ms: { good: waits(good), bad: waits(bad) },
    differences: wrong.length,
  };
  for (const [kind, count] of faults) tell(`  ${kind.padEnd(10)}${String(count).padStart(5)}`);
  tell(`  resumed   ${String(report.resumptions).padStart(5)}`);
  tell(`  beside    ${String(report.besides).padStart(5)}`);
  tell(`  ${report.questions} questions, ${report.speech_minutes} minutes of speech`);
  for (const [name, { p50, p95, longest }] of Object.entries(report.wait_ms)) {
    tell(
      `  wait for an answer, ${name} lines: p50 ${p50} ms, p95 ${p95} ms, longest ${longest} ms`,
    );
  }
  if (report.late_calls > 0) {
    tell(`  In ${report.late_calls} calls this machine was too busy: a difference may be its own.`);
  }
  tell(`  ${wrong.length} differences`);
  for (const line of wrong) tell(`    ${line}`);
  if (wrong.length > 0)
    tell(
      `  To repeat it: npm run bench -- chaos --codec ${codec} --minutes ${minutes} --seed ${seed}`,
    );
  return { ...report, isWhole: wrong.length === 0 };
}

/** Numbers of questions, in an order that the seed gives; none follows itself. */
function asked(transcriber: 'embedded' | 'open', seed: number): readonly number[] {
  const random = seeded(seed);
  const usable = QUESTIONS.flatMap((question, index) =>
    question.transcriber === transcriber ? [index] : [],
  );
  let place = 0;
  return Array.from({ length: MOST_QUESTIONS }, () => {
    place = (place + 1 + Math.floor(random() * (usable.length - 1))) % usable.length;
    return usable[place]!;
  });
}

function sum(conversations: readonly Conversation[], of: (conversation: Conversation) => number) {
  return conversations.reduce((total, conversation) => total + of(conversation), 0);
}

function waits(conversations: readonly Conversation[]) {
  const all = conversations.flatMap(({ waitsMs }) => waitsMs).toSorted((a, b) => a - b);
  return {
    p50: percentile(all, 0.5),
    p95: percentile(all, 0.95),
    longest: all.at(-1) ?? 0,
  };
}

export const CHAOS_BENCH = defineBench({
  about: `Whether anything is lost, doubled or out of order if connections are cut, reset, stalled, half open
and lossy at random moments: 20 minutes of speech, in many calls at a time, over such lines and over
good ones. A seed repeats the faults. --codec opus: the speech is compressed, and a second socket
carries the same messages while the line loses some.`,
  options: {
    codec: oneOf<AudioCodec, AudioCodec>('CODEC', ['pcm16', 'opus'], 'pcm16'),
    minutes: wholeNumber(60, 20),
    seed: wholeNumber(1_000_000, 1),
  },
  async run(options, { print, ...context }) {
    const { isWhole, ...report } = await benchChaos({ ...options, ...context });
    print(report);
    return isWhole;
  },
});
