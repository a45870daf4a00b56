import { provideAudioRig } from '../../tools/audio-rig.ts';
import { provideChromium } from '../../tools/chromium.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { percentile, round } from '../statistics.ts';
import { judgeMonologue, type MonologueFigures } from './judgement.ts';
import {
  ECHO_BROWSERS,
  type EchoBrowser,
  type EchoHandlers,
  type EchoRoom,
  type EchoSetting,
  type Interruption,
  type InterruptionOutcome,
} from './laboratory.ts';
import { wholeNumber, defineBench, oneOf, type BenchContext } from '../bench.ts';

const LABORATORY = new URL('../../../web/bench/echo.process.ts', import.meta.url);
/** As good headsets let through, a phone on a table, a laptop, a loudspeaker beside the microphone. */
const LEVELS_DB = [-40, -25, -12, -6] as const;
/** What a sound card takes, and what a television or a Bluetooth speaker does. */
const DELAYS_MS = [40, 150] as const;
const VOICES = ['rms', 'awb', 'kal16'] as const;
const TEXTS = [
  'Stop.',
  'Wait.',
  'What is the time in Tokyo?',
  'Tell me something else.',
  'Stop it now.',
  'What is seven times eight?',
  'Excuse me, what day is it?',
] as const;
/** Each text in each voice, so that the first few are of every text and voice. */
const SAID: readonly Interruption[] = VOICES.flatMap((_, turn) =>
  TEXTS.map((text, n) => ({ text, voice: VOICES[(n + turn) % VOICES.length]! })),
);
/** A run of so many minutes says all of them at each level, a shorter one fewer. */
const ALL_SAID_MINUTES = 10;
/** Nothing of the speaker is in the microphone then: only what the page itself does is in the way. */
const SAID_WITH_HEADPHONES = SAID.slice(0, 20);
const OPEN_DEADLINE_MS = 180_000;
/** Beyond the speech itself: questions, thinking, pauses, answers that were cut off. */
const CALL_SLACK = 4;
const CALL_DEADLINE_MS = 60_000;
const TRIAL_DEADLINE_MS = 45_000;

export interface BenchEchoOptions extends BenchContext {
  readonly browser: EchoBrowser;
  /** Of the assistant's speech with a silent person, at all levels together. */
  readonly minutes: number;
}

/**
 * Whether Parley hears itself: the page in a real browser, in a room whose microphone hears the
 * speaker. At each level and delay a fresh call, in which the assistant talks and the person is
 * silent; then one in which another voice talks over the answers. The first of these is with
 * headphones: the microphone does not hear the speaker.
 *
 * @throws Error if the room or the browser is missing, or a call never gets an answer
 */
export async function benchEcho({ browser, minutes, signal, tell }: BenchEchoOptions) {
  if (!(await provideAudioRig(...(browser === 'firefox' ? ['firefox-esr' as const] : [])))) {
    throw new Error('bench echo needs PulseAudio.');
  }
  if (browser === 'chromium' && !(await provideChromium())) {
    throw new Error('bench echo needs Chromium.');
  }
  await using laboratory = new BenchProcess<EchoHandlers>(LABORATORY, signal);
  await laboratory.ask('open', browser, OPEN_DEADLINE_MS);
  const settings = LEVELS_DB.flatMap((levelDb) =>
    DELAYS_MS.map((delayMs): EchoSetting => ({ levelDb, delayMs })),
  );
  const speechMs = (minutes * 60_000) / settings.length;
  let hangs = 0;
  /** A browser that hangs says nothing about echo: the call is made once more, and counted. */
  const patiently = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      hangs += 1;
      tell(`    made again: ${error instanceof Error ? error.message : String(error)}`);
      return await call();
    }
  };
  tell(`${browser}: ${minutes} minutes of answers to a silent person, each line a fresh call`);
  tell(
    row('echo', 'arrives', 'delay', 'speech', 'answers', 'false b-i', 'in first', 'held', 'for'),
  );
  const monologues = [];
  for (const setting of settings) {
    const deadlineMs = CALL_DEADLINE_MS + CALL_SLACK * speechMs;
    const call = await patiently(() =>
      laboratory.ask('monologue', { room: setting, speechMs }, deadlineMs),
    );
    const figures = judgeMonologue(call);
    tell(monologueRow(setting, call.measuredDb, figures));
    for (const text of figures.heard) tell(`    understood: ${text}`);
    monologues.push({ ...setting, measuredDb: call.measuredDb, ...figures });
  }

  tell('Another voice over the answers: from its first sound to the silence of the speaker');
  tell(row('room', 'delay', 'said', 'silenced', 'missed', 'spoiled', 'p50', 'p95'));
  const talkOver = async (room: EchoRoom, interruptions: readonly Interruption[]) => {
    const deadlineMs = CALL_DEADLINE_MS + interruptions.length * TRIAL_DEADLINE_MS;
    const outcomes = await patiently(() =>
      laboratory.ask('doubleTalk', { room, said: interruptions }, deadlineMs),
    );
    const figures = silenceFigures(outcomes);
    const [name, delay] =
      room === 'headphones' ? [room, ''] : [`${room.levelDb} dB`, `${room.delayMs} ms`];
    tell(doubleTalkRow(name, delay, figures));
    for (const [n, { verdict, detected }] of outcomes.entries()) {
      if (verdict === 'silenced') continue;
      const { voice, text } = interruptions[n]!;
      tell(`    ${verdict}: ${voice} “${text}”: ${detected.join(', ') || 'nothing detected'}`);
    }
    return { outcomes, figures };
  };
  const headphones = await talkOver('headphones', SAID_WITH_HEADPHONES);
  const said = SAID.slice(0, Math.ceil((SAID.length * minutes) / ALL_SAID_MINUTES));
  const doubleTalks = [];
  for (const [at, levelDb] of LEVELS_DB.entries()) {
    const setting = { levelDb, delayMs: DELAYS_MS[at % DELAYS_MS.length]! };
    doubleTalks.push({ setting, ...(await talkOver(setting, said)) });
  }
  const all = silenceFigures(doubleTalks.flatMap(({ outcomes }) => outcomes));
  tell(doubleTalkRow('all', '', all));

  return {
    bench: 'echo' as const,
    browser,
    false_barge_ins: sum(monologues, ({ falseBargeIns }) => falseBargeIns),
    speech_minutes: round(sum(monologues, ({ speechMs: heardMs }) => heardMs) / 60_000, 1),
    calls_made_again: hangs,
    barge_in: all,
    headphones: headphones.figures,
    monologues: monologues.map(monologueReport),
    double_talk: doubleTalks.map(({ setting, figures }) => ({
      echo_db: setting.levelDb,
      delay_ms: setting.delayMs,
      ...figures,
    })),
  };
}

