import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FlightFileError, readFlight } from './flight-file.ts';

const HEADER = {
  format: 'parley.flight',
  version: 1,
  saved_at: '2026-11-23T12:00:00.000Z',
  client: 'page',
  clock_ms: 0,
  audio: true,
  truncated: false,
  session: null,
};
const AUDIO = {
  t: 5,
  kind: 'sent-audio',
  seq: 1,
  utterance: 1,
  at_ms: 1,
  last: false,
  samples: 2,
};

const fileOf = (...lines: unknown[]) => lines.map((line) => JSON.stringify(line)).join('\n');

test('empty lines and fields of later versions are passed over', () => {
  const text = `${fileOf({ ...HEADER, later: 1 }, { ...AUDIO, later: 1 })}\n\n`;
  expect(readFlight(text).entries).toEqual([AUDIO]);
});

test.each<[string, string, string]>([
  ['nothing', '', 'is not a flight recording'],
  ['another JSON', '{"turns":[]}', 'is not a flight recording'],
  ['null', 'null', 'is not a flight recording'],
  ['a later version', fileOf({ ...HEADER, version: 2 }), 'is of version 2, and only version 1'],
  ['a header with a fault', fileOf({ ...HEADER, client: 1 }), 'line 1, client'],
  ['a line that is cut off', `${fileOf(HEADER, AUDIO)}\n{"t":1`, 'line 3, entry'],
  ['an unknown kind', fileOf(HEADER, { ...AUDIO, kind: 'x' }), 'line 2, kind'],
  ['a time that is none', fileOf(HEADER, { ...AUDIO, t: -1 }), 'line 2, t'],
  [
    'audio of another length',
    fileOf(HEADER, { ...AUDIO, pcm: 'AAA=' }),
    'has audio of the wrong length in line 2',
  ],
  [
    'a packet of another length',
    fileOf(HEADER, { ...AUDIO, samples: 0, opus_ms: 40, opus: 'SAEC' }),
    'has audio of the wrong length in line 2',
  ],
])('%s is refused in words', (_, text, words) => {
  expect(() => readFlight(text)).toThrow(FlightFileError);
  expect(() => readFlight(text)).toThrow(words);
});

test('whatever is in a file, it is read or refused', () => {
  const line = fc.oneof(
    fc.json(),
    fc.string(),
    fc.record({ t: fc.anything(), kind: fc.constantFrom('sent', 'speech'), event: fc.anything() }),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const text = [HEADER, ...lines]
        .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
        .join('\n');
      expect(outcomeOf(text)).toMatch(/^(read|refused)$/);
    }),
  );
});

function outcomeOf(text: string): string {
  try {
    readFlight(text);
    return 'read';
  } catch (error) {
    return error instanceof FlightFileError ? 'refused' : String(error);
  }
}
