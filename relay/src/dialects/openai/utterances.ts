import { rmsOf } from '@parley/shared/audio/level';
import { SPEECH_SAMPLES_PER_MS } from '@parley/shared/audio/pcm16';

/** A part of a recording that is recognised by itself. */
export interface RecordedUtterance {
  readonly startMs: number;
  readonly samples: Int16Array;
}

/** The longest utterance: recognisers that hear windows of half a minute hear it in one. */
const MAX_MS = 30_000;
/** One that must be cut is cut at the quietest place after this much of it. */
const CUT_FROM_MS = 15_000;
const WINDOW_MS = 20;
const CUT_WINDOWS = 10;
/** Silence is 20 dB below the loud parts (the loudest twentieth) … */
const SILENCE_SHARE = 0.1;
/** … and as long as this between two utterances. */
const PAUSE_MS = 800;
/** Silence that stays before and after speech. */
const MARGIN_MS = 300;

const WINDOW_SAMPLES = WINDOW_MS * SPEECH_SAMPLES_PER_MS;

/**
 * Cuts a recording into what can be recognised at once. One that is short enough stays as it is,
 * sample for sample.
 *
 * @param recording - PCM16 at 16 kHz
 * @param isCutAtPauses - for recognisers that know whole phrases: each stands between two pauses
 */
export function utterancesOf(
  recording: Int16Array,
  isCutAtPauses: boolean,
): readonly RecordedUtterance[] {
  const levels = levelsOf(recording);
  const spans = isCutAtPauses ? betweenPauses(levels) : [[0, levels.length] as const];
  return spans
    .flatMap(([from, to]) => shortened(levels, from, to))
    .map(([from, to]) => ({
      startMs: from * WINDOW_MS,
      // What is left beyond whole windows belongs to the last one.
      samples: recording.subarray(
        from * WINDOW_SAMPLES,
        to === levels.length ? recording.length : to * WINDOW_SAMPLES,
      ),
    }));
}

/** From one window to before another. */
type Span = readonly [from: number, to: number];

function levelsOf(recording: Int16Array): Float32Array {
  const levels = new Float32Array(Math.max(1, Math.floor(recording.length / WINDOW_SAMPLES)));
  for (let i = 0; i < levels.length; i += 1) {
    levels[i] = rmsOf(recording.subarray(i * WINDOW_SAMPLES, (i + 1) * WINDOW_SAMPLES));
  }
  return levels;
}

function betweenPauses(levels: Float32Array): readonly Span[] {
  const loud = levels.toSorted()[Math.floor(levels.length * 0.95)]!;
  const pause = PAUSE_MS / WINDOW_MS;
  const spoken: [number, number][] = [];
  for (const [index, level] of levels.entries()) {
    if (level < loud * SILENCE_SHARE || level === 0) continue;
    const last = spoken.at(-1);
    if (last !== undefined && index - last[1] < pause) last[1] = index + 1;
    else spoken.push([index, index + 1]);
  }
  // One phrase needs no cut: it is heard as a call hears it.
  if (spoken.length < 2) return [[0, levels.length]];
  const margin = MARGIN_MS / WINDOW_MS;
  return spoken.map(([from, to]) => [
    Math.max(0, from - margin),
    Math.min(levels.length, to + margin),
  ]);
}

/** Cuts what is too long, at its quietest places. */
function shortened(levels: Float32Array, from: number, to: number): readonly Span[] {
  const spans: Span[] = [];
  let start = from;
  while (to - start > MAX_MS / WINDOW_MS) {
    const [first, last] = [start + CUT_FROM_MS / WINDOW_MS, start + MAX_MS / WINDOW_MS];
    let quietest = { at: last, sum: Infinity };
    for (let at = first; at < last; at += 1) {
      const sum = levels.subarray(at - CUT_WINDOWS, at + CUT_WINDOWS).reduce((a, b) => a + b, 0);
      if (sum < quietest.sum) quietest = { at, sum };
    }
    spans.push([start, quietest.at]);
    start = quietest.at;
  }
  return [...spans, [start, to]];
}
