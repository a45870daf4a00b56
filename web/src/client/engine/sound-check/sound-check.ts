import { dbfsOf, rmsOf } from '@parley/shared/audio/level';
import { FRAME_MS } from '@parley/shared/vad/speech-detector';
import type { CapturedBlock } from '../../messages/capture-messages.ts';
import type { DetectorCheck } from '../../messages/detector-check.ts';
import {
  SILENT_DBFS,
  type CheckEvent,
  type CheckFigures,
  type EchoFigures,
  type MicrophoneFigures,
  type RelayFigures,
  type SpeakerFigures,
} from './sound-check-events.ts';
import {
  CHIRP_INTERVAL_MS,
  CHIRPS,
  findChirp,
  levelWhileChirping,
  SIGNAL_HZ,
  type Captured,
} from './test-chirp.ts';
import { percentile } from '@parley/shared/statistics';

/** How a microphone is opened: `processed` as in a call, or with nothing taken away. */
export interface CheckMicrophone {
  readonly figures: Extract<MicrophoneFigures, { kind: 'open' }>;
  /** Frames from now on; ends with the microphone. */
  readonly blocks: AsyncIterable<CapturedBlock>;
  close(): void;
}

export type RefusedMicrophone = Extract<MicrophoneFigures, { kind: 'refused' }>;

/** What the check needs of a browser and of the relay. */
export interface SoundCheckPorts {
  /** Waits for the person's answer. */
  openMicrophone(
    processed: boolean,
    signal: AbortSignal,
  ): Promise<CheckMicrophone | RefusedMicrophone>;
  /** Plays the test sound. @returns the context's time of its first sample; null if it cannot */
  playTestSound(signal: AbortSignal): Promise<number | null>;
  measureRelay(signal: AbortSignal): Promise<RelayFigures>;
  checkDetector(signal: AbortSignal): Promise<DetectorCheck>;
}

/** Frames that are left out at the beginning: processing settles. */
const SETTLING_FRAMES = 6;
const QUIET_FRAMES = 31;
/** How long the person may take to say something. */
const SPEAK_FRAMES = Math.round(8_000 / FRAME_MS);
/** Zeros are most likely a dead microphone; some devices send them while a person is silent. */
const SPEAK_FRAMES_AFTER_ZEROS = Math.round(4_000 / FRAME_MS);
/** How long the last chirp's echo is waited for. */
const ECHO_TAIL_MS = 800;
/** The chirps may be late by as much if a Bluetooth speaker wakes up. */
const PLAY_DEADLINE_MS = 4_000;
/** Nothing that is quieter can be compared with the noise. */
const FLOOR_DBFS = -90;

/**
 * Checks everything that a call needs, one thing after the other; relay and detector meanwhile.
 * Ends early when aborted. Microphone and ports are released on `signal` by the caller that opened them.
 */
export async function* checkSound(
  ports: SoundCheckPorts,
  signal: AbortSignal,
): AsyncGenerator<CheckEvent, void, undefined> {
  const beside = Promise.all([
    ports.measureRelay(signal).then((relay): CheckFigures => ({ relay })),
    ports.checkDetector(signal).then((detector): CheckFigures => ({ detector })),
  ]);
  // A failure there is reported at the end; until then it must not be an unhandled rejection.
  beside.catch(() => undefined);
  yield* checkAudio(ports, signal);
  if (signal.aborted) return;
  yield { type: 'step', step: 'relay' };
  const [relay, detector] = await beside;
  if (signal.aborted) return;
  yield { type: 'measured', figures: relay };
  yield { type: 'measured', figures: detector };
  yield { type: 'done' };
}

async function* checkAudio(
  ports: SoundCheckPorts,
  signal: AbortSignal,
): AsyncGenerator<CheckEvent, void, undefined> {
  yield { type: 'step', step: 'microphone' };
  const cleaned = await ports.openMicrophone(true, signal);
  if ('kind' in cleaned) return yield measured({ microphone: cleaned });
  let echo: Recording | null = null;
  let noiseDbfs = SILENT_DBFS;
  try {
    yield measured({ microphone: cleaned.figures });
    const frames = cleaned.blocks[Symbol.asyncIterator]();
    noiseDbfs = yield* listenToRoom(frames);
    yield* listenToSpeech(frames, noiseDbfs);
    if (signal.aborted) return;
    yield { type: 'step', step: 'echo' };
    echo = yield* recordTestSound(frames, ports, signal);
  } finally {
    cleaned.close();
  }
  if (signal.aborted) return;
  yield { type: 'step', step: 'speaker' };
  const raw = await ports.openMicrophone(false, signal);
  if ('kind' in raw) return yield measured({ speaker: { kind: 'failed' } });
  try {
    const recording = yield* recordTestSound(raw.blocks[Symbol.asyncIterator](), ports, signal);
    if (signal.aborted) return;
    const speaker = speakerFigures(recording);
    yield measured({ speaker });
    if (echo !== null && speaker.kind === 'heard') {
      yield measured({ echo: echoFigures(echo, speaker.delayMs, noiseDbfs) });
    }
  } finally {
    raw.close();
  }
}

type Frames = AsyncIterator<CapturedBlock, unknown>;

