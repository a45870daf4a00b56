import { UPLINK_CHUNK_SAMPLES, type ClientEvent } from '@parley/shared';
import { joinPcm16, SPEECH_SAMPLES_PER_MS } from '@parley/shared/audio/pcm16';
import { IncomingAudio } from './realtime-audio.ts';
import type { AudioFormat } from './realtime-session.ts';
import type { SpeechDetection, SpeechDetections, SpeechFound } from './speech-detection.ts';

/** Shorter ones hold no word; OpenAI refuses them, too. */
const MIN_COMMIT_MS = 100;

export interface InputOptions {
  readonly detections: SpeechDetections;
  /** Longest utterance. */
  readonly maxUtteranceMs: number;
  /** The session clock. */
  readonly nowMs: () => number;
  /** To the session of Parley. */
  readonly send: (event: ClientEvent) => void;
  readonly sendAudio: (
    utterance: number,
    samples: Int16Array,
    startMs: number,
    last: boolean,
  ) => void;
  /** A person has begun to speak. @param startMs - ms of audio since the session began */
  readonly onStarted: (utterance: number, startMs: number) => void;
  /** What was said is over. @param endMs - of the stream; undefined: the client has said so */
  readonly onEnded: (utterance: number, lengthMs: number, endMs: number | undefined) => void;
}

/** An utterance that the detection has found. */
interface Found {
  /** The detection's own number. */
  readonly found: number;
  readonly utterance: number;
  /** Of the stream. */
  readonly startMs: number;
}

/**
 * A client's microphone. With detection its stream is cut into utterances here; without, what was
 * appended is one when the client commits it.
 */
export class RealtimeInput implements Disposable {
  readonly #options: InputOptions;
  #audio = new IncomingAudio('audio/pcm');
  #format: AudioFormat = 'audio/pcm';
  #detection: SpeechDetection | undefined;
  /** Appended and not committed, without detection. */
  #pieces: Int16Array[] = [];
  #pendingSamples = 0;
  /** Since the session began, at 16 kHz. */
  #samples = 0;
  #nextUtterance = 1;
  #speaking: Found | undefined;

  constructor(options: InputOptions) {
    this.#options = options;
  }

