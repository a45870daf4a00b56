import { expect, test } from 'vitest';
import { LeakMeter } from './leak-meter.ts';

const FRAME_MS = 32;
const REPORT_MS = 1_000 / 30;
/** Any instant that is not 0. */
const BEGIN_MS = 7_654_321;

interface Room {
  readonly seed: number;
  readonly leakDb: number;
  readonly delayMs: number;
  readonly noiseDbfs?: number;
  /** When the person talks, at −24 dBFS. */
  readonly talks?: { readonly fromMs: number; readonly toMs: number };
  readonly lengthMs?: number;
}

/** Playback in a room with an echo, and what the meter makes of it. */
function listen({ seed, leakDb, delayMs, noiseDbfs = -75, talks, lengthMs = 6_000 }: Room) {
  const random = randomFrom(seed);
  const played = speechLike(lengthMs, random, -16);
  const talk = speechLike(lengthMs, random, -24);
  const noisePower = 10 ** (noiseDbfs / 10);
  const heard = new Float64Array(lengthMs);
  let tail = 0;
  for (let ms = 0; ms < lengthMs; ms += 1) {
    // The room's reverberation falls by 60 dB in 0.3 s.
    tail = Math.max((played[ms - delayMs] ?? 0) * 10 ** (leakDb / 20), tail * 0.977);
    const isTalk = talks !== undefined && ms >= talks.fromMs && ms < talks.toMs;
    const noise = noisePower * (0.6 + 0.8 * random());
    heard[ms] = Math.hypot(tail * (0.7 + 0.6 * random()), isTalk ? talk[ms]! : 0, Math.sqrt(noise));
  }
  const meter = new LeakMeter();
  let reportedMs = 0;
  let wasHopeless = false;
  for (let atMs = 0; atMs + FRAME_MS <= lengthMs; atMs += FRAME_MS) {
    for (; reportedMs + REPORT_MS <= atMs + FRAME_MS; reportedMs += REPORT_MS) {
      const [fromMs, toMs] = [BEGIN_MS + reportedMs, BEGIN_MS + reportedMs + REPORT_MS];
      meter.rendered(fromMs, toMs, rmsOf(played, reportedMs, REPORT_MS));
    }
    const rms = rmsOf(heard, atMs, FRAME_MS);
    meter.captured(BEGIN_MS + atMs, BEGIN_MS + atMs + FRAME_MS, rms);
    wasHopeless ||= meter.isHopeless;
  }
  return { leak: meter.leak!, wasHopeless };
}

const LEAKS_DB = [-5, -12, -20, -30, -40];
const SEEDS = Array.from({ length: 30 }, (_, n) => 7_000 + 13 * n);

test.each(LEAKS_DB)(
  'an echo of %i dB is measured to 2 dB and 24 ms, whatever its delay',
  (leakDb) => {
    for (const seed of SEEDS) {
      const delayMs = 20 + Math.round(180 * randomFrom(seed)());
      const { leak } = listen({ seed, leakDb, delayMs });
      expect(Math.abs(leak.levelDb - leakDb), `seed ${seed}`).toBeLessThan(2);
      expect(Math.abs(leak.delayMs - delayMs), `seed ${seed}`).toBeLessThan(24);
      expect(leak.likeness, `seed ${seed}`).toBeGreaterThan(0.7);
    }
  },
);

test('noise in which an echo cannot be heard bounds it', () => {
  for (const seed of SEEDS) {
    const { leak } = listen({ seed, leakDb: -70, delayMs: 90, noiseDbfs: -55 });
    expect(leak.levelDb).toBeLessThan(-38);
    expect(leak.likeness).toBeLessThan(0.6);
  }
});

test('a person who talks over the voice is not taken for its echo', () => {
  let mistaken = 0;
  for (const seed of SEEDS) {
    const talks = { fromMs: 3_000, toMs: 4_500 };
    const { leak } = listen({ seed, leakDb: -30, delayMs: 120, talks });
    if (Math.abs(leak.levelDb + 30) > 6) mistaken += 1;
  }
  // Two voices may keep time by chance.
  expect(mistaken).toBeLessThan(SEEDS.length / 10);
});

test('a person who talks over the voice for long does not make its echo hopeless', () => {
  const hopeless = SEEDS.filter((seed) => {
    const talks = { fromMs: 400, toMs: 20_000 };
    return listen({ seed, leakDb: -80, delayMs: 120, talks, lengthMs: 20_000 }).wasHopeless;
  });
  expect(hopeless).toEqual([]);
});

test('noise that does not change is like nothing that is played', () => {
  const meter = new LeakMeter();
  const played = speechLike(6_000, randomFrom(3), -16);
  for (let atMs = 0; atMs < 6_000; atMs += FRAME_MS) {
    meter.rendered(atMs, atMs + FRAME_MS, rmsOf(played, atMs, FRAME_MS));
    meter.captured(atMs, atMs + FRAME_MS, 0.01);
  }
  expect(meter.leak!.likeness).toBeLessThan(0.01);
});

test('an echo that the canceller learns to cancel is forgotten', () => {
  const meter = new LeakMeter();
  const random = randomFrom(9);
  const played = speechLike(12_000, random, -16);
  let leakingDb = Number.NaN;
  for (let atMs = 0; atMs < 12_000; atMs += FRAME_MS) {
    const rms = rmsOf(played, atMs, FRAME_MS);
    meter.rendered(atMs, atMs + FRAME_MS, rms);
    const echo = rmsOf(played, atMs - 96, FRAME_MS) * (atMs < 4_000 ? 0.2 : 0.0001);
    meter.captured(atMs, atMs + FRAME_MS, echo + 0.0001);
    if (atMs < 4_000) leakingDb = meter.leak?.levelDb ?? leakingDb;
  }
  expect(leakingDb).toBeGreaterThan(-16);
  expect(meter.leak!.levelDb).toBeLessThan(-50);
});

test('nothing is known before a second of playback, nor without any', () => {
  const meter = new LeakMeter();
  for (let atMs = 0; atMs < 10_000; atMs += FRAME_MS) {
    if (atMs < 500) meter.rendered(atMs, atMs + FRAME_MS, 0.1);
    meter.captured(atMs, atMs + FRAME_MS, 0.1);
    expect(meter.leak).toBeUndefined();
  }
});

/** Syllables and pauses: the amplitude of each millisecond. */
function speechLike(lengthMs: number, random: () => number, peakDbfs: number): Float64Array {
  const amplitudes = new Float64Array(lengthMs);
  let atMs = 0;
  while (atMs < lengthMs) {
    const syllableMs = 60 + Math.round(200 * random());
    const peak = 10 ** ((peakDbfs - 14 * random()) / 20);
    for (let n = 0; n < syllableMs && atMs + n < lengthMs; n += 1) {
      amplitudes[atMs + n] = peak * Math.sin((Math.PI * n) / syllableMs) ** 0.7;
    }
    const isPause = random() < 0.25;
    atMs += syllableMs + Math.round(isPause ? 100 + 400 * random() : 40 * random());
  }
  return amplitudes;
}

function rmsOf(amplitudes: Float64Array, fromMs: number, lengthMs: number): number {
  const part = amplitudes.subarray(Math.max(0, Math.round(fromMs)), Math.round(fromMs + lengthMs));
  if (part.length === 0) return 0;
  return Math.sqrt(part.reduce((sum, each) => sum + each * each, 0) / part.length);
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
