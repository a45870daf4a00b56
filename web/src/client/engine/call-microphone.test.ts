import * as fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import type { MicrophoneResult } from '../messages/media-messages.ts';
import { pause, Room } from './call-microphone.rig.ts';

let room: Room;
beforeEach(() => {
  room = new Room();
});

test('a change of devices while the microphone is granted does not make the grant stale', async () => {
  const opened = room.microphone.open(undefined);
  void room.microphone.devicesChanged();
  room.waiting.shift()?.();
  await pause();
  void room.microphone.devicesChanged();
  await room.settle();
  expect(await opened).toEqual({ ok: true });
  expect(room.requests).toHaveLength(1);
  expect(room.live).toHaveLength(1);
});

test('the newest choice wins, and both requests are told what became of it', async () => {
  const first = room.microphone.open('desk');
  const second = room.microphone.open('headset');
  await room.settle();
  expect(await Promise.all([first, second])).toEqual([{ ok: true }, { ok: true }]);
  expect(room.live.map(({ deviceId }) => deviceId)).toEqual(['headset']);
});

test('a microphone that is unplugged is lost, and used again once it is back', async () => {
  void room.microphone.open('desk');
  await room.settle();
  room.refusal = 'not-found';
  room.tracks[0]?.unplug();
  await room.settle();
  expect(room.results).toEqual([{ ok: false, refusal: 'lost' }]);
  room.refusal = null;
  void room.microphone.devicesChanged();
  await room.settle();
  expect(room.results.at(-1)).toEqual({ ok: true });
  expect(room.live.map(({ deviceId }) => deviceId)).toEqual(['desk']);
});

test('one that gives way to another leaves the turn open, with a notice, and comes back', async () => {
  void room.microphone.open('headset');
  await room.settle();
  room.inputs = ['desk'];
  room.tracks[0]?.unplug();
  await room.settle();
  expect(room.posted).toEqual(['attach-capture', 'attach-capture']);
  expect(room.switches).toBe(1);
  room.inputs = ['desk', 'headset'];
  void room.microphone.devicesChanged();
  await room.settle();
  expect(room.live.map(({ deviceId }) => deviceId)).toEqual(['headset']);
  expect(room.switches).toBe(2);
  void room.microphone.devicesChanged();
  await room.settle();
  expect(room.requests).toHaveLength(3);
});

test('each microphone begins with a breath, and the end of an earlier one is not its end', async () => {
  void room.microphone.open('desk');
  await room.settle();
  void room.microphone.open('headset');
  await room.settle();
  expect(room.breaths).toHaveLength(2);
  room.breaths[0]!();
  await pause();
  expect(room.posted).toEqual(['attach-capture', 'attach-capture']);
  room.breaths[1]!();
  await pause();
  expect(room.posted.at(-1)).toBe('capture-primed');
});

test('a breath that is never over bars interruptions for five seconds at most', async () => {
  vi.useFakeTimers();
  try {
    void room.microphone.open('desk');
    await room.settle();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(room.posted).not.toContain('capture-primed');
    await vi.advanceTimersByTimeAsync(1);
    expect(room.posted.at(-1)).toBe('capture-primed');
  } finally {
    vi.useRealTimers();
  }
});

test('a microphone whose echo is not cancelled begins without one', async () => {
  room.isCancelled = false;
  void room.microphone.open('desk');
  await room.settle();
  expect(room.breaths).toEqual([]);
});

test('a turn does not wait for ever for a browser that does not answer', async () => {
  vi.useFakeTimers();
  try {
    void room.microphone.open(undefined);
    await room.settle();
    room.tracks[0]?.unplug();
    await vi.advanceTimersByTimeAsync(1_999);
    expect(room.posted).toEqual(['attach-capture']);
    await vi.advanceTimersByTimeAsync(1);
    expect(room.posted).toEqual(['attach-capture', 'detach-capture']);
  } finally {
    vi.useRealTimers();
  }
});

test('the system’s choice is followed, unless the person made one', async () => {
  void room.microphone.open(undefined);
  await room.settle();
  void room.microphone.devicesChanged();
  await room.settle();
  expect(room.requests).toHaveLength(1);
  room.system = 'headset';
  void room.microphone.devicesChanged();
  await room.settle();
  expect(room.requests).toHaveLength(2);
  expect(room.switches).toBe(1);
  void room.microphone.open('desk');
  await room.settle();
  room.system = 'desk';
  void room.microphone.devicesChanged();
  await room.settle();
  expect(room.requests).toHaveLength(3);
});

test('a microphone that the system silences is told', async () => {
  void room.microphone.open(undefined);
  await room.settle();
  const track = room.tracks[0]!;
  track.muted = true;
  track.dispatchEvent(new Event('mute'));
  expect(room.isSilenced).toBe(true);
});

test('who said no is not asked again because something is plugged in', async () => {
  room.refusal = 'denied';
  void room.microphone.open(undefined);
  await room.settle();
  void room.microphone.devicesChanged();
  await room.settle();
  expect(room.requests).toHaveLength(1);
});

test('however requests, devices and the end of the call cross, one opens at a time and nothing leaks', async () => {
  const step = fc.constantFrom('desk', 'headset', 'devices', 'unplug', 'lend', 'take', 'answer');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 24 }), fc.boolean(), async (steps, closes) => {
      room = new Room();
      const asked: Promise<MicrophoneResult>[] = [];
      let chosen: string | null = null;
      let isLent = false;
      for (const next of steps) {
        if (next === 'devices') void room.microphone.devicesChanged();
        else if (next === 'unplug') room.live.at(-1)?.unplug();
        else if (next === 'lend' || next === 'take') room.microphone.lend(next === 'lend');
        else if (next === 'answer') room.waiting.shift()?.();
        else {
          asked.push(room.microphone.open(next));
          chosen = next;
        }
        isLent = room.microphone.isLent;
        await pause();
      }
      if (closes) room.microphone.close();
      await room.settle();
      // Every request was answered, and a missing microphone was reported.
      const told = [...(await Promise.all(asked)), ...room.results];
      expect(room.mostOpenings).toBeLessThanOrEqual(1);
      expect(room.live.length).toBeLessThanOrEqual(closes || isLent || chosen === null ? 0 : 1);
      const isWanted = !closes && !isLent && chosen !== null;
      const isExplained = room.live.length === 1 || told.some(({ ok }) => !ok);
      expect(!isWanted || isExplained).toBe(true);
      expect(room.microphone.track).toBe(room.live[0]);
      expect(room.connected === null).toBe(room.live.length === 0);
      const attached = room.posted.findLast((type) => type.endsWith('-capture'));
      const isAttached = attached === 'attach-capture';
      expect(closes || isAttached === (room.live.length === 1)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
