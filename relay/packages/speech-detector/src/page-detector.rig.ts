import { PCM16_SCALE } from '@parley/shared/audio/pcm16';
import { SileroNetwork } from '@parley/shared/vad/silero-network';
import { parseSileroWeights } from '@parley/shared/vad/silero-weights';
import { readSileroWeights } from '@parley/shared/vad/silero-weights-file';
import { FRAME_SAMPLES, type SpeechFrame } from '@parley/shared/vad/speech-detector';
import { UtteranceSegmenter } from '@parley/shared/vad/utterance-segmenter';
import type { SpeechFound } from './detector-protocol.ts';

/** An utterance in a stream, ms since it began; `endMs` is infinite if it goes on. */
export interface FoundUtterance {
  readonly onsetMs: number;
  readonly endMs: number;
}

/** All of them if the client's and the relay's are the same ones, each within 64 ms. */
export const SAME_WITHIN_MS = 64;

export const WEIGHTS = parseSileroWeights((await readSileroWeights()).buffer);

/** Which utterances the page finds: its network hears every frame. @param samples - 16 kHz */
export async function foundByPage(samples: Int16Array): Promise<FoundUtterance[]> {
  const found: SpeechFound[] = [];
  let utterance = 0;
  const network = new SileroNetwork(WEIGHTS);
  const segmenter = new UtteranceSegmenter<SpeechFrame & { readonly startMs: number }>({
    echo: { captured: () => {}, isClosed: () => false },
    now: () => samples.length / 16,
    isPlaying: () => false,
    onEvent(event) {
      if (event.type === 'started') {
        utterance += 1;
        found.push({ type: 'speech-started', utterance, onsetMs: event.onsetMs });
      } else if (event.type === 'ended') {
        found.push({ type: 'speech-stopped', utterance, endMs: event.speechEndMs });
      }
    },
    onLevel: () => {},
  });
  segmenter.relayDecides = true;
  segmenter.attach({ startOf: ({ startMs }) => startMs });
  segmenter.setDetector({ probabilityOf: async (frame) => network.probabilityOf(frame) });
  for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
    const frame = samples.subarray(at, at + FRAME_SAMPLES);
    segmenter.push({
      samples: Float32Array.from(frame, (sample) => sample * PCM16_SCALE),
      startMs: at / 16,
    });
    // The detector answers asynchronously; what waits is bounded.
    await new Promise(setImmediate);
  }
  return utterancesOf(found);
}

export function utterancesOf(found: readonly SpeechFound[]): FoundUtterance[] {
  const ends = new Map(
    found.flatMap((what) =>
      what.type === 'speech-stopped' ? [[what.utterance, what.endMs] as const] : [],
    ),
  );
  return found.flatMap((what) =>
    what.type === 'speech-started'
      ? [{ onsetMs: what.onsetMs, endMs: ends.get(what.utterance) ?? Infinity }]
      : [],
  );
}

/** The pairs of both lists that are the same utterance. */
export function sameUtterances(
  one: readonly FoundUtterance[],
  other: readonly FoundUtterance[],
): readonly (readonly [FoundUtterance, FoundUtterance])[] {
  const isNear = (a: number, b: number) => a === b || Math.abs(a - b) <= SAME_WITHIN_MS;
  return one.flatMap((a) => {
    const b = other.find(
      (found) => isNear(a.onsetMs, found.onsetMs) && isNear(a.endMs, found.endMs),
    );
    return b === undefined ? [] : [[a, b] as const];
  });
}
