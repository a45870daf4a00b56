import {
  conversationAt,
  FREE_SPEECH,
  PHRASINGS,
  PHRASINGS_NOW,
  verdictOn,
  type Phrasing,
  type Verdict,
} from '@parley/phrases/understanding/phrasings.rig';
import { isAskingBack } from '@parley/phrases';
import { openVoiceToEar } from '../../src/providers/embedded/voice-to-ear.rig.ts';
import { round } from '../statistics.ts';
import { defineBench, FOLDER, oneOf, wholeNumber, type BenchContext } from '../bench.ts';
import { readClips } from '../noise/clips.ts';
import { throughOpus } from './through-opus.ts';

const VOICES = ['slt', 'rms', 'awb'] as const;
const WORKERS = 2;
/** What is asked for: right answers at least, wrong ones at most, percent. */
const MIN_RIGHT_PERCENT = 88;
const MAX_WRONG_PERCENT = 1;
/** Of what no phrase was written for. */
const MAX_WRONG_FREE_PERCENT = 4;
/** How far figures through Opus may be from those of PCM16, percentage points. */
const MAX_OPUS_POINTS = 3;

interface Outcome {
  readonly phrasing: Phrasing;
  readonly voice: string;
  readonly verdict: Verdict;
  readonly heard: string;
  readonly answer: string;
}

export interface BenchPhrasingsOptions extends BenchContext {
  /** Beside PCM16, the same speech through Opus, kbit/s; undefined: PCM16 alone. */
  readonly opusKbit: number | undefined;
  /** Recordings of people that must be heard through Opus as in PCM16; see `readClips`. */
  readonly clipsFolder: string | undefined;
}

/**
 * How people are understood by voice: every phrasing of the table in three synthetic voices,
 * through the embedded recogniser and assistant; and how much is answered that no phrase was
 * written for.
 *
 * @returns the figures; `isReached` if as many are answered rightly, and as few wrongly, as must be
 */
export async function benchPhrasings(options: BenchPhrasingsOptions) {
  const { opusKbit, clipsFolder, signal, tell } = options;
  await using ear = await openVoiceToEar(WORKERS, signal);
  const plain = figuresOf(await converseAll(ear, undefined, options));
  const report = { ...plain, isReached: isReached(plain) };
  tell(sentenceOf(plain));
  if (opusKbit === undefined) return report;
  const opus = figuresOf(await converseAll(ear, opusKbit, options));
  tell(`Opus, ${opusKbit} kbit/s: ${sentenceOf(opus)}`);
  const clips = clipsFolder === undefined ? [] : await hearClips(clipsFolder, opusKbit, signal);
  for (const { pcm16, opus: heard } of clips) tell(`person | ${pcm16} | ${heard}`);
  const isNear =
    Math.abs(opus.right_percent - plain.right_percent) <= MAX_OPUS_POINTS &&
    Math.abs(opus.free.wrong_percent - plain.free.wrong_percent) <= MAX_OPUS_POINTS &&
    clips.every(({ pcm16, opus: heard }) => pcm16 === heard);
  return {
    ...report,
    opus: { kbit: opusKbit, ...opus, clips },
    isReached: report.isReached && isNear,
  };
}

type Ear = Awaited<ReturnType<typeof openVoiceToEar>>;

