import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { z } from 'zod';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { parseJson } from '../../src/base/lib/json.ts';
import { transcriptOf } from '../kit/simulator.ts';
import { breakSocket } from '../kit/simulator-server.ts';
import type { QueryRules, SessionParts } from './session.ts';

const FLAG = /^(true|false)$/;
const NUMBER = /^\d+(\.\d+)?$/;

export const SCRIBE_QUERY: QueryRules = {
  model_id: /^scribe_v2_realtime$/,
  audio_format: /^(pcm_(8000|16000|22050|24000|44100|48000)|ulaw_8000)$/,
  language_code: /^[a-z]{2,3}$/,
  commit_strategy: /^(manual|vad)$/,
  vad_silence_threshold_secs: NUMBER,
  vad_threshold: NUMBER,
  min_speech_duration_ms: NUMBER,
  min_silence_duration_ms: NUMBER,
  include_timestamps: FLAG,
  include_language_detection: FLAG,
  enable_logging: FLAG,
};

const chunk = z.strictObject({
  message_type: z.literal('input_audio_chunk'),
  audio_base_64: z.base64(),
  commit: z.boolean(),
  sample_rate: z.number().int(),
  previous_text: z.string().optional(),
});

const MIN_COMMIT_S = 0.3;
/** Without a commit the vendor makes one. */
const OWN_COMMIT_S = 36;
const MAX_CHUNK_S = 1.1;
/** Audio that must come before the first guess. */
const FIRST_PARTIAL_S = 0.3;
const IDLE_MS = 15_000;

/** One session of realtime Scribe, with commits by hand. */
export class ScribeSession {
  readonly #parts: SessionParts;
  readonly #closed = new AbortController();
  readonly #rateHz: number;
  #pieces: Int16Array[] = [];
  #seconds = 0;
  #nextPartialS = FIRST_PARTIAL_S;
  #hasAnswered = false;
  #isBroken = false;
  #answering: Promise<void> = Promise.resolve();
  #cancelIdle = () => {};

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { socket, query } = parts;
    const format = query.get('audio_format') ?? 'pcm_16000';
    this.#rateHz = Number(format.split('_')[1]);
    socket.on('close', () => {
      this.#cancelIdle();
      this.#closed.abort();
    });
    socket.on('message', (data, isBinary) =>
      this.#take((data as Buffer).toString('utf8'), isBinary),
    );
    this.#send({
      message_type: 'session_started',
      session_id: 'f0f1b382ecc54124be77ba8dbd17084a',
      config: {
        sample_rate: this.#rateHz,
        audio_format: format,
        language_code: query.get('language_code'),
        vad_commit_strategy: query.get('commit_strategy') === 'vad',
        model_id: query.get('model_id'),
        include_timestamps: false,
        disable_logging: false,
      },
    });
    this.#awaitAudio();
  }

  #take(text: string, isBinary: boolean): void {
    if (this.#isBroken) return;
    const { data } = isBinary ? { data: undefined } : chunk.safeParse(parseJson(text));
    if (data === undefined) return this.#refuse('input_error', 'The message is no audio chunk.');
    const bytes = Buffer.from(data.audio_base_64, 'base64');
    if (data.sample_rate !== this.#rateHz) {
      return this.#refuse('input_error', 'The sample rate is not the session’s.');
    }
    if (bytes.length % 2 === 1) return this.#refuse('input_error', 'Half a sample was sent.');
    const seconds = bytes.length / 2 / this.#rateHz;
    if (seconds > MAX_CHUNK_S) return this.#refuse('chunk_size_exceeded', 'The chunk is too long.');
    if (bytes.length > 0) this.#awaitAudio();
    // A copy of its own: the bytes may lie anywhere in a shared pool.
    this.#pieces.push(new Int16Array(Uint8Array.from(bytes).buffer));
    this.#seconds += seconds;
    if (data.commit && this.#seconds < MIN_COMMIT_S) {
      const had = this.#seconds.toFixed(2);
      return this.#refuse(
        'commit_throttled',
        `Commit request ignored: only ${had}s of uncommitted audio. You need at least 0.3s of uncommitted audio before committing.`,
      );
    }
    if (data.commit || this.#seconds >= OWN_COMMIT_S) this.#commit();
    else if (this.#seconds >= this.#nextPartialS) {
      this.#nextPartialS *= 2;
      const heard = this.#heard();
      this.#answer(() => this.#say('partial_transcript', heard));
    }
  }

  #commit(): void {
    const heard = this.#heard();
    this.#pieces = [];
    this.#seconds = 0;
    this.#nextPartialS = FIRST_PARTIAL_S;
    this.#answer(async () => {
      await sleep(systemClock, this.#parts.behaviour.finalDelayMs ?? 0, this.#closed.signal);
      this.#say('committed_transcript', heard);
      // The vendor repeats it, a moment later.
      if (heard !== '') this.#say('partial_transcript', heard);
    });
  }

  #heard(): string {
    return (this.#parts.behaviour.hear ?? transcriptOf)(joinPcm16(this.#pieces));
  }

  /** Answers come one after the other. */
  #answer(give: () => Promise<void> | void): void {
    this.#answering = this.#answering.then(async () => {
      const { server, socket } = this.#parts;
      if (!this.#hasAnswered) {
        this.#hasAnswered = true;
        const fault = server.plan.take('first-use', ['slow', 'stall', 'malformed', 'abrupt-close']);
        if (fault?.kind === 'slow') await sleep(systemClock, fault.delayMs, this.#closed.signal);
        this.#isBroken ||= breakSocket(socket, fault);
      }
      if (!this.#isBroken) await give();
    });
  }

  #say(type: string, text: string): void {
    const { server, socket } = this.#parts;
    if (this.#isBroken) return;
    this.#send({ message_type: type, text });
    this.#isBroken = breakSocket(socket, server.plan.take('mid-stream'));
  }

  #refuse(type: string, error: string): void {
    this.#parts.server.complain(error);
    this.#send({ message_type: type, error });
    this.#parts.socket.close(1000, type);
  }

  #awaitAudio(): void {
    this.#cancelIdle();
    this.#cancelIdle = systemClock.after(IDLE_MS, () => this.#parts.socket.close(1000));
  }

  #send(message: object): void {
    this.#parts.socket.send(JSON.stringify(message));
  }
}