function monologueReport(
  each: EchoSetting & MonologueFigures & { readonly measuredDb: number | null },
) {
  return {
    echo_db: each.levelDb,
    measured_db: each.measuredDb === null ? null : round(each.measuredDb, 1),
    delay_ms: each.delayMs,
    speech_s: round(each.speechMs / 1_000, 1),
    answers: each.answers,
    false_barge_ins: each.falseBargeIns,
    first_false_barge_ins: each.firstFalseBargeIns,
    holds: each.holds,
    held_ms: round(each.heldMs, 0),
  };
}

/** Times are null if nothing was silenced. */
function silenceFigures(outcomes: readonly InterruptionOutcome[]) {
  const count = (verdict: InterruptionOutcome['verdict']) =>
    outcomes.filter((each) => each.verdict === verdict).length;
  const silences = outcomes.flatMap((each) =>
    each.verdict === 'silenced' ? [each.silenceMs] : [],
  );
  const share = (of: number) => (silences.length === 0 ? null : round(percentile(silences, of), 0));
  return {
    said: outcomes.length,
    silenced: silences.length,
    missed: count('missed'),
    spoiled: count('spoiled'),
    p50_ms: share(0.5),
    p95_ms: share(0.95),
  };
}

function monologueRow(
  { levelDb, delayMs }: EchoSetting,
  measuredDb: number | null,
  figures: MonologueFigures,
): string {
  return row(
    `${levelDb} dB`,
    measuredDb === null ? '–' : `${round(measuredDb, 1)} dB`,
    `${delayMs} ms`,
    `${round(figures.speechMs / 1_000, 0)} s`,
    String(figures.answers),
    String(figures.falseBargeIns),
    String(figures.firstFalseBargeIns),
    String(figures.holds),
    `${round(figures.heldMs, 0)} ms`,
  );
}

function doubleTalkRow(
  level: string,
  delay: string,
  figures: ReturnType<typeof silenceFigures>,
): string {
  const { said, silenced, missed, spoiled, p50_ms: p50, p95_ms: p95 } = figures;
  const ms = (value: number | null) => (value === null ? '–' : `${value} ms`);
  return row(level, delay, ...[said, silenced, missed, spoiled].map(String), ms(p50), ms(p95));
}

const row = (...cells: readonly string[]) => cells.map((cell) => cell.padStart(10)).join('');

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

export const ECHO_BENCH = defineBench({
  about: `Whether Parley hears itself: the page in a real browser and in a room whose microphone hears the
speaker at several levels. 10 minutes of answers to a silent person, in which nothing may end or
hold them; then another voice talks over answers, at each level 12 times (in shorter runs fewer) and
with headphones 10 times: how soon the speaker is silent.`,
  options: { minutes: wholeNumber(60, 10), browser: oneOf('NAME', ECHO_BROWSERS, 'chromium') },
  async run(options, { print, ...context }) {
    print(await benchEcho({ ...options, ...context }));
    return true;
  },
});
