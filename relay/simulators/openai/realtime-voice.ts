import type { WebSocket } from 'ws';
import { z } from 'zod';
import { parseJson } from '../../src/base/lib/json.ts';
import type { Fault } from '../kit/fault.ts';
import { toneFor } from '../kit/simulator.ts';
import { breakSocket } from '../kit/simulator-server.ts';
import { checked, Refusal, type Endpoint } from './answering.ts';

const RATE_HZ = 24_000;
/** Odd on purpose: a piece may end in the middle of a sample. */
const PIECE_BYTES = 4_801;
const VOICES = ['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse'];
const BEST_VOICES = ['marin', 'cedar'];

const message = z.strictObject({
  type: z.literal('message'),
  role: z.literal('user'),
  content: z
    .array(z.strictObject({ type: z.literal('input_text'), text: z.string().min(1) }))
    .min(1),
});
const clientEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('response.create'),
    event_id: z.string().optional(),
    response: z.strictObject({
      conversation: z.literal('none'),
      metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
      instructions: z.string().optional(),
      input: z.array(message).min(1),
      output_modalities: z.tuple([z.literal('audio')]),
      audio: z.strictObject({
        output: z.strictObject({
          format: z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(RATE_HZ) }),
          voice: z.enum([...VOICES, ...BEST_VOICES]),
        }),
      }),
      reasoning: z
        .strictObject({ effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']) })
        .optional(),
      tool_choice: z.literal('none').optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('response.cancel'),
    event_id: z.string().optional(),
    response_id: z.string(),
  }),
]);
type ClientEvent = z.infer<typeof clientEvent>;
type Asked = Extract<ClientEvent, { type: 'response.create' }>['response'];

/**
 * One session at `/v1/realtime?model=…` that is only asked for responses outside of its
 * conversation: it reads the user's message aloud.
 */
export class RealtimeVoiceSession {
  readonly #endpoint: Endpoint;
  readonly #socket: WebSocket;
  readonly #cancelled = new Set<string>();
  #voice: string | undefined;
  #isSilent = false;
  #events = 0;
  #responses = 0;

  constructor(endpoint: Endpoint, socket: WebSocket, model: string) {
    this.#endpoint = endpoint;
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#take(data));
    this.#say('session.created', {
      session: { type: 'realtime', object: 'realtime.session', id: 'sess_simulated', model },
    });
  }

  #take(data: Buffer): void {
    let event: ClientEvent | undefined;
    try {
      event = checked(parseJson(data.toString('utf8')), clientEvent);
      if (event.type === 'response.cancel') this.#cancelled.add(event.response_id);
      else this.#begin(event.response);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#endpoint.server.complain(error.message);
      this.#say('error', { error: { ...error.body.error, event_id: event?.event_id ?? null } });
    }
  }

  #begin(asked: Asked): void {
    const { voice } = asked.audio.output;
    if (this.#voice !== undefined && this.#voice !== voice)
      throw new Refusal(400, 'The voice cannot be changed.', 'cannot_update_voice', 'voice');
    this.#voice = voice;
    const id = `resp_${++this.#responses}`;
    void this.#respond(id, asked).catch(() => this.#endpoint.server.complain('The voice failed.'));
  }

  async #respond(id: string, { input, metadata = null }: Asked): Promise<void> {
    const { behaviour, server } = this.#endpoint;
    const fault = server.plan.take('first-use');
    await this.#after(fault?.kind === 'slow' ? fault.delayMs : 0);
    this.#suffer(fault);
    const response = { object: 'realtime.response', id, metadata, output: [] };
    this.#say('response.created', { response: { ...response, status: 'in_progress' } });
    await this.#after(behaviour.firstAudioDelayMs ?? 0);
    const text = input
      .at(-1)!
      .content.map((part) => part.text)
      .join('');
    const samples = await (behaviour.speak ?? toneFor)(text, RATE_HZ);
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    const part = { response_id: id, item_id: `item_${id}`, output_index: 0, content_index: 0 };
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      if (this.#cancelled.has(id)) break;
      const delta = bytes.subarray(at, at + PIECE_BYTES).toString('base64');
      this.#say('response.output_audio.delta', { ...part, delta });
      if (at === 0) this.#suffer(server.plan.take('mid-stream'));
    }
    this.#say('response.output_audio_transcript.done', { ...part, transcript: text });
    this.#say('response.output_audio.done', part);
    const status = this.#cancelled.delete(id) ? 'cancelled' : 'completed';
    const usage = { total_tokens: 30, input_tokens: 10, output_tokens: 20 };
    this.#say('response.done', { response: { ...response, status, usage } });
  }

  #suffer(fault: Fault | undefined): void {
    this.#isSilent ||= breakSocket(this.#socket, fault);
  }

  #say(type: string, body: object): void {
    if (this.#isSilent) return;
    this.#events += 1;
    this.#socket.send(JSON.stringify({ type, event_id: `event_${this.#events}`, ...body }));
  }

  async #after(delayMs: number): Promise<void> {
    if (delayMs <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, delayMs);
    this.#socket.once('close', resolve);
    await promise;
    clearTimeout(timer);
    this.#socket.off('close', resolve);
  }
}
