import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { joinPcm16, SPEECH_HZ, toPcm16 } from '@parley/shared/audio/pcm16';
import { resample } from '@parley/shared/audio/stream-resampler';
import { readWav } from '@parley/shared/audio/wav-reader';
import { DetectedStream } from '@parley/speech-detector/detected-stream';
import type { SpeechFound } from '@parley/speech-detector';
import {
  foundByPage,
  sameUtterances,
  utterancesOf,
  WEIGHTS,
} from '@parley/speech-detector/page-detector.rig';
import { soundScene, type SoundScene } from '@parley/speech-detector/sound-scene.rig';
import { compileFlite, Flite } from '@parley/voice';
import { DetectorThreads } from '../../src/dialects/calls/detector-threads.ts';
import { defineBench, FOLDER, wholeNumber, type BenchContext } from '../bench.ts';
import { round } from '../statistics.ts';

const CHUNK_MS = 20;
const CHUNK_SAMPLES = (CHUNK_MS * SPEECH_HZ) / 1_000;
/** Threads start, and what runs often is compiled. */
const WARM_MS = 3_000;
const LONGEST_MS = 60_000;

const SENTENCES = [
  'what is seven times eight',
  'stop',
  'set a pasta timer for nine minutes',
  'yes',
  'how do you spell necessary',
];
const VOICES = ['slt', 'rms', 'awb', 'kal16'];

const NOISES: readonly SoundScene['noise'][] = [
  undefined,
  { kind: 'white', dbfs: -65 },
  { kind: 'pink', dbfs: -60 },
  { kind: 'hum', dbfs: -55 },
  { kind: 'music', dbfs: -50 },
  { kind: 'clicks', dbfs: -55 },
];
const LEVELS_DBFS = [-25, -45];

export interface BenchDetectorOptions extends BenchContext {
  readonly streams: number;
  readonly seconds: number;
  /** With WAV files of people. */
  readonly clips: string | undefined;
}

/** What streams take of the processors, and whether the relay finds what the page finds. */
export async function benchDetector({
  streams,
  seconds,
  clips,
  signal,
  tell,
}: BenchDetectorOptions) {
  const flite = new Flite(await compileFlite());
  const said = VOICES.map((voice) => SENTENCES.map((sentence) => flite.speak(voice, sentence)));
  const length = SPEECH_HZ * 10;
  const corePercent: Record<string, number> = {};
  const tellCost = (name: string, share: number, how: string) => {
    corePercent[name] = round(share * 100, 1);
    const perStream = round((share * 100) / streams, 2);
    tell(`  ${name}: ${corePercent[name]} % of a core, ${perStream} % a stream ${how}`);
  };
  tell(`${streams} streams, processor`);
  const quiet = {
    silence: new Int16Array(length),
    soft_noise: soundScene([], { speechDbfs: 0, noise: { kind: 'pink', dbfs: -60 } }),
  };
  for (const [name, sound] of Object.entries(quiet)) {
    const share = await costInThreads(sound, { streams, seconds, signal });
    tellCost(name, share, '(this process, in real time)');
  }
  // A sentence every ten seconds, and one word after the other.
  const spoken = {
    sentences: padded(said[0]![0]!, length),
    speech: joinPcm16(said.flat().map((sentence) => sentence.slice(0, SPEECH_HZ))),
  };
  for (const [name, sound] of Object.entries(spoken)) {
    tellCost(name, costOf(sound, seconds) * streams, '(the detector alone)');
  }
  const people = clips === undefined ? [] : [await readRecordings(clips)];
  tell('Utterances: found by the page, the same within 64 ms in the relay, others there');
  const same: object[] = [];
  for (const noise of NOISES) {
    for (const speechDbfs of LEVELS_DBFS) {
      const row = await compare(
        [...said, ...people],
        { speechDbfs, ...(noise && { noise }) },
        signal,
      );
      same.push(row);
      tell(`  ${JSON.stringify(row)}`);
    }
  }
  return { bench: 'detector' as const, streams, core_percent: corePercent, same };
}

