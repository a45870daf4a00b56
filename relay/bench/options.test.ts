import { expect, test } from 'vitest';
import { UsageError } from '../tools/command-line.ts';
import { ROOT } from '../tools/project.ts';
import { parseBenchOptions } from './options.ts';

test('what is not given is left to the benchmark', () => {
  expect(parseBenchOptions(['relay'])).toEqual({
    bench: 'relay',
    sessions: undefined,
    talkers: undefined,
    seconds: 60,
    load: { connections: 50, messages: 100, users: 100, minutes: 1 },
    callers: { callers: 8, minutes: 1 },
    chaos: { minutes: 20, seed: 1 },
    noise: { clipsFolder: undefined, seed: 1 },
    echo: { minutes: 10, browser: 'chromium' },
    turns: 60,
    baseline: 'pipe',
    rounds: undefined,
    profileDir: undefined,
    only: undefined,
    isJson: false,
  });
});

test('what is given is taken', () => {
  expect(
    parseBenchOptions(
      'relay --sessions 500 --baseline STORAGE=off --rounds 3 --profile p --json'.split(' '),
    ),
  ).toEqual({
    bench: 'relay',
    sessions: 500,
    talkers: undefined,
    seconds: 60,
    load: { connections: 50, messages: 100, users: 100, minutes: 1 },
    callers: { callers: 8, minutes: 1 },
    chaos: { minutes: 20, seed: 1 },
    noise: { clipsFolder: undefined, seed: 1 },
    echo: { minutes: 10, browser: 'chromium' },
    turns: 60,
    baseline: { folder: ROOT, settings: { STORAGE: 'off' } },
    rounds: 3,
    profileDir: 'p',
    only: undefined,
    isJson: true,
  });
  expect(parseBenchOptions(['relay', '--baseline', `${ROOT}docs/..`])).toMatchObject({
    baseline: { folder: ROOT.slice(0, -1), settings: {} },
  });
  expect(parseBenchOptions(['--talkers=7', 'turn'])).toMatchObject({ bench: 'turn', talkers: 7 });
  expect(
    parseBenchOptions('load --connections 2 --messages 3 --users 4 --minutes 5'.split(' ')),
  ).toMatchObject({
    bench: 'load',
    load: { connections: 2, messages: 3, users: 4, minutes: 5 },
  });
  expect(parseBenchOptions('callers --users 6 --minutes 2'.split(' '))).toMatchObject({
    bench: 'callers',
    callers: { callers: 6, minutes: 2 },
  });
  expect(parseBenchOptions('outage --seconds 5 --sessions 2'.split(' '))).toMatchObject({
    bench: 'outage',
    seconds: 5,
    sessions: 2,
  });
  expect(parseBenchOptions('chaos --minutes 5 --seed 7'.split(' '))).toMatchObject({
    chaos: { minutes: 5, seed: 7 },
  });
  expect(parseBenchOptions('echo --minutes 2 --browser firefox'.split(' '))).toMatchObject({
    bench: 'echo',
    echo: { minutes: 2, browser: 'firefox' },
  });
  expect(parseBenchOptions(['dialogues', '--only', 'pause'])).toMatchObject({ only: 'pause' });
  expect(parseBenchOptions(['ear', '--turns', '20'])).toMatchObject({ bench: 'ear', turns: 20 });
  expect(parseBenchOptions(['soak'])).toMatchObject({ bench: 'soak', turns: 250 });
  expect(parseBenchOptions('noise --clips recordings --seed 3'.split(' '))).toMatchObject({
    bench: 'noise',
    noise: { clipsFolder: 'recordings', seed: 3 },
  });
  expect(parseBenchOptions(['start', '--rounds', '2'])).toMatchObject({
    bench: 'start',
    rounds: 2,
  });
  expect(parseBenchOptions(['web', '--json'])).toMatchObject({ bench: 'web', isJson: true });
  expect(parseBenchOptions(['relay', '--help'])).toBe('help');
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
  [['load', '--seed', '5'], '--seed belongs to bench chaos'],
  [['load', '--minutes', '61'], '--minutes: found "61"'],
  [['outage', '--sessions', '151'], '--sessions: found "151"'],
  [['load', '--seconds', '5'], '--seconds belongs to bench outage'],
  [['relay', '--only', 'pause'], '--only belongs to bench dialogues'],
  [['dialogues', '--only', 'songs'], '--only: found "songs", expected finished, pause,'],
  [['echo', '--browser', 'lynx'], '--browser: found "lynx", expected chromium or firefox.'],
  [['web', '--browser', 'firefox'], '--browser belongs to bench echo'],
  [['phrasings', '--clips', 'x'], '--clips belongs to bench noise'],
  [['relay', '--talkers', '5'], '--talkers belongs to bench turn'],
])('%j is refused in words', (commandLine, sentence) => {
  expect(() => parseBenchOptions(commandLine)).toThrow(UsageError);
  expect(() => parseBenchOptions(commandLine)).toThrow(sentence);
});
