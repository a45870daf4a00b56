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
import { defineBench, type BenchContext } from '../bench.ts';

const VOICES = ['slt', 'rms', 'awb'] as const;
const WORKERS = 2;
/** What is asked for: right answers at least, wrong ones at most, percent. */
const MIN_RIGHT_PERCENT = 88;
const MAX_WRONG_PERCENT = 1;
/** Of what no phrase was written for. */
const MAX_WRONG_FREE_PERCENT = 4;

interface Outcome {
  readonly phrasing: Phrasing;
  readonly voice: string;
  readonly verdict: Verdict;
  readonly heard: string;
  readonly answer: string;
}

/**
 * How people are understood by voice: every phrasing of the table in three synthetic voices,
 * through the embedded recogniser and assistant; and how much is answered that no phrase was
 * written for.
 *
 * @returns the figures; `isReached` if as many are answered rightly, and as few wrongly, as must be
 */
export async function benchPhrasings({ signal, tell }: BenchContext) {
  await using ear = await openVoiceToEar(WORKERS, signal);
  const converse = async (phrasing: Phrasing, voice: string): Promise<Outcome> => {
    const { say } = conversationAt(PHRASINGS_NOW);
    const heard: string[] = [];
    let answer = '';
    for (const phrase of phrasing.phrases) {
      const { text, unrecognised, isDoubtful } = await ear.say(phrase, voice);
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
  const of = (phrasings: readonly Phrasing[]) =>
    figuresOf(outcomes.filter(({ phrasing }) => phrasings.includes(phrasing)));
  const all = of(PHRASINGS);
  const free = of(FREE_SPEECH);
  const report = {
    ...all,
    held_out: of(PHRASINGS.filter(({ isHeldOut }) => isHeldOut)),
    free,
    free_held_out: of(FREE_SPEECH.filter(({ isHeldOut }) => isHeldOut)),
    isReached:
      all.right_percent >= MIN_RIGHT_PERCENT &&
      all.wrong_percent <= MAX_WRONG_PERCENT &&
      free.wrong_percent <= MAX_WRONG_FREE_PERCENT,
  };
  tell(
    `${all.spoken} spoken: ${all.right_percent} % right, ${all.wrong_percent} % wrong, ${all.asked_back_percent} % asked back; held out: ${report.held_out.right_percent} % right, ${report.held_out.wrong_percent} % wrong; free speech: ${free.wrong_percent} % of ${free.spoken} wrongly answered`,
  );
  return report;
}

function figuresOf(outcomes: readonly Outcome[]) {
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
failure is listed.`,
  options: {},
  async run(_options, { print, ...context }) {
    const { isReached, ...report } = await benchPhrasings(context);
    print(report);
    return isReached;
  },
});
