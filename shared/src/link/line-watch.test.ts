import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LineChoice } from './line-state.ts';
import { LineWatch, type LineHints, type LineLoad } from './line-watch.ts';

const IDLE: LineLoad = { awaitedMs: 0, waitingBytes: 0 };
const MINUTE_MS = 60_000;

let choice: LineChoice;
let hints: LineHints;
let hasEncoder: boolean;
let watch: LineWatch;
let nowMs: number;

beforeEach(() => {
  choice = 'auto';
  hints = {};
  hasEncoder = true;
  nowMs = 0;
  watch = begin();
});

function begin(): LineWatch {
  const made = new LineWatch({
    choice: () => choice,
    hints: () => hints,
    hasEncoder: () => hasEncoder,
  });
  made.takesOpus = true;
  return made;
}

/** Pings a second apart. */
function pings(...rtts: number[]): void {
  for (const rttMs of rtts) {
    nowMs += 1_000;
    watch.answered({ rttMs, behind: 'nothing' }, nowMs);
    watch.judge(nowMs, IDLE);
  }
}
const judge = (load: Partial<LineLoad> = {}) => watch.judge(nowMs, { ...IDLE, ...load });
const goodMinute = () => pings(...Array<number>(61).fill(50));

describe('LineWatch', () => {
  test('nothing is known before the first answer, and PCM16 is good enough', () => {
    expect(judge()).toEqual({
      codec: 'pcm16',
      reason: 'good',
      sockets: 1,
      rttMs: undefined,
      loss: 0,
    });
  });

  test.each([
    { name: 'jitter of Wi-Fi that saves power', rtts: [5, 60, 8, 124, 5], reason: 'good' },
    { name: 'a far relay with jitter', rtts: [300, 420, 350, 479], reason: 'good' },
    { name: 'one lost packet', rtts: [50, 52, 350, 50], reason: 'late' },
    { name: 'a lost packet of the very first ping', rtts: [400, 50, 52], reason: 'late' },
    { name: 'a far relay and a lost packet', rtts: [300, 300, 620], reason: 'late' },
  ])('judges $name', ({ rtts, reason }) => {
    pings(...rtts);
    expect(judge()).toMatchObject({ reason, codec: reason === 'late' ? 'opus' : 'pcm16' });
    expect(judge()).toMatchObject({ sockets: 1, rttMs: Math.min(...rtts) });
  });

  test('a ping that is overdue counts before it is answered', () => {
    pings(50, 50);
    expect(judge({ awaitedMs: 170 }).codec).toBe('pcm16');
    expect(judge({ awaitedMs: 171 })).toMatchObject({ codec: 'opus', reason: 'late' });
  });

  test('without a round trip to compare with, an answer may take a second', () => {
    expect(judge({ awaitedMs: 1_000 }).codec).toBe('pcm16');
    expect(judge({ awaitedMs: 1_001 }).codec).toBe('opus');
  });

  test('a socket that does not drain is late', () => {
    expect(judge({ waitingBytes: 16 * 1_024 }).codec).toBe('pcm16');
    expect(judge({ waitingBytes: 16 * 1_024 + 1 }).codec).toBe('opus');
  });

  test('packets that are lost again and again are worth a second socket', () => {
    pings(50, 350, 50, 350, 50);
    expect(judge()).toMatchObject({ sockets: 2, codec: 'opus' });
  });

  test('pings that wait in one queue are one loss', () => {
    pings(50, 400, 900, 1_400, 900, 400);
    expect(judge()).toMatchObject({ sockets: 1, codec: 'opus' });
  });

  test('pings behind PCM16 make it Opus, and say nothing of lost packets', () => {
    for (const rttMs of [50, 900, 50, 900, 50, 900]) {
      watch.answered({ rttMs, behind: 'pcm16' }, nowMs);
    }
    expect(judge()).toMatchObject({ sockets: 1, codec: 'opus', loss: 0 });
  });

  test('pings follow quickly until it is known why the line is late', () => {
    pings(50, 50);
    expect(watch.isInDoubt).toBe(false);
    pings(350, ...Array<number>(38).fill(50));
    expect(watch.isInDoubt).toBe(true);
    pings(50);
    expect(watch.isInDoubt).toBe(false);
    watch = begin();
    pings(50, 350, 50, 350);
    expect(watch.isInDoubt).toBe(false);
  });

  test('a line is good again after a minute and twenty pings without one that was late', () => {
    pings(50, 350, 50, 350);
    pings(...Array<number>(59).fill(50));
    expect(judge()).toMatchObject({ codec: 'opus', sockets: 2 });
    pings(50);
    expect(judge()).toMatchObject({ codec: 'pcm16', reason: 'good', sockets: 1, loss: 0 });
  });

  test('a minute with few pings is not enough', () => {
    pings(50, 350);
    for (let ping = 0; ping < 19; ping += 1) {
      nowMs += 15_000;
      pings(50);
    }
    expect(judge().codec).toBe('opus');
    pings(50);
    expect(judge().codec).toBe('pcm16');
  });

  test('a line that PCM16 spoils again and again is tried with it less and less often', () => {
    const minutes: number[] = [];
    pings(50);
    for (let relapse = 0; relapse < 4; relapse += 1) {
      pings(350);
      const sinceMs = nowMs;
      while (judge().codec === 'opus') pings(50);
      minutes.push(Math.floor((nowMs - sinceMs) / MINUTE_MS));
    }
    expect(minutes).toEqual([1, 2, 4, 8]);
    nowMs += 5 * MINUTE_MS;
    pings(350);
    goodMinute();
    expect(judge().codec).toBe('pcm16');
  });

  test('what was late stays so on another socket, whose round trips are its own', () => {
    pings(5, 5, 350);
    watch.restart();
    pings(200, 200);
    expect(judge()).toMatchObject({ codec: 'opus', rttMs: 200 });
    goodMinute();
    expect(judge().codec).toBe('pcm16');
  });

  test.each([
    { wish: 'opus', late: false, codec: 'opus', sockets: 1 },
    { wish: 'opus', late: true, codec: 'opus', sockets: 2 },
    { wish: 'pcm16', late: true, codec: 'pcm16', sockets: 1 },
  ] as const)('does as the person chose: $wish, late $late', ({ wish, late, codec, sockets }) => {
    choice = wish;
    if (late) pings(50, 350, 50, 350);
    expect(judge()).toMatchObject({ codec, sockets, reason: 'chosen' });
  });

  test.each([{ saveData: true }, { effectiveType: '2g' }, { effectiveType: 'slow-2g' }])(
    'saves data on %o, also by not sending it twice',
    (given) => {
      hints = given;
      expect(judge()).toMatchObject({ codec: 'opus', reason: 'saves-data', sockets: 1 });
      pings(50, 350, 50, 350);
      expect(judge()).toMatchObject({ codec: 'opus', reason: 'late', sockets: 1 });
    },
  );

  test('without an encoder, or with a relay that takes none, it is PCM16', () => {
    choice = 'opus';
    pings(50, 350, 50, 350);
    hasEncoder = false;
    expect(judge()).toMatchObject({ codec: 'pcm16', reason: 'unsupported', sockets: 1 });
    hasEncoder = true;
    watch.takesOpus = false;
    expect(judge()).toMatchObject({ codec: 'pcm16', reason: 'unsupported', sockets: 1 });
  });

  test('estimates the loss of a way from pings that were lost on either', () => {
    // A fifth is late: 1 − √0.8.
    pings(...Array.from({ length: 20 }, (_, index) => (index % 5 === 2 ? 350 : 50)));
    expect(judge().loss).toBeCloseTo(0.106, 3);
  });

  test('whatever the pings, the state is one that can be', () => {
    const ping = fc.record({
      rttMs: fc.integer({ min: 0, max: 5_000 }),
      behind: fc.constantFrom('pcm16', 'opus', 'nothing'),
      afterMs: fc.integer({ min: 0, max: 20_000 }),
      awaitedMs: fc.integer({ min: 0, max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.array(ping, { maxLength: 80 }), (all) => {
        watch = begin();
        nowMs = 0;
        let lateAtMs = Number.NEGATIVE_INFINITY;
        for (const { rttMs, behind, afterMs, awaitedMs } of all) {
          nowMs += afterMs;
          watch.answered({ rttMs, behind }, nowMs);
          const state = judge({ awaitedMs });
          if (awaitedMs > state.rttMs! * 1.6 && awaitedMs > state.rttMs! + 120) lateAtMs = nowMs;
          expect(state.loss).toBeGreaterThanOrEqual(0);
          expect(state.loss).toBeLessThanOrEqual(0.5);
          expect(state.codec === 'opus').toBe(state.reason === 'late');
          expect(state.sockets === 1 || state.codec === 'opus').toBe(true);
          // Never back before a good minute.
          expect(nowMs - lateAtMs >= MINUTE_MS || state.codec === 'opus').toBe(true);
        }
      }),
    );
  });
});
