import { less, more, type Measurement } from './measurement.ts';

const NOISES = ['pink noise', 'babble'].flatMap((kind) =>
  ['throughout', 'under speech'].map((place) => `${kind} ${place}`),
);

/** The conditions of bench noise for one noise, the weakest first. */
function levelsOf(noise: string): readonly string[] {
  return [30, 25, 20, 15].map((db) => `${noise}, ${db} dB`);
}

function percent(conditions: readonly string[], verdict: 'right' | 'refused' | 'wrong'): string {
  return `${conditions.map((condition) => `{rows.${condition}.${verdict}_percent}`).join(', ')} %`;
}

function rightAndWrong(conditions: readonly string[]): [value: string, beside: string] {
  return [percent(conditions, 'right'), percent(conditions, 'wrong')];
}

/** Figures of what works without keys. */
export const RECOGNISER: readonly Measurement[] = [
  {
    name: 'callers',
    title:
      'People at the built-in recogniser at the same time, from a cold start; beside it with eight sessions more that hog it',
    run: ['callers', '--users', '8', '--minutes', '1'],
    quick: ['callers', '--users', '6', '--minutes', '1'],
    minutes: 3,
    figures: [
      less(
        'busy',
        'Questions of people who talk at the same time that are told that all are busy',
        '{alone.busy} of {alone.asked}',
        '{beside_hogs.busy} of {beside_hogs.asked}',
      ),
      more(
        'right',
        'Questions of people who talk at the same time that are answered rightly',
        '{alone.right_percent} %',
        '{beside_hogs.right_percent} %',
      ),
      more(
        'soon',
        'Their answers that begin within 0.4 s after the end is told',
        '{alone.soon_percent} %',
        '{beside_hogs.soon_percent} %',
      ),
      less(
        'p50',
        'Delay of the answers to people who talk at the same time, median',
        '{alone.delay_ms.p50} ms',
        '{beside_hogs.delay_ms.p50} ms',
      ),
      less(
        'p99',
        'Delay of the answers to people who talk at the same time, p99',
        '{alone.delay_ms.p99} ms',
        '{beside_hogs.delay_ms.p99} ms',
      ),
      less(
        'memory',
        'Memory of the relay with these people at its recogniser',
        '{alone.memory_mb} MB',
        '{beside_hogs.memory_mb} MB',
      ),
    ],
  },
  {
    name: 'phrasings',
    title:
      'Phrasings in three synthetic voices to the built-in recogniser; beside it those that no phrase was written for',
    run: ['phrasings'],
    minutes: 2.5,
    figures: [
      more(
        'right',
        'Spoken phrasings that are answered rightly',
        '{right_percent} % of {spoken}',
        '{held_out.right_percent} % of {held_out.spoken}',
      ),
      less(
        'asked_back',
        'Spoken phrasings that are asked back',
        '{asked_back_percent} %',
        '{held_out.asked_back_percent} %',
      ),
      less(
        'wrong',
        'Spoken phrasings that are answered wrongly',
        '{wrong_percent} %',
        '{held_out.wrong_percent} %',
      ),
      less(
        'free',
        'Spoken sentences that no phrase was written for, and that are answered',
        '{free.wrong_percent} % of {free.spoken}',
        '{free_held_out.wrong_percent} % of {free_held_out.spoken}',
      ),
    ],
  },
  {
    name: 'noise',
    title: 'The built-in recogniser in a noisy room; beside it what is taken for something else',
    run: ['noise'],
    minutes: 3.5,
    figures: [
      more('clean', 'Sentences understood without noise', ...rightAndWrong(['clean'])),
      more(
        'overdriven',
        'Sentences understood 24 dB too loud, nearly all of it clipped',
        ...rightAndWrong(['24 dB too loud']),
      ),
      ...NOISES.map((noise) =>
        more(
          noise,
          `Sentences understood with ${noise}, 30, 25, 20 and 15 dB below them`,
          ...rightAndWrong(levelsOf(noise)),
        ),
      ),
      ...NOISES.map((noise) =>
        more(
          `free speech, ${noise}`,
          `Sentences outside the vocabulary refused with ${noise}, 30, 25, 20 and 15 dB below them`,
          percent(levelsOf(`free speech, ${noise}`), 'refused'),
        ),
      ),
      ...['pink noise', 'babble'].map((kind) =>
        less(
          `${kind} alone`,
          `Stretches of ${kind} that are taken for words`,
          `{rows.${kind} alone.wrong_percent} %`,
          `{rows.${kind} alone.spoken} stretches`,
        ),
      ),
    ],
  },
];
