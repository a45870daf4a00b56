import { expect, test } from 'vitest';
import { FRAME_SAMPLES } from '@parley/shared/vad/speech-detector';
import type { CapturedBlock } from '../../messages/capture-messages.ts';
import { checkSound, type SoundCheckPorts } from './sound-check.ts';
import { SILENT_DBFS, type CheckEvent, type CheckFigures } from './sound-check-events.ts';
import { makeTestSound, SIGNAL_HZ } from './test-chirp.ts';

const DELAY_MS = 96;

interface Room {
  /** What the microphone hears of the speaker, without and with the browser's processing. */
  readonly rawGain?: number;
  readonly cleanedGain?: number;
  readonly noise?: number;
  /** Of the person, who talks after two seconds; 0: says nothing. */
  readonly voice?: number;
  /** Frames after which the microphone delivers no more. */
  readonly diesAfter?: number;
}

/** A room whose time passes as its microphone is read. */
function roomOf(room: Room): SoundCheckPorts & { readonly open: () => number } {
  const { rawGain = 0.2, cleanedGain = 0, noise = 0.001, voice = 0.1 } = room;
  const sound = makeTestSound();
  let position = 0;
  let playedAt = Number.POSITIVE_INFINITY;
  let open = 0;
  let frames = 0;
  const sampleAt = (at: number, gain: number): number => {
    const seconds = at / SIGNAL_HZ;
    const talking = voice > 0 && seconds > 2 && seconds < 5 && playedAt > at;
    const speech = talking ? voice * Math.sin(seconds * 1_500) : 0;
    const heard = sound[at - playedAt - (DELAY_MS * SIGNAL_HZ) / 1_000] ?? 0;
    const hiss = noise * (((at * 7_919) % 997) / 498.5 - 1);
    return speech + hiss + (gain * heard) / 32_767;
  };
  async function* blocks(gain: number): AsyncGenerator<CapturedBlock> {
    while ((room.diesAfter ?? Infinity) > frames) {
      const samples = Float32Array.from({ length: FRAME_SAMPLES }, (_, at) =>
        sampleAt(position + at, gain),
      );
      const contextTimeS = position / SIGNAL_HZ;
      position += FRAME_SAMPLES;
      frames += 1;
      yield { samples, index: position, contextTimeS, sentContextTimeS: contextTimeS };
    }
  }
  return {
    open: () => open,
    async openMicrophone(processed) {
      open += 1;
      const close = (): void => {
        open -= 1;
      };
      const figures = { kind: 'open', label: 'Mic', captureHz: 48_000, contextHz: 48_000 } as const;
      return { figures, blocks: blocks(processed ? cleanedGain : rawGain), close };
    },
    async playTestSound() {
      playedAt = position + 800;
      return playedAt / SIGNAL_HZ;
    },
    measureRelay: async () => ({ roundTripsMs: [10], failed: 0 }),
    checkDetector: async () => ({ kind: 'failed' }),
  };
}

async function check(ports: SoundCheckPorts, signal = new AbortController().signal) {
  const events: CheckEvent[] = [];
  for await (const event of checkSound(ports, signal)) events.push(event);
  const figures: CheckFigures = Object.assign(
    {},
    ...events.flatMap((event) => (event.type === 'measured' ? [event.figures] : [])),
  );
  return { events, figures, steps: events.flatMap((e) => (e.type === 'step' ? [e.step] : [])) };
}

test('a microphone that hears person and speaker', async () => {
  const room = roomOf({});
  const { events, figures, steps } = await check(room);
  expect(steps).toEqual(['microphone', 'quiet', 'speak', 'echo', 'speaker', 'relay']);
  expect(events.at(-1)).toEqual({ type: 'done' });
  expect(figures.noiseDbfs).toBeCloseTo(-64.8, 0);
  // A sine of 0.1.
  expect(figures.speechDbfs).toBeCloseTo(-23, 0);
  expect(figures.speaker).toMatchObject({ kind: 'heard' });
  const { delayMs, levelDbfs } = figures.speaker as { delayMs: number; levelDbfs: number };
  expect(Math.abs(delayMs - DELAY_MS)).toBeLessThan(0.5);
  // A sine of 0.25 at a fifth.
  expect(levelDbfs).toBeCloseTo(-29.1, 0);
  expect(figures.echo?.aboveNoiseDb).toBeLessThan(3);
  expect(room.open()).toBe(0);
});

test('echo that the browser leaves is measured', async () => {
  const { figures } = await check(roomOf({ cleanedGain: 0.1 }));
  expect(figures.echo?.levelDbfs).toBeCloseTo(-35.2, 0);
  expect(figures.echo?.aboveNoiseDb).toBeGreaterThan(25);
});

test('a microphone that hears neither', async () => {
  const quiet = await check(roomOf({ rawGain: 0, voice: 0 }));
  expect(quiet.figures).toMatchObject({ speechDbfs: null, speaker: { kind: 'not-heard' } });
  expect(quiet.figures.echo).toBeUndefined();
  const dead = await check(roomOf({ rawGain: 0, voice: 0, noise: 0 }));
  expect(dead.figures).toMatchObject({ noiseDbfs: SILENT_DBFS, speechDbfs: null });
});

test('a device that sends zeros while the person is silent still hears them', async () => {
  const { figures } = await check(roomOf({ noise: 0 }));
  expect(figures.noiseDbfs).toBe(SILENT_DBFS);
  expect(figures.speechDbfs).toBeCloseTo(-23, 0);
});

test.each([0, 20, 80, 140])('a microphone that dies after %d frames', async (diesAfter) => {
  const room = roomOf({ diesAfter });
  const { events, figures } = await check(room);
  expect(figures.speaker).toEqual({ kind: 'failed' });
  expect(events.at(-1)).toEqual({ type: 'done' });
  expect(room.open()).toBe(0);
});

test('a refused microphone still leaves relay and detector', async () => {
  const refused = { kind: 'refused', refusal: 'denied' } as const;
  const { figures } = await check({ ...roomOf({}), openMicrophone: async () => refused });
  expect(Object.keys(figures)).toEqual(['microphone', 'relay', 'detector']);
});

test('a check that is closed closes the microphone and tells nothing more', async () => {
  const room = roomOf({});
  const closing = new AbortController();
  const seen: string[] = [];
  for await (const event of checkSound(room, closing.signal)) {
    seen.push(event.type);
    if (event.type === 'step' && event.step === 'echo') closing.abort();
  }
  expect(room.open()).toBe(0);
  expect(seen.at(-1)).toBe('step');
});