/** @returns share of one processor that all streams take, messages to the threads included */
async function costInThreads(
  sound: Int16Array,
  { streams, seconds, signal }: Pick<BenchDetectorOptions, 'streams' | 'seconds' | 'signal'>,
): Promise<number> {
  await using threads = new DetectorThreads();
  const failures: unknown[] = [];
  const onFailed = (error: unknown) => failures.push(error);
  const open = Array.from({ length: streams }, () =>
    threads.open({ longestMs: LONGEST_MS, onFound: () => {}, onFailed }),
  );
  const chunks = Math.floor(sound.length / CHUNK_SAMPLES);
  const startedMs = performance.now();
  let sent = 0;
  const run = async (untilMs: number) => {
    while (performance.now() - startedMs < untilMs) {
      signal.throwIfAborted();
      for (; sent * CHUNK_MS < performance.now() - startedMs; sent += 1) {
        const at = (sent % chunks) * CHUNK_SAMPLES;
        const chunk = sound.subarray(at, at + CHUNK_SAMPLES);
        for (const stream of open) if (!stream.push(chunk)) failures.push('It is behind.');
      }
      await wait(CHUNK_MS);
    }
  };
  await run(WARM_MS);
  const before = process.cpuUsage();
  await run(WARM_MS + seconds * 1_000);
  const share = shareSince(before, seconds);
  for (const stream of open) stream[Symbol.dispose]();
  if (failures.length > 0) throw new Error(`The detector failed: ${String(failures[0])}`);
  return share;
}

/** @returns share of one processor that one stream takes in real time */
function costOf(sound: Int16Array, seconds: number): number {
  const stream = new DetectedStream(WEIGHTS, LONGEST_MS, () => {});
  const push = (samples: number) => {
    for (let heard = 0; heard < samples; heard += sound.length) stream.push(sound);
    return Math.ceil(samples / sound.length) * sound.length;
  };
  push((WARM_MS * SPEECH_HZ) / 1_000);
  const before = process.cpuUsage();
  const heard = push(seconds * SPEECH_HZ);
  return shareSince(before, heard / SPEECH_HZ);
}

function shareSince(before: NodeJS.CpuUsage, seconds: number): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (seconds * 1e6);
}

async function compare(
  speakers: readonly (readonly Int16Array[])[],
  scene: SoundScene,
  signal: AbortSignal,
) {
  const row = {
    speech_dbfs: scene.speechDbfs,
    noise: scene.noise ?? null,
    page: 0,
    same: 0,
    others: 0,
  };
  for (const sentences of speakers) {
    signal.throwIfAborted();
    const samples = soundScene(sentences, scene);
    const found: SpeechFound[] = [];
    new DetectedStream(WEIGHTS, LONGEST_MS, (what) => found.push(what)).push(samples);
    const byRelay = utterancesOf(found);
    const byPage = await foundByPage(samples);
    const same = sameUtterances(byPage, byRelay).length;
    row.page += byPage.length;
    row.same += same;
    row.others += byRelay.length - same;
  }
  return row;
}

async function readRecordings(folder: string): Promise<readonly Int16Array[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.wav')).toSorted();
  return Promise.all(
    files.map(async (name) => {
      const { samples, sampleRateHz } = readWav(await readFile(join(folder, name)));
      return toPcm16(resample(samples, sampleRateHz, SPEECH_HZ));
    }),
  );
}

function padded(sound: Int16Array, length: number): Int16Array {
  const whole = new Int16Array(length);
  whole.set(sound);
  return whole;
}

export const DETECTOR_BENCH = defineBench({
  about: `The page's speech detector in the relay, for clients that leave it to the relay: what silent and
speaking streams take of a processor, and whether it finds the same utterances as the page.
--clips DIR  recordings of people too, WAV files`,
  options: { streams: wholeNumber(1_000, 60), seconds: wholeNumber(600, 20), clips: FOLDER },
  async run(options, { print, ...context }) {
    print(await benchDetector({ ...options, ...context }));
    return true;
  },
});
