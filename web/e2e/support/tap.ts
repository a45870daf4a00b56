import type { Page } from '@playwright/test';

/** What was played and what was captured, side by side on one clock. */
export interface TapRecording {
  readonly rateHz: number;
  readonly voice: Float32Array;
  readonly microphone: Float32Array;
}

interface TapWindow {
  readTap(): { rateHz: number; voice: string; microphone: string };
}

/**
 * Records the voice exactly as it is played, and the microphone as it is captured. To be called
 * before the page is opened with `?tap`, on a page that `servePage` serves.
 */
export async function installTap(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const voice: Float32Array[] = [];
    const microphone: Float32Array[] = [];
    let rateHz = 0;
    let tap: Promise<AudioWorkletNode> | undefined;
    const encode = (blocks: Float32Array[]) => {
      const whole = new Float32Array(blocks.length * 128);
      blocks.forEach((block, n) => whole.set(block, n * 128));
      const bytes = new Uint8Array(whole.buffer);
      let text = '';
      for (let at = 0; at < bytes.length; at += 32_768) {
        text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
      }
      return btoa(text);
    };
    const makeTap = async (context: BaseAudioContext) => {
      rateHz = context.sampleRate;
      await context.audioWorklet.addModule('/tap.worklet.js');
      const node = new AudioWorkletNode(context, 'tap', { numberOfInputs: 2 });
      let expected: number | undefined;
      node.port.addEventListener('message', ({ data }) => {
        // A quantum that was not rendered would shift everything after it.
        if (expected !== undefined && data.frame !== expected) {
          throw new Error('The tap missed a quantum.');
        }
        expected = data.frame + 128;
        voice.push(data.voice);
        microphone.push(data.microphone);
      });
      node.port.start();
      node.connect(context.destination);
      return node;
    };
    window.addEventListener('parley:audio-node', (event) => {
      const { role, node } = (event as CustomEvent<{ role: string; node: AudioNode }>).detail;
      tap ??= makeTap(node.context);
      void tap.then((recorder) => node.connect(recorder, 0, role === 'playback' ? 0 : 1));
    });
    Object.assign(window, {
      readTap: () => ({ rateHz, voice: encode(voice), microphone: encode(microphone) }),
    });
  });
}

export async function readTap(page: Page): Promise<TapRecording> {
  const read = await page.evaluate(() => (window as unknown as TapWindow).readTap());
  return {
    rateHz: read.rateHz,
    voice: decode(read.voice),
    microphone: decode(read.microphone),
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

/** How long a signal sounds from its first to its last sample, ms. */
export function soundingMs(signal: Float32Array, rateHz: number): number {
  const first = signal.findIndex((sample) => sample !== 0);
  const last = signal.findLastIndex((sample) => sample !== 0);
  return first < 0 ? 0 : ((last - first + 1) * 1_000) / rateHz;
}
