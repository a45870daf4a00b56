import type { CaptureMessage } from '../../messages/capture-messages.ts';
import type { CaptureSource } from '../../messages/capture-source.ts';
import { AudibleEnd } from '../speech/audible-end.ts';
import type { CapturePortOptions } from './capture-port.ts';
import { CaptureStalls } from './capture-stalls.ts';
import { CaptureClock, ContextClock } from './context-clock.ts';
import { NearEndCapture } from '../echo/near-end-capture.ts';
import type { SwitchedCapture } from './switched-capture.ts';
import { TrackCapture } from './track-capture.ts';

export { NearEndCapture };

export interface CaptureReaderOptions extends CapturePortOptions {
  readonly nearEnd: NearEndCapture;
  /** Takes the frames of a microphone whose processing can be switched. */
  readonly switched: SwitchedCapture | undefined;
}

/** Reads a microphone's frames into the segmenter, until `signal`. */
export function readCapture(
  source: CaptureSource,
  latencyMs: number,
  options: CaptureReaderOptions,
  signal: AbortSignal,
): void {
  if (source.kind === 'track') readTrack(source.frames, latencyMs, options, signal);
  else readWorklet(source.port, latencyMs, options, signal);
}

function readTrack(
  frames: ReadableStream<AudioData>,
  latencyMs: number,
  { segmenter, nearEnd, now }: CaptureReaderOptions,
  signal: AbortSignal,
): void {
  const clock = new ContextClock();
  const captureClock = new CaptureClock(clock, latencyMs);
  segmenter.attach(latencyMs, clock, new AudibleEnd());
  const capture = new TrackCapture(frames, (block) => {
    clock.observe(block.sentContextTimeS, now());
    const startMs = captureClock.startOf(block);
    if (startMs === undefined) segmenter.push(block);
    else nearEnd.push(block, startMs, (heard) => segmenter.push(heard));
  });
  signal.addEventListener('abort', () => capture.close());
  void capture.run().catch(() => {});
}

function readWorklet(
  port: MessagePort,
  latencyMs: number,
  { contextClock, segmenter, switched, now, isPlaying, request }: CaptureReaderOptions,
  signal: AbortSignal,
): void {
  const stalls = new CaptureStalls();
  segmenter.attach(latencyMs, contextClock, new AudibleEnd());
  port.addEventListener('message', ({ data }: MessageEvent<CaptureMessage>) => {
    const { block, played, sentAtMs } = data;
    contextClock.stamped(block.sentContextTimeS, sentAtMs);
    const heard = played === undefined ? block : switched?.heard(block, played);
    segmenter.push(heard ?? block);
    // The way through the audio context has grown longer; another source of the track heals it.
    if (stalls.observe(now(), segmenter.isIdle && !isPlaying())) request({ type: 'renew-capture' });
  });
  port.start();
  signal.addEventListener('abort', () => port.close());
}
