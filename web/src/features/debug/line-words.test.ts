import { expect, test } from 'vitest';
import type { MediaStats } from '../../client/index.ts';
import { bytesAMinute, lineFigures } from './line-words.ts';

const at = (atMs: number, bytesSent: number): MediaStats => ({
  atMs,
  bytesSent,
  line: { codec: 'opus', reason: 'late', sockets: 2, rttMs: 104, loss: 0.084 },
  ...{ rttMs: null, unackedMs: 0, jitterBufferMs: 0, jitterTargetMs: 0, underruns: 0 },
  ...{ chunksSent: 0, reconnects: 0, echoDb: null, echoDelayMs: null },
});

test('what was sent in the last minute is counted, and less at its own pace', () => {
  expect(bytesAMinute([])).toBe(0);
  expect(bytesAMinute([at(0, 500)])).toBe(0);
  expect(bytesAMinute([at(0, 0), at(30_000, 90_000)])).toBe(180_000);
  expect(bytesAMinute([at(0, 0), at(60_000, 1e6), at(120_000, 1.18e6)])).toBe(180_000);
});

test('the line is described in plain words', () => {
  expect(lineFigures([at(0, 0), at(60_000, 183_400)])).toEqual([
    ['Speech', 'Opus: the line is late'],
    ['Sent', '183 kB/min'],
    ['Sockets', '2'],
    ['Loss, about', '8 %'],
  ]);
});
