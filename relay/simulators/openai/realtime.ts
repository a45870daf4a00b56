import type { WebSocket } from 'ws';
import { z } from 'zod';
import { transcriptOf } from '../kit/simulator.ts';
import type { Fault } from '../kit/fault.ts';
import { breakSocket } from '../kit/simulator-server.ts';
import { parseJson } from '../../src/base/lib/json.ts';
import { inPieces } from '../kit/http-answers.ts';
import { checked, Refusal, type Endpoint } from './answering.ts';
import { heard } from './transcriptions.ts';

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';
const RATE_HZ = 24_000;
const MIN_AUDIO_MS = 100;
/** After so much speech the first words are told, as models that stream do. */
const FIRST_WORDS_BYTES = (RATE_HZ / 2) * 2;
const MAX_APPEND_BYTES = 15 * 1024 * 1024;
/** Models that know no voice activity detection. */
const MODELS_WITHOUT_VAD = ['gpt-live-transcribe', 'gpt-realtime-whisper'];
const MODELS = [
  ...MODELS_WITHOUT_VAD,
  'gpt-transcribe',
  'gpt-4o-transcribe',
  'gpt-4o-mini-transcribe',
  'whisper-1',
];

const eventId = z.string().optional();
const clientEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('session.update'),
    event_id: eventId,
    session: z.strictObject({
      type: z.literal('transcription'),
      include: z.array(z.literal('item.input_audio_transcription.logprobs')).nullish(),
      audio: z
        .strictObject({
          input: z.strictObject({
            format: z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(RATE_HZ) }),
            transcription: z.strictObject({
              model: z.enum(MODELS),
              language: z
                .string()
                .regex(/^[a-z]{2}$/)
                .optional(),
              prompt: z.string().optional(),
              delay: z.string().optional(),
            }),
            turn_detection: z.object({ type: z.enum(['server_vad', 'semantic_vad']) }).nullish(),
            noise_reduction: z
              .strictObject({ type: z.enum(['near_field', 'far_field']) })
              .nullish(),
          }),
        })
        .optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('input_audio_buffer.append'),
    event_id: eventId,
    audio: z
      .string()
      .max(MAX_APPEND_BYTES)
      .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
  }),
  z.strictObject({ type: z.literal('input_audio_buffer.commit'), event_id: eventId }),
  z.strictObject({ type: z.literal('input_audio_buffer.clear'), event_id: eventId }),
]);
type ClientEvent = z.infer<typeof clientEvent>;

/** One transcription session at `/v1/realtime?intent=transcription`. */
export class RealtimeSession {
  readonly #endpoint: Endpoint;
  readonly #socket: WebSocket;
  readonly #timers = new Set<NodeJS.Timeout>();
  #isConfigured = false;
  /** A fault has left it with nothing more to say. */
  #isSilent = false;
  #audio: Buffer[] = [];
  #audioBytes = 0;
  /** Words told of the utterance that goes on; undefined before any. */
  #said: string | undefined;
  #events = 0;
  #items = 0;

