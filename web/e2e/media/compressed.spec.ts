import { OpusDecoder } from '@parley/relay/testing';
import { speechMs } from '@parley/shared/audio/opus-packet';
import { expect, type Page } from '@playwright/test';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import { readTap } from '../support/tap.ts';
import type { TestRelay } from '../support/test-relay.ts';
import { joined, MICROPHONE_HZ, spokenMs } from '../support/wav.ts';
import { startCall, test, untilNotice } from './engine-test.ts';
import type { EngineWindow } from './page/main.ts';

const SENTENCE = 'How many kilometers are there in twenty five miles, please?';
const HEADER_BYTES = 12;
const BYTES_A_MS = 32;
const LIKENESS_STEP = MICROPHONE_HZ / 50;

test('speech arrives compressed to a ninth, and is what was said', async ({ open }) => {
  const { page, relay } = await open({ takesOpus: true });
  await callCompressed(page);
  await sayAndEnd(page, relay);

  const frames = relay.frames(1);
  expect(frames.every(({ opus }) => opus !== undefined)).toBe(true);
  const durationMs = frames.reduce((sum, { opus }) => sum + speechMs(opus!), 0);
  const bytes = frames.reduce((sum, { opus }) => sum + opus!.packet.length + HEADER_BYTES, 0);
  expect(bytes).toBeLessThan((durationMs * BYTES_A_MS) / 9);

  const heard = await decoded(frames);
  const { microphone, rateHz } = await readTap(page);
  expect(Math.abs(spokenMs(heard) - spokenMs(microphone, rateHz))).toBeLessThan(40);
  const [spoken] = await speak([SENTENCE]);
  expect(likeness(heard, spoken!)).toBeGreaterThan(0.95);
  // The clock of its frames goes on by what they hold.
  const [first, ...others] = frames;
  for (const [index, { timestampMs }] of others.entries()) {
    const expectedMs = first!.timestampMs + 100 * (index + 1) - 6.5;
    expect(Math.abs(timestampMs - expectedMs)).toBeLessThan(20);
  }
});

test('a page without an encoder sends PCM16, whatever was chosen', async ({ open }) => {
  const beforeWorker = () => Reflect.deleteProperty(globalThis, 'AudioEncoder');
  const { page, relay } = await open({ takesOpus: true, beforeWorker });
  await callCompressed(page, false);
  await sayAndEnd(page, relay);
  expect(relay.frames(1).every(({ opus }) => opus === undefined)).toBe(true);
});

test('an encoder that breaks in the middle costs nothing that was said', async ({ open }) => {
  const { page, relay } = await open({ takesOpus: true, beforeWorker: breakEncoder });
  await callCompressed(page);
  await sayAndEnd(page, relay, 2);
  const [first, second] = [relay.frames(1), relay.frames(2)];
  expect(first.at(-1)).toMatchObject({ last: true, opus: { durationMs: 0 } });
  expect(second.every(({ opus }) => opus === undefined)).toBe(true);
  const heard = joined(await decoded(first.slice(0, -1)), ...second.map(({ samples }) => samples));
  const [spoken] = await speak([SENTENCE]);
  expect(likeness(heard, spoken!)).toBeGreaterThan(0.95);
});

test('what is said while a key is held and the line is away arrives whole', async ({ open }) => {
  const { page, relay } = await open({ takesOpus: true });
  await callCompressed(page);
  await hold(page, true);
  await relay.until('its beginning', () => relay.frames().length > 0);
  relay.cut();
  const [spoken] = await speak([SENTENCE]);
  await sayTo(page, spoken!);
  await hold(page, false);
  await relay.until('its end', () => relay.frames().some(({ last }) => last));
  expect(relay.connections).toBe(2);
  expect(likeness(await decoded(relay.frames(1)), spoken!)).toBeGreaterThan(0.95);
});

async function callCompressed(page: Page, encodes = true): Promise<void> {
  expect(await startCall(page)).toMatchObject({ ok: true });
  await untilNotice(page, { type: 'session' });
  await page.evaluate(() => (window as unknown as EngineWindow).engine.choose({ line: 'opus' }));
  if (encodes) {
    // The encoder's code is loaded meanwhile.
    await page.waitForFunction(() =>
      (window as unknown as EngineWindow).notices.some(
        (notice) => notice.type === 'stats' && notice.stats.line.codec === 'opus',
      ),
    );
  }
}

async function sayAndEnd(page: Page, relay: TestRelay, utterances = 1): Promise<void> {
  const [spoken] = await speak([SENTENCE]);
  await sayTo(page, spoken!);
  const ends = () => relay.events('input_audio_buffer.speech_stopped').length;
  await relay.until('the end', () => ends() === utterances);
}

function hold(page: Page, held: boolean): Promise<void> {
  return page.evaluate((isHeld) => {
    (window as unknown as EngineWindow).engine.holdToTalk(isHeld);
  }, held);
}

async function decoded(frames: ReturnType<TestRelay['frames']>): Promise<Int16Array> {
  const decoder = await OpusDecoder.create(MICROPHONE_HZ);
  const packets = frames.map(({ opus }) => opus!.packet).filter(({ length }) => length > 0);
  const samples = decoder.decode(packets);
  decoder.free();
  return samples;
}

/** How alike the loudness of two recordings goes up and down, −1 to 1, wherever one begins. */
function likeness(heard: Int16Array, spoken: Int16Array): number {
  const [long, short] = [loudness(heard), loudness(spoken)];
  const places = Math.max(1, long.length - short.length + 1);
  return Math.max(
    ...Array.from({ length: places }, (_, at) =>
      correlation(short, long.slice(at, at + short.length)),
    ),
  );
}

function loudness(samples: Int16Array): number[] {
  return Array.from({ length: Math.floor(samples.length / LIKENESS_STEP) }, (_, step) => {
    const piece = samples.subarray(step * LIKENESS_STEP, (step + 1) * LIKENESS_STEP);
    return Math.sqrt(piece.reduce((sum, sample) => sum + sample ** 2, 0) / piece.length);
  });
}

function correlation(ones: readonly number[], others: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [one, other] = [mean(ones), mean(others)];
  let [both, squares, otherSquares] = [0, 0, 0];
  for (const [at, value] of others.entries()) {
    const [a, b] = [ones[at]! - one, value - other];
    both += a * b;
    squares += a ** 2;
    otherSquares += b ** 2;
  }
  return both / Math.sqrt(squares * otherSquares);
}

/** Runs in the media worker. */
function breakEncoder(): void {
  const worker = globalThis as unknown as { AudioEncoder: typeof AudioEncoder };
  let encoded = 0;
  worker.AudioEncoder = class extends worker.AudioEncoder {
    override encode(data: AudioData): void {
      encoded += 1;
      if (encoded > 12) throw new DOMException('The encoder was taken away.', 'QuotaExceededError');
      super.encode(data);
    }
  };
}
