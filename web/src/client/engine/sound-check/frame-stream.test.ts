import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameStream } from './browser-sound-check.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const block = (index: number) => ({
  samples: new Float32Array(1),
  index,
  contextTimeS: 0,
  sentContextTimeS: 0,
});

test('frames come in order, whether they or their reader were first', async () => {
  const frames = new FrameStream();
  frames.push(block(0));
  frames.push(block(1));
  expect((await frames.next()).value).toEqual(block(0));
  expect((await frames.next()).value).toEqual(block(1));
  const next = frames.next();
  frames.push(block(2));
  expect((await next).value).toEqual(block(2));
});

test('a microphone that falls silent ends the stream, as closing does', async () => {
  const dead = new FrameStream();
  const next = dead.next();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await next).toEqual({ done: true, value: undefined });
  const closed = new FrameStream();
  closed.push(block(0));
  const read = [closed.next(), closed.next()];
  closed.close();
  expect((await read[0]!).done).toBe(false);
  expect((await read[1]!).done).toBe(true);
  closed.push(block(1));
  expect((await closed.next()).done).toBe(true);
});

test('what nothing reads does not grow without bound', async () => {
  const frames = new FrameStream();
  for (let index = 0; index < 1_000; index += 1) frames.push(block(index));
  expect((await frames.next()).value).toMatchObject({ index: 360 });
});
