import type { Page } from '@playwright/test';

/** What was played and what was captured, side by side on one clock. */
export interface TapRecording {
  readonly rateHz: number;
  readonly voice: Float32Array;
  readonly microphone: Float32Array;
  /** When each block of `TAP_BLOCK` samples was rendered, by the system's clock. */
  readonly renderedMs: readonly number[];
}

/** What the audio thread renders at a time, samples. */
const TAP_BLOCK = 128;

interface TapWindow {
  recorded(): Promise<{
    rateHz: number;
    voice: string;
    microphone: string;
    renderedMs: readonly number[];
  }>;
}

/**
 * Records the voice exactly as it is played, with the breath before it if that is wanted, and the
 * microphone as it is captured, for at most two
 * minutes. To be called before the page is opened with `?tap`, on a page that `servePage` serves.
 */
export async function installTap(page: Page, { hearsBreath = false } = {}): Promise<void> {
  await page.addInitScript((isBreathHeard) => {
    let tap: Promise<AudioWorkletNode> | undefined;
    let tapped: BaseAudioContext | undefined;
    const makeTap = async (context: BaseAudioContext) => {
      await context.audioWorklet.addModule('/tap.worklet.js');
      const node = new AudioWorkletNode(context, 'tap', { numberOfInputs: 2 });
      node.port.start();
      node.connect(context.destination);
      return node;
    };
    window.addEventListener('parley:audio-node', (event) => {
      const { role, node } = (event as CustomEvent<{ role: string; node: AudioNode }>).detail;
      if (role === 'breath' && !isBreathHeard) return;
      // Each call has a context of its own; the last one is recorded.
      if (tapped !== node.context) tap = makeTap(node.context);
      tapped = node.context;
      void tap?.then((recorder) => node.connect(recorder, 0, role === 'microphone' ? 1 : 0));
    });
    const encode = (samples: Float32Array) => {
      const bytes = new Uint8Array(samples.buffer);
      let text = '';
      for (let at = 0; at < bytes.length; at += 32_768) {
        text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
      }
      return btoa(text);
    };
    const recorded = async () => {
      const recorder = await tap;
      if (recorder === undefined) throw new Error('The page has no audio to listen to yet.');
      const answer = new Promise<TapRecording>((resolve) => {
        recorder.port.addEventListener('message', ({ data }) => resolve(data), { once: true });
      });
      recorder.port.postMessage('read', []);
      const { rateHz, voice, microphone, renderedMs } = await answer;
      return { rateHz, voice: encode(voice), microphone: encode(microphone), renderedMs };
    };
    Object.assign(window, { recorded });
  }, hearsBreath);
}

/** Everything that was recorded since the audio context began. */
export async function readTap(page: Pick<Page, 'evaluate'>): Promise<TapRecording> {
  const read = await page.evaluate(() => (window as unknown as TapWindow).recorded());
  return {
    rateHz: read.rateHz,
    voice: decode(read.voice),
    microphone: decode(read.microphone),
    renderedMs: read.renderedMs,
  };
}

function decode(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** Runs of silence within a signal, between its first and its last sounding sample. */
export function gapsIn(signal: Float32Array, rateHz: number, minimumMs: number): readonly number[] {
  const first = signal.findIndex((sample) => sample !== 0);
  const last = signal.findLastIndex((sample) => sample !== 0);
  const gaps: number[] = [];
  let run = 0;
  for (let n = first; n <= last; n += 1) {
    if (Math.abs(signal[n]!) < 1e-4) run += 1;
    else {
      const ms = (run * 1_000) / rateHz;
      if (ms >= minimumMs) gaps.push(ms);
      run = 0;
    }
  }
  return gaps;
}

/** Above the rounding of a voice that is held still, below any speech. */
const AUDIBLE = 0.003;

/** Where a recording sounds; samples from its beginning. */
export interface Stretch {
  readonly start: number;
  /** Behind its last sounding sample. */
  readonly end: number;
}

/** Where a recording sounds, apart by at least `quietMs` of silence. */
export function stretchesOf(
  signal: Float32Array,
  rateHz: number,
  { quietMs = 700, audible = AUDIBLE } = {},
): readonly Stretch[] {
  const quiet = (quietMs * rateHz) / 1_000;
  const stretches: { start: number; end: number }[] = [];
  for (let n = 0; n < signal.length; n += 1) {
    if (Math.abs(signal[n]!) < audible) continue;
    const current = stretches.at(-1);
    if (current !== undefined && n - current.end < quiet) current.end = n + 1;
    else stretches.push({ start: n, end: n + 1 });
  }
  return stretches;
}

/**
 * How much longer than it lasts a stretch of a recording took to be played, ms: on a machine too
 * busy to run its sound card the audio clock stands still.
 */
export function stalledMs({ renderedMs, rateHz }: TapRecording, { start, end }: Stretch): number {
  const renderedAtMs = (sample: number) => renderedMs[Math.floor(sample / TAP_BLOCK)]!;
  return Math.abs(renderedAtMs(end) - renderedAtMs(start) - ((end - start) * 1_000) / rateHz);
}

/** Above the jitter of a sound card's buffers, ms. */
const LONGEST_STALL_MS = 40;

/** Whether the machine did not stand still meanwhile. */
export function isSound({ stalledMs: ms }: { readonly stalledMs: number }): boolean {
  return ms < LONGEST_STALL_MS;
}

/**
 * Takes a measurement. One in which the machine stood still is void: it says so, and is taken once
 * more.
 */
export async function measured<T extends { readonly stalledMs: number }>(
  what: string,
  take: () => Promise<T>,
): Promise<T> {
  const first = await take();
  if (isSound(first)) return first;
  const ms = first.stalledMs.toFixed(0);
  process.stdout.write(`    void: the machine stood still for ${ms} ms, measured again: ${what}\n`);
  return take();
}

/** How long a signal sounds from its first to its last sample, ms. */
export function soundingMs(signal: Float32Array, rateHz: number): number {
  const first = signal.findIndex((sample) => sample !== 0);
  const last = signal.findLastIndex((sample) => sample !== 0);
  return first < 0 ? 0 : ((last - first + 1) * 1_000) / rateHz;
}
