import { UPLINK_CHUNK_SAMPLES, type ClientEvent, type ParleyError } from '@parley/shared';
import { joinPcm16, SPEECH_SAMPLES_PER_MS } from '@parley/shared/audio/pcm16';
import { IncomingAudio, type AudioFormat } from './call-audio.ts';
import type { SpeechDetection, SpeechDetections, SpeechFound } from './speech-detection.ts';

/** Shorter ones hold no word; OpenAI refuses them, too. */
const MIN_COMMIT_MS = 100;

export interface SpokenInputOptions {
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
  /** Nothing is detected any more. */
  readonly onFailed: (error: ParleyError) => void;
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
  /** What the session clock is ahead of the stream. */
  readonly clockMs: number;
}

/**
 * A client's microphone. With detection its stream is cut into utterances here; without, what was
 * appended is one when the client commits it.
 */
export class SpokenInput implements Disposable {
  readonly #options: SpokenInputOptions;
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
  /** Where in the stream the detection began: it counts from there. */
  #detectedFromMs = 0;

  constructor(options: SpokenInputOptions) {
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
      const { detections, maxUtteranceMs, onFailed } = this.#options;
      this.#detectedFromMs = this.#streamMs;
      this.#detection = detections.open({
        longestMs: maxUtteranceMs,
        onFound: (found) => this.#found(found),
        onFailed: (error) => {
          this.#stopDetecting();
          onFailed(error);
        },
      });
    } else {
      this.#stopDetecting();
    }
  }

  /** Our voice plays in the client. */
  setPlaying(isPlaying: boolean): void {
    this.#detection?.setPlaying(isPlaying);
  }

  /** @returns false if more was appended than can be heard: it is passed over */
  append(base64: string): boolean {
    const samples = this.#audio.take(base64);
    if (this.#detection !== undefined) {
      const isTaken = this.#detection.push(samples);
      if (isTaken) this.#samples += samples.length;
      return isTaken;
    }
    this.#samples += samples.length;
    const most = this.#options.maxUtteranceMs * SPEECH_SAMPLES_PER_MS;
    if (this.#pendingSamples + samples.length > most) return false;
    this.#pendingSamples += samples.length;
    // Joined to one that is short: a million of single samples would take a hundred times as much.
    const last = this.#pieces.pop() ?? new Int16Array();
    if (last.length < UPLINK_CHUNK_SAMPLES) this.#pieces.push(joinPcm16([last, samples]));
    else this.#pieces.push(last, samples);
    return true;
  }

  /** @returns the utterance; undefined if nothing was said */
  commit(): number | undefined {
    if (this.#detection !== undefined) {
      const { utterance } = this.#speaking ?? {};
      if (utterance === undefined) return undefined;
      this.#options.send({ type: 'input_audio_buffer.commit', utterance });
      this.ended(utterance);
      return utterance;
    }
    const samples = joinPcm16([...this.#pieces, this.#audio.end()]);
    this.#forget();
    if (samples.length < MIN_COMMIT_MS * SPEECH_SAMPLES_PER_MS) return undefined;
    const utterance = this.#takeNumber();
    // First, so that the client knows the item whose words come.
    this.#options.onEnded(utterance, samples.length / SPEECH_SAMPLES_PER_MS, undefined);
    this.#say(utterance, samples);
    return utterance;
  }

  clear(): void {
    if (this.#detection === undefined) this.#audio.end();
    this.#forget();
    const { utterance, found } = this.#speaking ?? {};
    if (utterance === undefined || found === undefined) return;
    this.#speaking = undefined;
    this.#options.send({ type: 'input_audio_buffer.clear', utterance });
    this.#detection?.endOfTurn(found, this.#streamMs - this.#detectedFromMs);
  }

  /** The relay has ended the turn. @param audioEndMs - true end of speech, on the session clock */
  endedByRelay(utterance: number, audioEndMs: number): void {
    this.ended(utterance, audioEndMs - (this.#speaking?.clockMs ?? 0));
  }

  /** @param endMs - of the stream; undefined: now */
  ended(utterance: number, endMs = this.#streamMs): void {
    const speaking = this.#speaking;
    if (speaking?.utterance !== utterance) return;
    this.#speaking = undefined;
    this.#detection?.endOfTurn(speaking.found, endMs - this.#detectedFromMs);
    this.#options.onEnded(utterance, endMs - speaking.startMs, endMs);
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

  #found(found: SpeechFound): void {
    const { send, sendAudio, nowMs, onStarted } = this.#options;
    if (found.type === 'speech-started') {
      const utterance = this.#takeNumber();
      const startMs = this.#detectedFromMs + found.onsetMs;
      const audio_start_ms = this.#sessionMs(startMs);
      const clockMs = audio_start_ms - startMs;
      this.#speaking = { found: found.utterance, utterance, startMs, clockMs };
      onStarted(utterance, startMs);
      return send({ type: 'input_audio_buffer.speech_started', utterance, audio_start_ms });
    }
    const speaking = this.#speaking;
    // It was cleared, or is over for the relay.
    if (speaking?.found !== found.utterance) return;
    const { utterance } = speaking;
    const sent_ms = nowMs();
    const clockAt = (foundMs: number) =>
      Math.max(0, Math.min(sent_ms, speaking.clockMs + this.#detectedFromMs + foundMs));
    switch (found.type) {
      case 'speech':
        return sendAudio(utterance, found.samples, clockAt(found.startMs), found.last);
      case 'speech-paused': {
        const audio_end_ms = clockAt(found.endMs);
        return send({ type: 'input_audio_buffer.speech_paused', utterance, audio_end_ms, sent_ms });
      }
      case 'speech-resumed': {
        const audio_start_ms = clockAt(found.onsetMs);
        return send({ type: 'input_audio_buffer.speech_resumed', utterance, audio_start_ms });
      }
      case 'speech-stopped': {
        const audio_end_ms = clockAt(found.endMs);
        send({ type: 'input_audio_buffer.speech_stopped', utterance, audio_end_ms, sent_ms });
        return this.ended(utterance, this.#detectedFromMs + found.endMs);
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
