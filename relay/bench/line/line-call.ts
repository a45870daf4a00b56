import { readFileSync } from 'node:fs';
import type { AudioCodec, AudioFrame, RelayEvent } from '@parley/shared';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';
import { connect, type Connection, type ConnectOptions } from '../../talk/client/connection.ts';
import { Playout } from '../../talk/client/playout.ts';
import type { Speech } from '../../talk/client/speech.ts';
import { planUpload } from '../../talk/client/upload-plan.ts';
import { uploadSpeech } from '../../talk/client/upload.ts';

/** How speech is sent: as PCM16 alone, as Opus on one socket, or as a page does. */
export const LINE_MODES = ['pcm', 'opus', 'auto'] as const;
export type LineMode = (typeof LINE_MODES)[number];
const CONNECTIONS: Readonly<Record<LineMode, Pick<ConnectOptions, 'line' | 'savesData'>>> = {
  pcm: { line: 'pcm16' },
  opus: { line: 'opus', savesData: true },
  auto: { line: 'auto' },
};

/** Between the opening of a call and the first question: a person waits for the page to listen. */
const BEFORE_MS = 2_000;

/** An answer that takes longer is lost. */
const ANSWER_DEADLINE_MS = 90_000;
/** Between an answer and the next question. */
const PAUSE_MS = 500;
/** What comes after the last answer and should not. */
const AFTER_MS = 2_000;

/** One question and what came of it. */
export interface LineTurn {
  /** From the end of the person's speech to the first sound of the answer; null: none came. */
  readonly voiceToVoiceMs: number | null;
  readonly heard: string;
  readonly reply: string;
  /** At the device, with all headers: from the first word to the first sound of the answer. */
  readonly speechBytesUp: number;
  /** From the first word until the answer has been heard. */
  readonly bytesUp: number;
  /** When it began. */
  readonly sockets: number;
  readonly codec: AudioCodec;
}

export interface LineCall {
  readonly turns: readonly LineTurn[];
  /** Transcripts and answers beyond one a turn. */
  readonly doubled: number;
  readonly problems: readonly string[];
}

export interface LineCallOptions {
  readonly url: string;
  readonly speeches: readonly Speech[];
  readonly mode: LineMode;
  readonly signal: AbortSignal;
}

/** Asks one question after the other, and listens to each answer to its end. */
export async function talkOver({
  url,
  speeches,
  mode,
  signal,
}: LineCallOptions): Promise<LineCall> {
  const turns: LineTurn[] = [];
  const problems: string[] = [];
  const ear = new Ear();
  const voice = new VoiceCodec();
  const connection = await connect({ url, signal, ...CONNECTIONS[mode] });
  connection.listen({
    event: (event) => ear.event(event),
    audio: (frame, receivedMs) => ear.audio(frame, receivedMs),
    closed: (error) => ear.closed(error ?? new Error('The call was ended.')),
  });
  try {
    await sleep(systemClock, BEFORE_MS, signal);
    for (const [index, speech] of speeches.entries()) {
      const utterance = index + 1;
      const { codec, sockets } = connection.line;
      if (mode === 'auto') voice.follow(connection);
      const over = ear.awaitAnswer(utterance);
      const before = bytesUp();
      const endMs = performance.now() + planUpload(speech).endMs;
      const sent = uploadSpeech(connection, speech, { utterance, speed: 1, signal });
      const late = () => new Error(`Turn ${utterance} has no answer.`);
      const [answer] = await Promise.all([
        withDeadline(over, ANSWER_DEADLINE_MS, systemClock, late).catch((error: Error) => {
          problems.push(error.message);
          return undefined;
        }),
        sent,
      ]);
      await sleep(systemClock, ear.playout.endMs + PAUSE_MS - performance.now(), signal);
      turns.push({
        voiceToVoiceMs: answer?.firstMs === undefined ? null : answer.firstMs - endMs,
        heard: ear.transcripts.get(utterance)?.[0] ?? '',
        reply: answer?.text ?? '',
        speechBytesUp: (answer?.firstBytesUp ?? before) - before,
        bytesUp: bytesUp() - before,
        codec,
        sockets,
      });
    }
    await sleep(systemClock, AFTER_MS, signal);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    await connection.close();
  }
  return { turns, doubled: ear.doubled, problems };
}

/** Asks for the voice in Opus while the line is late, as a page does. */
class VoiceCodec {
  #codec: AudioCodec = 'pcm16';

  follow(connection: Connection): void {
    const codec = connection.line.reason === 'late' ? 'opus' : 'pcm16';
    if (codec === this.#codec) return;
    this.#codec = codec;
    connection.send({ type: 'session.update', session: { output_audio_codec: codec } });
  }
}

interface Answer {
  readonly utterance: number | null;
  readonly item: number;
  readonly sampleRateHz: number | undefined;
  text: string;
  firstMs?: number;
  firstBytesUp?: number;
}

/** What comes from the relay, and when it would be heard. */
class Ear {
  readonly playout = new Playout();
  /** Of each utterance; one, if all is well. */
  readonly transcripts = new Map<number, string[]>();
  readonly #answers = new Map<string, Answer>();
  #waiting: { readonly utterance: number; readonly over: PromiseWithResolvers<Answer> } | undefined;

  /** @returns once the answer was received to its end; rejects if it will not be */
  awaitAnswer(utterance: number): Promise<Answer> {
    const over = Promise.withResolvers<Answer>();
    this.#waiting = { utterance, over };
    return over.promise;
  }

  get doubled(): number {
    const answered = new Set([...this.#answers.values()].map(({ utterance }) => utterance));
    const transcripts = [...this.transcripts.values()];
    return this.#answers.size - answered.size + transcripts.flatMap((each) => each.slice(1)).length;
  }

  event(event: RelayEvent): void {
    switch (event.type) {
      case 'conversation.item.input_audio_transcription.completed': {
        const known = this.transcripts.get(event.utterance) ?? [];
        this.transcripts.set(event.utterance, [...known, event.transcript]);
        return;
      }
      case 'response.created':
        this.#answers.set(event.response_id, {
          utterance: event.utterance,
          item: event.item,
          sampleRateHz: event.audio?.sample_rate,
          text: '',
        });
        return;
      case 'response.output_audio_transcript.delta':
        this.#answers.get(event.response_id)!.text += event.delta;
        return;
      case 'response.done': {
        const answer = this.#answers.get(event.response_id);
        if (answer === undefined || answer.utterance !== this.#waiting?.utterance) return;
        if (event.status === 'completed') this.#waiting.over.resolve(answer);
        else this.#waiting.over.reject(new Error(`An answer was ${event.status}.`));
        return;
      }
      case 'error':
        this.#waiting?.over.reject(new Error(event.message));
        return;
      default:
    }
  }

  audio({ item, samples, opus }: AudioFrame, receivedMs: number): void {
    const answer = [...this.#answers.values()].find((each) => each.item === item);
    if (answer?.sampleRateHz === undefined) return;
    const durationMs = opus?.durationMs ?? (samples.length * 1_000) / answer.sampleRateHz;
    if (durationMs === 0) return;
    answer.firstMs ??= this.playout.play(durationMs, receivedMs);
    answer.firstBytesUp ??= bytesUp();
  }

  closed(error: Error): void {
    this.#waiting?.over.reject(error);
  }
}

/** What this host's end of the link has sent, with the headers of TCP and IP. */
function bytesUp(): number {
  const [, counts] = /line0:\s+(.*)/.exec(readFileSync('/proc/net/dev', 'utf8')) ?? [];
  return Number(counts?.split(/\s+/)[8]);
}