/** @returns the noise floor, dBFS */
async function* listenToRoom(frames: Frames): AsyncGenerator<CheckEvent, number, undefined> {
  yield { type: 'step', step: 'quiet' };
  const levels: number[] = [];
  for (let frame = 0; frame < SETTLING_FRAMES + QUIET_FRAMES; frame += 1) {
    const level = yield* nextLevel(frames);
    if (level === null) break;
    if (frame >= SETTLING_FRAMES) levels.push(level);
  }
  const noiseDbfs = noiseFloorOf(levels);
  yield measured({ noiseDbfs });
  return noiseDbfs;
}

async function* listenToSpeech(
  frames: Frames,
  noiseDbfs: number,
): AsyncGenerator<CheckEvent, void, undefined> {
  yield { type: 'step', step: 'speak' };
  const levels: number[] = [];
  let speechDbfs: number | null = null;
  const limit = noiseDbfs === SILENT_DBFS ? SPEAK_FRAMES_AFTER_ZEROS : SPEAK_FRAMES;
  for (let frame = 0; frame < limit && speechDbfs === null; frame += 1) {
    const level = yield* nextLevel(frames);
    if (level === null) break;
    levels.push(level);
    speechDbfs = speechLevelOf(levels, noiseDbfs);
  }
  yield measured({ speechDbfs });
}

async function* nextLevel(frames: Frames): AsyncGenerator<CheckEvent, number | null, undefined> {
  const { done, value } = await frames.next();
  if (done === true) return null;
  const dbfs = frameDbfs(value.samples);
  yield { type: 'level', dbfs };
  return dbfs;
}

interface Recording {
  readonly captured: Captured;
  readonly playedS: number;
}

/** @returns null if the sound could not be played, or the microphone fell silent meanwhile */
async function* recordTestSound(
  frames: Frames,
  ports: SoundCheckPorts,
  signal: AbortSignal,
): AsyncGenerator<CheckEvent, Recording | null, undefined> {
  const blocks: CapturedBlock[] = [];
  let playedS: number | null | undefined;
  const playing = ports.playTestSound(signal).catch(() => null);
  void playing.then((atS) => {
    playedS = atS;
  });
  const lengthS = (CHIRPS * CHIRP_INTERVAL_MS + ECHO_TAIL_MS) / 1_000;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- frames come one after the other
    const { done, value } = await frames.next();
    if (done === true || signal.aborted || playedS === null) return null;
    blocks.push(value);
    yield { type: 'level', dbfs: frameDbfs(value.samples) };
    const sinceFirstMs = blocks.length * FRAME_MS;
    if (playedS === undefined && sinceFirstMs > PLAY_DEADLINE_MS) return null;
    if (playedS !== undefined && value.contextTimeS > playedS + lengthS) {
      return { captured: capturedOf(blocks), playedS };
    }
  }
}

function capturedOf(blocks: readonly CapturedBlock[]): Captured {
  const [first] = blocks;
  const frame = first?.samples.length ?? 0;
  const samples = new Float32Array(blocks.length * frame);
  for (const [index, block] of blocks.entries()) samples.set(block.samples, index * frame);
  // The last one's time: quanta that the browser left out before it have moved it.
  const last = blocks.at(-1);
  const lastS = last?.contextTimeS ?? 0;
  return { samples, startS: lastS - ((blocks.length - 1) * frame) / SIGNAL_HZ };
}

function speakerFigures(recording: Recording | null): SpeakerFigures {
  if (recording === null) return { kind: 'failed' };
  const { captured, playedS } = recording;
  const found = findChirp(captured, playedS);
  if (found === null) return { kind: 'not-heard' };
  const { delayMs } = found;
  const levelDbfs = decibels(levelWhileChirping(captured, playedS, delayMs));
  return { kind: 'heard', levelDbfs, delayMs };
}

function echoFigures(
  { captured, playedS }: Recording,
  delayMs: number,
  noiseDbfs: number,
): EchoFigures {
  const levelDbfs = decibels(levelWhileChirping(captured, playedS, delayMs, 1));
  return { levelDbfs, aboveNoiseDb: levelDbfs - Math.max(FLOOR_DBFS, noiseDbfs) };
}

function decibels(rms: number): number {
  return Math.max(SILENT_DBFS, dbfsOf(rms));
}

function measured(figures: CheckFigures): CheckEvent {
  return { type: 'measured', figures };
}

/** Sound below this never counts as speech, however quiet the room is. */
const QUIETEST_SPEECH_DBFS = -58;
/** How much louder than the room speech is at least. */
const SPEECH_ABOVE_NOISE_DB = 9;
/** Speech of this length is enough to measure its level: 20 frames of 32 ms. */
const ENOUGH_FRAMES = 20;

/** RMS of a frame, dB relative to full scale. */
export function frameDbfs(samples: Float32Array): number {
  return Math.max(SILENT_DBFS, dbfsOf(rmsOf(samples)));
}

/** The level that half of the frames do not exceed: one knock does not make a room noisy. */
export function noiseFloorOf(levels: readonly number[]): number {
  return levels.length === 0 ? SILENT_DBFS : percentile(levels, 0.5);
}

/**
 * How loud the person speaks: the level that the louder half of their speech has.
 *
 * @param levels one a frame, dBFS
 * @returns null while too little speech was heard
 */
export function speechLevelOf(levels: readonly number[], noiseDbfs: number): number | null {
  const thresholdDbfs = Math.max(QUIETEST_SPEECH_DBFS, noiseDbfs + SPEECH_ABOVE_NOISE_DB);
  const speech = levels.filter((level) => level > thresholdDbfs);
  return speech.length < ENOUGH_FRAMES ? null : percentile(speech, 0.75);
}
