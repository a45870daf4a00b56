import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import type { Dirent } from 'node:fs';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WAV_HEADER_BYTES, wavHeader } from '@parley/shared/audio/wav-writer';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { makeFolder } from '../../base/lib/make-folder.ts';
import { decodeSpeech, type OpusCodec } from '../../base/lib/opus-codec.ts';
import type { Problems } from '../../base/lib/problems.ts';
import type { CallEvent, CallEventOf } from '../../call/events/call-events.ts';
import type { CallObserver } from '../../call/events/call-observers.ts';

const MAX_AGE_MS = 86_400_000;
const PRUNE_INTERVAL_MS = 3_600_000;
const DEFAULT_MAX_BYTES = 100 * 1_024 * 1_024;
/** Recordings that may wait for the disk; each can be two megabytes of memory. */
const MAX_WAITING = 16;
/** Ends the name of a file that is not written in full. */
const UNFINISHED = '.part';

export interface FailedAudioOptions {
  /** The recordings' own folder; made if it does not exist. */
  readonly dir: string;
  /** Decodes what was said in Opus. */
  readonly opus: OpusCodec;
  readonly maxBytes?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** A recording on the disk: its two files share a stem. */
interface Kept {
  readonly stem: string;
  bytes: number;
  changedMs: number;
}

/**
 * Keeps the audio of failed utterances for a day, within a bound on their size. They hold what
 * people said, so they exist only if the operator asked for them, readable by the relay alone.
 *
 * No call waits for anything here, and no fault of the disk reaches one.
 */
export class FailedAudio implements CallObserver, AsyncDisposable {
  readonly name = 'failed-audio';
  readonly #options: Required<FailedAudioOptions>;
  #waiting = 0;
  #work: Promise<void> = Promise.resolve();
  #hasComplained = false;
  #isDisposed = false;
  #cancelPrune: () => void = () => {};

  constructor(options: FailedAudioOptions) {
    this.#options = { maxBytes: DEFAULT_MAX_BYTES, ...options };
    this.#pruneRegularly();
  }

  observe(event: CallEvent): void {
    if (event.type !== 'utterance-failed') return;
    if (this.#isDisposed || this.#waiting >= MAX_WAITING) return;
    const spoken = event.audio();
    this.#waiting++;
    this.#then(async () => {
      this.#waiting--;
      await this.#write(event, await decodeSpeech(this.#options.opus, spoken));
    });
  }

  /** Resolves when nothing waits for the disk. */
  async idle(): Promise<void> {
    await this.#work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#cancelPrune();
    await this.idle();
  }

  #pruneRegularly(): void {
    this.#then(() => this.#prune(0));
    this.#cancelPrune = this.#options.clock.after(PRUNE_INTERVAL_MS, () => this.#pruneRegularly());
  }

  /** One thing at a time. A disk that stays full is one line of the log. */
  #then(action: () => Promise<void>): void {
    const { logger, problems } = this.#options;
    this.#work = this.#work.then(action).catch((err: unknown) => {
      if (!this.#hasComplained) logger.warn({ err }, 'failed audio cannot be kept');
      this.#hasComplained = true;
      problems.report('data_not_written');
    });
  }

  async #write(
    event: CallEventOf<'utterance-failed'>,
    audio: readonly Int16Array[],
  ): Promise<void> {
    const { dir, maxBytes } = this.#options;
    const samples = audio.reduce((sum, piece) => sum + piece.length, 0);
    const bytes = WAV_HEADER_BYTES + samples * 2 + 1_024;
    if (samples === 0 || bytes > maxBytes) return;
    await makeFolder(dir);
    await this.#prune(bytes);
    const at = new Date(event.atMs).toISOString();
    const stem = safeName(`${at}-${event.sessionId}-${event.itemId}`);
    const description = {
      at,
      duration_ms: Math.round((samples / SPEECH_HZ) * 1_000),
      error: event.code,
      provider: event.provider,
      session_id: event.sessionId,
      item_id: event.itemId,
      utterance: event.utterance,
      response_id: event.responseId,
    };
    const path = join(dir, stem);
    const newFile = { mode: 0o600, flag: 'wx' };
    const wav = [wavHeader(samples, SPEECH_HZ), ...audio.map(bytesOf)];
    const json = `${JSON.stringify(description, null, 2)}\n`;
    const files = [
      [`${path}.wav`, wav],
      [`${path}.json`, json],
    ] as const;
    try {
      for (const [name, content] of files) await writeFile(name + UNFINISHED, content, newFile);
      for (const [name] of files) await rename(name + UNFINISHED, name);
    } finally {
      // Half a recording on a full disk helps no reader, and takes the last room.
      for (const [name] of files) await rm(name + UNFINISHED, { force: true });
    }
    this.#hasComplained = false;
    this.#options.problems.clear('data_not_written');
  }

  /** Deletes what is too old, finished or not, and then the oldest until `roomBytes` fit. */
  async #prune(roomBytes: number): Promise<void> {
    const { dir, maxBytes } = this.#options;
    const kept = (await recordings(dir)).toSorted((a, b) => a.changedMs - b.changedMs);
    let total = kept.reduce((sum, { bytes }) => sum + bytes, roomBytes);
    for (const { stem, bytes, changedMs } of kept) {
      const isOld = Date.now() - changedMs > MAX_AGE_MS;
      if (!isOld && total <= maxBytes) break;
      total -= bytes;
      for (const ending of ['.wav', '.json']) {
        await rm(join(dir, stem + ending), { force: true });
        await rm(join(dir, stem + ending + UNFINISHED), { force: true });
      }
    }
  }
}

/** By stem; files of other kinds are not ours. */
async function recordings(dir: string): Promise<readonly Kept[]> {
  const found = new Map<string, Kept>();
  for (const entry of await entriesOf(dir)) {
    const stem = /^(.+)\.(?:wav|json)(?:\.part)?$/.exec(entry.name)?.[1];
    if (stem === undefined || !entry.isFile()) continue;
    const { size, mtimeMs } = await stat(join(dir, entry.name));
    const kept = found.get(stem) ?? { stem, bytes: 0, changedMs: 0 };
    kept.bytes += size;
    kept.changedMs = Math.max(kept.changedMs, mtimeMs);
    found.set(stem, kept);
  }
  return [...found.values()];
}

async function entriesOf(dir: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(dir, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function safeName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 120);
}

function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