  set(format: AudioFormat, isDetecting: boolean): void {
    if (format !== this.#format) {
      this.#format = format;
      this.#audio = new IncomingAudio(format);
    }
    if (isDetecting === (this.#detection !== undefined)) return;
    if (isDetecting) {
      this.#forget();
      // What it finds is counted from where it begins to listen.
      const beganAtMs = this.#streamMs;
      this.#detection = this.#options.detections.open((found) => this.#found(found, beganAtMs));
    } else {
      this.#stopDetecting();
    }
  }

  /** Our voice plays in the client. */
  setPlaying(isPlaying: boolean): void {
    this.#detection?.setPlaying(isPlaying);
  }

  /** @returns false if more was appended than an utterance may have: it is passed over */
  append(base64: string): boolean {
    const samples = this.#audio.take(base64);
    this.#samples += samples.length;
    if (this.#detection !== undefined) {
      this.#detection.push(samples);
      return true;
    }
    const most = this.#options.maxUtteranceMs * SPEECH_SAMPLES_PER_MS;
    if (this.#pendingSamples + samples.length > most) return false;
    this.#pieces.push(samples);
    this.#pendingSamples += samples.length;
    return true;
  }

  /** @returns the utterance; undefined if nothing was said */
  commit(): number | undefined {
    if (this.#detection !== undefined) {
      const { utterance } = this.#speaking ?? {};
      if (utterance === undefined) return undefined;
      this.#options.send({ type: 'input_audio_buffer.commit', utterance });
      this.ended(utterance, undefined);
      return utterance;
    }
    const samples = joinPcm16(this.#pieces);
    this.#forget();
    if (samples.length < MIN_COMMIT_MS * SPEECH_SAMPLES_PER_MS) return undefined;
    const utterance = this.#takeNumber();
    // First, so that the client knows the item whose words come.
    this.#options.onEnded(utterance, samples.length / SPEECH_SAMPLES_PER_MS, undefined);
    this.#say(utterance, samples);
    return utterance;
  }

  clear(): void {
    this.#forget();
    const { utterance, found } = this.#speaking ?? {};
    if (utterance === undefined || found === undefined) return;
    this.#speaking = undefined;
    this.#options.send({ type: 'input_audio_buffer.clear', utterance });
    this.#detection?.endOfTurn(found);
  }

  /** The turn is over for the relay. @param endMs - of the stream; undefined: it is not known */
  ended(utterance: number, endMs: number | undefined): void {
    const speaking = this.#speaking;
    if (speaking?.utterance !== utterance) return;
    this.#speaking = undefined;
    this.#detection?.endOfTurn(speaking.found);
    const endedAtMs = endMs ?? this.#streamMs;
    this.#options.onEnded(utterance, endedAtMs - speaking.startMs, endedAtMs);
  }

  [Symbol.dispose](): void {
    this.#stopDetecting();
    this.#forget();
  }

  get #streamMs(): number {
    return this.#samples / SPEECH_SAMPLES_PER_MS;
  }

  /** The session clock at an instant of the stream, which comes as it is spoken. */
  #sessionMs(streamMs: number): number {
    return Math.max(0, this.#options.nowMs() - (this.#streamMs - streamMs));
  }

  #say(utterance: number, samples: Int16Array): void {
    const { send, sendAudio } = this.#options;
    const startMs = this.#sessionMs(this.#streamMs - samples.length / SPEECH_SAMPLES_PER_MS);
    send({ type: 'input_audio_buffer.speech_started', utterance, audio_start_ms: startMs });
    for (let at = 0; at < samples.length; at += UPLINK_CHUNK_SAMPLES) {
      const end = at + UPLINK_CHUNK_SAMPLES;
      const chunkMs = startMs + at / SPEECH_SAMPLES_PER_MS;
      sendAudio(utterance, samples.subarray(at, end), chunkMs, end >= samples.length);
    }
    send({ type: 'input_audio_buffer.commit', utterance });
  }

  #found(found: SpeechFound, beganAtMs: number): void {
    const { send, sendAudio, nowMs, onStarted } = this.#options;
    if (found.type === 'speech-started') {
      const utterance = this.#takeNumber();
      const startMs = beganAtMs + found.onsetMs;
      this.#speaking = { found: found.utterance, utterance, startMs };
      const audio_start_ms = this.#sessionMs(startMs);
      onStarted(utterance, startMs);
      return send({ type: 'input_audio_buffer.speech_started', utterance, audio_start_ms });
    }
    const { utterance } = this.#speaking ?? {};
    // It was cleared, or is over for the relay.
    if (utterance === undefined || this.#speaking!.found !== found.utterance) return;
    switch (found.type) {
      case 'speech': {
        const startMs = this.#sessionMs(beganAtMs + found.startMs);
        return sendAudio(utterance, found.samples, startMs, found.last);
      }
      case 'speech-paused': {
        const audio_end_ms = this.#sessionMs(beganAtMs + found.endMs);
        const times = { audio_end_ms, sent_ms: nowMs() };
        return send({ type: 'input_audio_buffer.speech_paused', utterance, ...times });
      }
      case 'speech-resumed': {
        const audio_start_ms = this.#sessionMs(this.#streamMs);
        return send({ type: 'input_audio_buffer.speech_resumed', utterance, audio_start_ms });
      }
      case 'speech-stopped': {
        const audio_end_ms = this.#sessionMs(beganAtMs + found.endMs);
        const times = { audio_end_ms, sent_ms: nowMs() };
        send({ type: 'input_audio_buffer.speech_stopped', utterance, ...times });
        return this.ended(utterance, beganAtMs + found.endMs);
      }
    }
  }

  #takeNumber(): number {
    const number = this.#nextUtterance;
    this.#nextUtterance = (number % 0xffff) + 1;
    return number;
  }

  #forget(): void {
    this.#pieces = [];
    this.#pendingSamples = 0;
  }

  #stopDetecting(): void {
    this.#detection?.[Symbol.dispose]();
    this.#detection = undefined;
    const { utterance } = this.#speaking ?? {};
    this.#speaking = undefined;
    if (utterance !== undefined)
      this.#options.send({ type: 'input_audio_buffer.clear', utterance });
  }
}
