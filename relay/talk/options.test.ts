import { expect, test } from 'vitest';
import { UsageError } from '../tools/command-line.ts';
import { parseTalkOptions, type TalkOptions } from './options.ts';

test('files and texts are turns in the order given', () => {
  const options = parseTalkOptions(['a.wav', '--text', 'hello ', 'b.wav', '--json', '--text=bye']);
  expect(options).toEqual({
    turns: [
      { kind: 'file', path: 'a.wav' },
      { kind: 'text', text: 'hello' },
      { kind: 'file', path: 'b.wav' },
      { kind: 'text', text: 'bye' },
    ],
    url: 'http://localhost:8787',
    token: undefined,
    voice: undefined,
    language: undefined,
    line: 'auto',
    outPath: undefined,
    recordPath: undefined,
    replayPath: undefined,
    toleranceMs: 500,
    waitMs: 0,
    isJson: true,
  });
});

test('everything else can be set', () => {
  const options = parseTalkOptions(
    '--url https://voice.example/ --token t --voice rms --language de --codec opus --out o.wav --record o.flight --wait 2.5'.split(
      ' ',
    ),
  );
  expect(options).toEqual({
    turns: [],
    url: 'https://voice.example',
    token: 't',
    voice: 'rms',
    language: 'de',
    line: 'opus',
    outPath: 'o.wav',
    recordPath: 'o.flight',
    replayPath: undefined,
    toleranceMs: 500,
    waitMs: 2_500,
    isJson: false,
  });
});

test('a server may stand below a path', () => {
  const { url } = parseTalkOptions([
    'a.wav',
    '--url',
    'https://host.example/our/voice/',
  ]) as TalkOptions;
  expect(url).toBe('https://host.example/our/voice');
});

test.each([['--help'], ['-h'], ['a.wav', '--help']])('help is help: %s', (...commandLine) => {
  expect(parseTalkOptions(commandLine)).toBe('help');
});

test.each<[readonly string[], string]>([
  [[], 'There is nothing to say'],
  [['--wait', '0'], 'There is nothing to say'],
  [['--loud'], "Unknown option '--loud'."],
  [['a.wav', '--url'], "Option '--url <value>' argument missing."],
  [['a.wav', '--json=yes'], "Option '--json' does not take an argument."],
  [['a.wav', '--url', 'localhost:8787'], '--url: found "localhost:8787"'],
  [['a.wav', '--url', 'nowhere'], '--url: found "nowhere"'],
  [['a.wav', '--url', 'ftp://localhost'], '--url: found "ftp://localhost"'],
  [['a.wav', '--wait', 'long'], '--wait: found "long", expected seconds'],
  [['a.wav', '--wait', ''], '--wait: found ""'],
  [['a.wav', '--wait=-1'], '--wait: found "-1"'],
  [['--replay', 'o.flight', '--text', 'x'], '--replay: takes no turns'],
  [['--replay', 'o.flight', '--out', 'x'], '--replay: takes neither --out nor --record'],
  [['--replay', 'o.flight', '--tolerance', 'x'], '--tolerance: found "x", expected milliseconds'],
  [['a.wav', '--codec', 'mp3'], '--codec: found "mp3", expected one of auto, opus, pcm16'],
  [['--text', '   '], '--text: there is nothing in it to say.'],
  [['--text', 'x'.repeat(2_001)], '--text: longer than 2000 characters.'],
])('%j is refused in words', (commandLine, words) => {
  expect(() => parseTalkOptions(commandLine)).toThrow(UsageError);
  expect(() => parseTalkOptions(commandLine)).toThrow(words);
});