  constructor(endpoint: Endpoint, socket: WebSocket) {
    this.#endpoint = endpoint;
    this.#socket = socket;
    socket.on('message', (data: Buffer, isBinary) => this.#take(data, isBinary));
    socket.once('close', () => {
      for (const timer of this.#timers) clearTimeout(timer);
    });
    this.#say('session.created', { session: sessionOf(undefined) });
  }

  #take(data: Buffer, isBinary: boolean): void {
    let event: ClientEvent | undefined;
    try {
      if (isBinary) throw new Refusal(400, 'Binary messages are not taken.', null);
      event = checked(parsed(data), clientEvent);
      this.#handle(event);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#endpoint.server.complain(error.message);
      this.#say('error', { error: { ...error.body.error, event_id: event?.event_id ?? null } });
    }
  }

  #handle(event: ClientEvent): void {
    switch (event.type) {
      case 'session.update':
        return this.#configure(event.session.audio?.input);
      case 'input_audio_buffer.append': {
        const audio = Buffer.from(event.audio, 'base64');
        if (audio.length % 2 !== 0)
          throw new Refusal(400, 'Audio must be whole 16-bit samples.', 'invalid_value', 'audio');
        if (!this.#isConfigured) throw new Refusal(400, 'Audio before session.update.', null);
        this.#audio.push(audio);
        this.#audioBytes += audio.length;
        if (this.#said === undefined && this.#audioBytes >= FIRST_WORDS_BYTES) this.#tellFirst();
        return;
      }
      case 'input_audio_buffer.clear':
        this.#takeAudio();
        return this.#say('input_audio_buffer.cleared', {});
      case 'input_audio_buffer.commit':
        return this.#commit();
    }
  }

  #configure(input: object | undefined): void {
    const { transcription, turn_detection: detection } = (input ?? {}) as {
      transcription?: { model: string };
      turn_detection?: object | null;
    };
    const model = transcription?.model ?? '';
    if (detection != null && MODELS_WITHOUT_VAD.includes(model))
      throw new Refusal(400, 'Turn detection is not supported.', 'invalid_value', 'turn_detection');
    this.#isConfigured = transcription !== undefined;
    this.#say('session.updated', { session: sessionOf(input) });
  }

  #commit(): void {
    const said = this.#said;
    const bytes = this.#takeAudio();
    const lengthMs = (bytes.length / 2 / RATE_HZ) * 1_000;
    if (lengthMs < MIN_AUDIO_MS)
      throw new Refusal(
        400,
        `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${lengthMs.toFixed(2)}ms of audio.`,
        'input_audio_buffer_commit_empty',
      );
    const previous = this.#items === 0 ? null : `item_${this.#items}`;
    const item = `item_${++this.#items}`;
    this.#say('input_audio_buffer.committed', { previous_item_id: previous, item_id: item });
    const content = [{ type: 'input_audio', transcript: null }];
    this.#say('conversation.item.added', {
      previous_item_id: previous,
      item: {
        id: item,
        object: 'realtime.item',
        type: 'message',
        status: 'completed',
        role: 'user',
        content,
      },
    });
    const { behaviour, server } = this.#endpoint;
    const text = this.#hear(bytes);
    const fault = server.plan.take('first-use');
    const slowMs = fault?.kind === 'slow' ? fault.delayMs : 0;
    this.#after((behaviour.finalDelayMs ?? 0) + slowMs, () => {
      this.#suffer(fault);
      this.#transcribe({ item, text, said, lengthMs });
    });
  }

  #transcribe(done: {
    readonly item: string;
    readonly text: string;
    readonly said: string | undefined;
    readonly lengthMs: number;
  }): void {
    const { item, text, said = '', lengthMs } = done;
    // Where the model thinks better of what it said, the completed transcript alone tells.
    const rest = text.startsWith(said) ? inPieces(text.slice(said.length)) : [];
    for (const [index, delta] of rest.entries()) {
      this.#say(`${TRANSCRIPTION}.delta`, deltaOf(item, delta));
      if (index === 0 && said === '') this.#suffer(this.#endpoint.server.plan.take('mid-stream'));
    }
    const usage = { type: 'duration', seconds: Math.ceil(lengthMs / 1_000) };
    this.#say(`${TRANSCRIPTION}.completed`, {
      ...{ item_id: item, content_index: 0 },
      ...{ transcript: text, logprobs: null, usage },
    });
  }

  /** All words so far but the last, which may still be in the middle. */
  #tellFirst(): void {
    const words = inPieces(this.#hear(Buffer.concat(this.#audio))).slice(0, -1);
    this.#said = words.join('');
    if (words.length === 0) return;
    this.#say(`${TRANSCRIPTION}.delta`, deltaOf(`item_${this.#items + 1}`, this.#said));
    this.#suffer(this.#endpoint.server.plan.take('mid-stream'));
  }

  #hear(bytes: Buffer): string {
    const samples = new Int16Array(new Uint8Array(bytes).buffer);
    return (this.#endpoint.behaviour.hear ?? transcriptOf)(heard(samples, RATE_HZ));
  }

  #takeAudio(): Buffer {
    const bytes = Buffer.concat(this.#audio);
    this.#audio = [];
    this.#audioBytes = 0;
    this.#said = undefined;
    return bytes;
  }

  #suffer(fault: Fault | undefined): void {
    this.#isSilent ||= breakSocket(this.#socket, fault);
  }

  #say(type: string, body: object): void {
    if (this.#isSilent) return;
    this.#events += 1;
    this.#socket.send(JSON.stringify({ type, event_id: `event_${this.#events}`, ...body }));
  }

  #after(delayMs: number, action: () => void): void {
    if (delayMs <= 0) return action();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
  }
}

function deltaOf(item: string, delta: string): object {
  return { item_id: item, content_index: 0, delta, logprobs: null };
}

function sessionOf(input: object | undefined): object {
  const standard = {
    format: { type: 'audio/pcm', rate: RATE_HZ },
    transcription: null,
    noise_reduction: null,
    turn_detection: null,
  };
  return {
    type: 'transcription',
    object: 'realtime.transcription_session',
    id: 'sess_simulated',
    expires_at: 1_900_000_000,
    audio: { input: { ...standard, ...input } },
    include: null,
  };
}

function parsed(data: Buffer): unknown {
  const value = parseJson(data.toString('utf8'));
  if (value === undefined) throw new Refusal(400, 'Failed to parse JSON.', 'invalid_json');
  return value;
}