async function converseAll(
  ear: Ear,
  opusKbit: number | undefined,
  { signal, tell }: BenchContext,
): Promise<readonly Outcome[]> {
  const hear = async (phrase: string, voice: string) => {
    const speech = await ear.speak(phrase, voice);
    return ear.hear(opusKbit === undefined ? speech : await throughOpus(speech, opusKbit));
  };
  const converse = async (phrasing: Phrasing, voice: string): Promise<Outcome> => {
    const { say } = conversationAt(PHRASINGS_NOW);
    const heard: string[] = [];
    let answer = '';
    for (const phrase of phrasing.phrases) {
      const { text, unrecognised, isDoubtful } = await hear(phrase, voice);
      heard.push(unrecognised ? '(refused)' : text);
      answer = await say(text, unrecognised, isDoubtful);
      // What follows would be said after a "yes".
      if (isAskingBack(answer)) break;
    }
    const verdict = verdictOn(answer, phrasing);
    return { phrasing, voice, verdict, heard: heard.join(' > '), answer };
  };

  const outcomes: Outcome[] = [];
  const waiting = [...PHRASINGS, ...FREE_SPEECH].flatMap((phrasing) =>
    VOICES.map((voice) => ({ phrasing, voice })),
  );
  const caller = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      signal.throwIfAborted();
      outcomes.push(await converse(next.phrasing, next.voice));
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, caller));

  for (const { verdict, voice, phrasing, heard, answer } of outcomes) {
    if (verdict === 'right') continue;
    const said = phrasing.phrases.join(' > ');
    tell(`${verdict} | ${voice} | ${said} | ${heard} | ${verdict === 'wrong' ? answer : ''}`);
  }
  return outcomes;
}

/** What is made out of recordings of people. */
async function hearClips(folder: string, opusKbit: number, signal: AbortSignal) {
  const { clips, grammar } = await readClips(folder);
  await using ear = await openVoiceToEar(1, signal, grammar);
  const heard: { readonly pcm16: string; readonly opus: string }[] = [];
  for (const { samples } of clips) {
    const { text: pcm16 } = await ear.hear(samples);
    const { text: opus } = await ear.hear(await throughOpus(samples, opusKbit));
    heard.push({ pcm16, opus });
  }
  return heard;
}

function figuresOf(outcomes: readonly Outcome[]) {
  const of = (phrasings: readonly Phrasing[]) =>
    percentagesOf(outcomes.filter(({ phrasing }) => phrasings.includes(phrasing)));
  return {
    ...of(PHRASINGS),
    held_out: of(PHRASINGS.filter(({ isHeldOut }) => isHeldOut)),
    free: of(FREE_SPEECH),
    free_held_out: of(FREE_SPEECH.filter(({ isHeldOut }) => isHeldOut)),
  };
}

function isReached({ right_percent, wrong_percent, free }: ReturnType<typeof figuresOf>): boolean {
  return (
    right_percent >= MIN_RIGHT_PERCENT &&
    wrong_percent <= MAX_WRONG_PERCENT &&
    free.wrong_percent <= MAX_WRONG_FREE_PERCENT
  );
}

function sentenceOf(figures: ReturnType<typeof figuresOf>): string {
  const { spoken, right_percent, wrong_percent, asked_back_percent, held_out, free } = figures;
  return `${spoken} spoken: ${right_percent} % right, ${wrong_percent} % wrong, ${asked_back_percent} % asked back; held out: ${held_out.right_percent} % right, ${held_out.wrong_percent} % wrong; free speech: ${free.wrong_percent} % of ${free.spoken} wrongly answered`;
}

function percentagesOf(outcomes: readonly Outcome[]) {
  const percent = (verdict: Verdict) =>
    round(
      (100 * outcomes.filter((outcome) => outcome.verdict === verdict).length) / outcomes.length,
      1,
    );
  return {
    spoken: outcomes.length,
    right_percent: percent('right'),
    wrong_percent: percent('wrong'),
    asked_back_percent: percent('asked'),
  };
}

export const PHRASINGS_BENCH = defineBench({
  about: `How people are understood without a key: some 220 phrasings in three synthetic voices, and as many
sentences that no phrase was written for, through the embedded recogniser and assistant; every
failure is listed. --codec opus: then the same speech again as a client sends it on a thin line,
compressed to 24 kbit/s or what --kbit says: within 3 points? --clips DIR: recordings of people beside
it, as for bench noise: the same words?`,
  options: {
    codec: oneOf('CODEC', ['pcm16', 'opus'], 'pcm16'),
    kbit: wholeNumber(64, 24),
    clips: FOLDER,
  },
  async run({ codec, kbit, clips: clipsFolder }, { print, ...context }) {
    const opusKbit = codec === 'opus' ? kbit : undefined;
    const { isReached: isGood, ...report } = await benchPhrasings({
      ...context,
      opusKbit,
      clipsFolder,
    });
    print(report);
    return isGood;
  },
});
