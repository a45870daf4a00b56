import type { CaptureMessage } from '../../messages/capture-messages.ts';
import type { CaptureSource } from '../../messages/capture-source.ts';
import { AudibleEnd } from './audible-end.ts';
import type { CapturePortOptions } from './capture-port.ts';
import { CaptureStalls } from './capture-stalls.ts';
import { ContextClock } from './context-clock.ts';
import { TrackCapture } from './track-capture.ts';

/** Reads a microphone's frames into the segmenter, until `signal`. */
export function readCapture(
  source: CaptureSource,
  latencyMs: number,
  options: CapturePortOptions,
  signal: AbortSignal,
): void {
  if (source.kind === 'track') readTrack(source.frames, latencyMs, options, signal);
  else readWorklet(source.port, latencyMs, options, signal);
}

function readTrack(
  frames: ReadableStream<AudioData>,
  latencyMs: number,
  { segmenter, now }: CapturePortOptions,
  signal: AbortSignal,
): void {
  const clock = new ContextClock();
  segmenter.attach(latencyMs, clock, new AudibleEnd());
  const capture = new TrackCapture(frames, (block) => {
    clock.observe(block.sentContextTimeS, now());
    segmenter.push(block);
  });
  signal.addEventListener('abort', () => capture.close());
  void capture.run().catch(() => {});
}

function readWorklet(
  port: MessagePort,
  latencyMs: number,
  { contextClock, segmenter, now, isPlaying, onStale }: CapturePortOptions,
  signal: AbortSignal,
): void {
  const stalls = new CaptureStalls();
  segmenter.attach(latencyMs, contextClock, new AudibleEnd());
  port.addEventListener('message', ({ data }: MessageEvent<CaptureMessage>) => {
    const { block, sentAtMs } = data;
    contextClock.stamped(block.sentContextTimeS, sentAtMs);
    segmenter.push(block);
    if (stalls.observe(now(), segmenter.isIdle && !isPlaying())) onStale();
  });
  port.start();
  signal.addEventListener('abort', () => port.close());
}
