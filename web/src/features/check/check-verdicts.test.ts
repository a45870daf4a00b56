import { describe, expect, test } from 'vitest';
import { type CheckFigures, SILENT_DBFS } from '../../client/index.ts';
import { reportOf } from './check-dialog.tsx';
import { verdictsOf, type Verdict } from './check-verdicts.ts';

const GOOD: CheckFigures = {
  microphone: { kind: 'open', label: 'Built-in Microphone', captureHz: 48_000, contextHz: 44_100 },
  noiseDbfs: -62,
  speechDbfs: -24,
  speaker: { kind: 'heard', levelDbfs: -30, delayMs: 64 },
  echo: { levelDbfs: -61, aboveNoiseDb: 1 },
  relay: { roundTripsMs: [12, 9, 30, 11, 10], failed: 0 },
  detector: { kind: 'ready', speech: 0.81, silence: 0.02 },
};

function verdictOf(of: Verdict['of'], figures: CheckFigures): Verdict | undefined {
  return verdictsOf(figures).find((verdict) => verdict.of === of);
}

test('where all is well there is nothing to do', () => {
  const verdicts = verdictsOf(GOOD);
  expect(verdicts.map(({ of }) => of)).toEqual([
    'voice',
    'noise',
    'rate',
    'speaker',
    'echo',
    'relay',
    'detector',
  ]);
  expect(verdicts.every(({ grade, fix }) => grade === 'good' && fix === '')).toBe(true);
  expect(verdictOf('relay', GOOD)?.sentence).toBe(
    'The server answers in 11 ms, at worst in 30 ms.',
  );
  for (const { sentence } of verdicts) expect(sentence).not.toMatch(/dBFS|Hz/);
});

describe('each thing that is wrong has a sentence and a remedy', () => {
  test.each<[Verdict['of'], Verdict['grade'], CheckFigures, RegExp]>([
    ['microphone', 'bad', { microphone: { kind: 'refused', refusal: 'denied' } }, /blocked.*allow/],
    [
      'voice',
      'bad',
      { noiseDbfs: SILENT_DBFS, speechDbfs: null },
      /nothing but silence.*switched off/,
    ],
    ['voice', 'bad', { noiseDbfs: -60, speechDbfs: null }, /not heard.*right microphone/],
    ['voice', 'bad', { noiseDbfs: -75, speechDbfs: -51 }, /very quiet\. Raise its level/],
    ['voice', 'fair', { noiseDbfs: -70, speechDbfs: -40 }, /rather quiet/],
    ['voice', 'fair', { noiseDbfs: -60, speechDbfs: -5 }, /very loud.*Lower/],
    ['voice', 'fair', { noiseDbfs: -30, speechDbfs: -22 }, /hardly stands out/],
    ['noise', 'bad', { noiseDbfs: -30 }, /loud around you.*quieter place/],
    ['noise', 'fair', { noiseDbfs: -42 }, /some noise.*headset/],
    [
      'rate',
      'fair',
      { microphone: { kind: 'open', label: '', captureHz: 8_000, contextHz: 48_000 } },
      /telephone quality.*Another microphone/,
    ],
    ['speaker', 'fair', { speaker: { kind: 'not-heard' } }, /does not hear.*headphones/],
    ['speaker', 'bad', { speaker: { kind: 'failed' } }, /could not be played/],
    [
      'speaker',
      'fair',
      { speaker: { kind: 'heard', levelDbfs: -30, delayMs: 320 } },
      /0\.3 s late.*Bluetooth/,
    ],
    ['echo', 'bad', { echo: { levelDbfs: -28, aboveNoiseDb: 30 } }, /own voice.*headphones/],
    ['echo', 'fair', { echo: { levelDbfs: -52, aboveNoiseDb: 9 } }, /little echo/],
    ['relay', 'bad', { relay: { roundTripsMs: [], failed: 2 } }, /not reached.*network/],
    ['relay', 'bad', { relay: { roundTripsMs: [500, 620, 480], failed: 0 } }, /500.*620.*Wi-Fi/],
    ['relay', 'fair', { relay: { roundTripsMs: [20, 30, 900, 25, 22], failed: 0 } }, /900/],
    ['detector', 'bad', { detector: { kind: 'failed' } }, /cannot be detected.*Hold the orb/],
    [
      'detector',
      'bad',
      { detector: { kind: 'ready', speech: 0.1, silence: 0.1 } },
      /cannot tell speech from silence/,
    ],
  ])('%s is %s', (of, grade, figures, words) => {
    const verdict = verdictOf(of, figures);
    expect(verdict?.grade).toBe(grade);
    expect(`${verdict?.sentence} ${verdict?.fix}`).toMatch(words);
    expect(verdict?.fix).not.toBe('');
  });
});

test('a detector that listens to a call is ready without having been tried', () => {
  const detector = { kind: 'ready', speech: null, silence: null } as const;
  expect(verdictOf('detector', { detector })?.grade).toBe('good');
});

test('the report holds the figures, the verdicts, and of devices the microphone alone', () => {
  const report = reportOf(GOOD, {
    atMs: Date.UTC(2026, 10, 22, 12),
    userAgent: 'Browser/1.0',
    relay: 'https://parley.example',
  });
  for (const part of [
    '2026-11-22T12:00:00.000Z',
    'browser: Browser/1.0',
    'server: https://parley.example',
    'microphone: Built-in Microphone',
    'capture rate: 48000 Hz',
    'noise floor: -62 dBFS',
    'speaker: -30 dBFS after 64 ms',
    'echo: -61 dBFS, 1 dB above noise',
    'round trips: 12, 9, 30, 11, 10 ms; 0 failed',
    'detector: speech 0.81, silence 0.02',
    'good: You are heard well.',
  ]) {
    expect(report).toContain(part);
  }
  const empty = reportOf({}, { atMs: 0, userAgent: 'B', relay: null });
  expect(empty).toContain('server: unknown');
  expect(empty.match(/not measured/g)).toHaveLength(9);
});
