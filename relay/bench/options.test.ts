import { expect, test } from 'vitest';
import { UsageError } from '../tools/command-line.ts';
import { ROOT } from '../tools/project.ts';
import { BENCH_USAGE, parseBenchOptions, type BenchOptions } from './options.ts';

test('what is not given is as the benchmark declares it', () => {
  expect(parseBenchOptions(['relay', '--json'])).toEqual({
    bench: 'relay',
    options: {
      sessions: [1_000],
      provider: 'nova',
      baseline: 'pipe',
      codec: 'pcm16',
      rounds: 10,
      profile: undefined,
    },
    isJson: true,
  });
  const optionsOf = (...commandLine: string[]) =>
    (parseBenchOptions(commandLine) as BenchOptions).options;
  // People see more than the figure that counts.
  expect(optionsOf('relay')).toMatchObject({ sessions: [500, 1_000] });
  expect(optionsOf('turn')).toEqual({ talkers: [1, 50, 200] });
  expect(optionsOf('turn', '--json')).toEqual({ talkers: [50] });
  expect(optionsOf('start')).toEqual({ rounds: 3 });
  expect(optionsOf('load')).toEqual({ connections: 50, messages: 100, users: 100, minutes: 1 });
  expect(optionsOf('callers')).toEqual({ users: 8, minutes: 1 });
  expect(optionsOf('outage')).toEqual({ seconds: 60, sessions: 20 });
  expect(optionsOf('replicas')).toEqual({ people: 100, seconds: 60 });
  expect(optionsOf('chaos')).toEqual({ codec: 'pcm16', minutes: 20, seed: 1 });
  expect(optionsOf('echo')).toEqual({ minutes: 10, browser: 'chromium' });
  expect(optionsOf('noise')).toEqual({ clips: undefined, seed: 1 });
  expect(optionsOf('dialogues')).toEqual({ only: undefined });
  expect(optionsOf('detector')).toEqual({ streams: 60, seconds: 20, clips: undefined });
  expect(optionsOf('ear')).toEqual({ turns: 60 });
  expect(optionsOf('soak')).toEqual({ turns: 250 });
  expect(optionsOf('web')).toEqual({});
});

test.each<[string, object]>([
  [
    'relay --sessions 500 --baseline STORAGE=off --rounds 3 --profile p',
    {
      sessions: [500],
      baseline: { folder: ROOT, settings: { STORAGE: 'off' } },
      rounds: 3,
      profile: 'p',
    },
  ],
  [`relay --baseline ${ROOT}docs/..`, { baseline: { folder: ROOT.slice(0, -1), settings: {} } }],
  ['--talkers=7 turn', { talkers: [7] }],
  [
    'load --connections 2 --messages 3 --users 4 --minutes 5',
    { connections: 2, messages: 3, users: 4, minutes: 5 },
  ],
  ['callers --users 6 --minutes 2', { users: 6, minutes: 2 }],
  ['outage --seconds 5 --sessions 2', { seconds: 5, sessions: 2 }],
  ['replicas --people 20 --seconds 5', { people: 20, seconds: 5 }],
  ['chaos --minutes 5 --seed 7', { minutes: 5, seed: 7 }],
  ['echo --minutes 2 --browser firefox', { minutes: 2, browser: 'firefox' }],
  ['dialogues --only pause', { only: 'pause' }],
  ['ear --turns 20', { turns: 20 }],
  ['noise --clips recordings --seed 3', { clips: 'recordings', seed: 3 }],
  ['start --rounds 2', { rounds: 2 }],
])('%s: what is given is taken', (commandLine, options) => {
  expect(parseBenchOptions(commandLine.split(' '))).toMatchObject({ options });
});

test('help comes before everything else, and shows every benchmark with its options', () => {
  expect(parseBenchOptions(['relay', '--help'])).toBe('help');
  expect(BENCH_USAGE).toContain('npm run bench -- outage [--seconds N] [--sessions N] [--json]\n');
  expect(BENCH_USAGE).toContain('npm run bench -- web [--json]\n');
  for (const line of BENCH_USAGE.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
});

test.each<[readonly string[], string]>([
  [[], 'Which benchmark'],
  [['page'], 'no benchmark "page"'],
  [['relay', 'turn'], 'One benchmark at a time'],
  [['relay', '--fast'], "Unknown option '--fast'."],
  [['relay', '--sessions'], "'--sessions <value>' argument missing."],
  [['relay', '--sessions', '0'], '--sessions: found "0", expected 1 to 10000.'],
  [['relay', '--sessions', '1.5'], 'found "1.5"'],
  [['relay', '--sessions', 'many'], 'found "many"'],
  [['relay', '--sessions='], 'found ""'],
  [['relay', '--rounds', '51'], '--rounds: found "51"'],
  [
    ['relay', '--baseline', 'x'],
    '--baseline: found "x", expected pipe, NAME=VALUE or a folder with Parley in it.',
  ],
  [['turn', '--sessions', '5'], '--sessions belongs to bench relay and outage'],
  [['relay', '--users', '5'], '--users belongs to bench load'],
  [['load', '--seed', '5'], '--seed belongs to bench noise and chaos'],
  [['load', '--minutes', '61'], '--minutes: found "61"'],
  [['outage', '--sessions', '151'], '--sessions: found "151"'],
  [['load', '--seconds', '5'], '--seconds belongs to bench outage and replicas and detector'],
  [['relay', '--only', 'pause'], '--only belongs to bench dialogues'],
  [['dialogues', '--only', 'songs'], '--only: found "songs", expected one of finished, pause,'],
  [['echo', '--browser', 'lynx'], '--browser: found "lynx", expected one of chromium, firefox.'],
  [['web', '--browser', 'firefox'], '--browser belongs to bench echo'],
  [['turn', '--clips', 'x'], '--clips belongs to bench phrasings and'],
  [['relay', '--talkers', '5'], '--talkers belongs to bench turn'],
])('%j is refused in words', (commandLine, sentence) => {
  expect(() => parseBenchOptions(commandLine)).toThrow(UsageError);
  expect(() => parseBenchOptions(commandLine)).toThrow(sentence);
});
