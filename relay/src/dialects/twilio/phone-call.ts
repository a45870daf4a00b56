import { z } from 'zod';
import type { ClientEvent, CloseReasonName, RelayEvent, RelayEventOf } from '@parley/shared';
import type { Clock } from '../../base/lib/clock.ts';
import { within } from '../../base/lib/error-boundary.ts';
import { Allowance } from '../../call/session/inbox-allowances.ts';
import type { Session } from '../../call/session/session.ts';
import type { SessionSocket } from '../../call/session/session-socket.ts';
import { SessionClient } from '../calls/session-client.ts';
import type { SpeechDetections } from '../calls/speech-detection.ts';
import { SpokenInput } from '../calls/spoken-input.ts';
import { PhoneVoice, type Heard } from './phone-voice.ts';

/** Base64 of a second; Twilio sends 20 ms at a time. */
const MAX_PAYLOAD_CHARACTERS = 12_000;
/** Said for the caller, who waits to be greeted: any assistant answers it. */
const GREETING_ASKED = 'Hello.';

const name = z.string().max(200);
/** What Twilio sends. Fields that nothing reads are left out. */
const messageSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('start'),
    start: z.object({
      streamSid: name,
      callSid: name,
      customParameters: z.record(name, z.string().max(500)),
      mediaFormat: z.object({
        encoding: z.literal('audio/x-mulaw'),
        sampleRate: z.literal(8_000),
        channels: z.literal(1),
      }),
    }),
  }),
  z.object({
    event: z.literal('media'),
    media: z.object({ payload: z.base64().max(MAX_PAYLOAD_CHARACTERS) }),
  }),
  z.object({ event: z.literal('mark'), mark: z.object({ name }) }),
  z.object({ event: z.enum(['connected', 'dtmf', 'stop']) }),
]);
export type PhoneMessage = z.infer<typeof messageSchema>;

/** @returns undefined if it cannot be read */
export function readPhoneMessage(text: string): PhoneMessage | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export interface PhoneCallOptions {
  readonly session: Session;
  /** Twilio's. */
  readonly socket: SessionSocket;
  readonly streamSid: string;
  readonly detections: SpeechDetections;
  readonly clock: Clock;
}

/** A caller on the telephone, as a client of a session. */
export class PhoneCall implements Disposable {
  /** Its other side, which the session knows. */
  readonly client: SessionClient;
  readonly #options: PhoneCallOptions;
  readonly #voice: PhoneVoice;
  #input: SpokenInput | undefined;
  readonly #messages = new Allowance({ capacity: 6_000, perSecond: 120 });
  #refilledAtMs: number;

  constructor(options: PhoneCallOptions) {
    this.#options = options;
    const { session, socket, clock } = options;
    this.#refilledAtMs = clock.now();
    this.client = new SessionClient({
      ...{ session, socket, clock },
      onEvent: (event) => this.#told(event),
      onAudio: ({ item, samples, last }) => {
        this.#voice.push(item, samples, last);
        if (this.#voice.isStuck) session.close('slowConsumer');
      },
    });
    this.#voice = new PhoneVoice({
      play: (payload) => this.#send('media', { media: { payload } }),
      mark: (markName) => this.#send('mark', { mark: { name: markName } }),
      clear: () => this.#send('clear', {}),
    });
  }

  /** The line is gone. */
  [Symbol.dispose](): void {
    this.#input?.[Symbol.dispose]();
    this.client[Symbol.dispose]();
  }

  get sessionId(): string {
    return this.#options.session.id;
  }

  heard(): void {
    this.#options.session.heard();
  }

  close(reason: CloseReasonName): void {
    const { session } = this.#options;
    within(session, () => session.close(reason));
  }

  /** What Twilio sends once the stream has started. */
  receive(message: PhoneMessage): void {
    within(this.#options.session, () => this.#take(message));
  }

  #take(message: PhoneMessage): void {
    if (this.client.isClosed) return;
    const { session, clock } = this.#options;
    const nowMs = clock.now();
    this.#messages.refill(nowMs - this.#refilledAtMs);
    this.#refilledAtMs = nowMs;
    if (!this.#messages.take()) return session.close('rateLimited');
    // The line lives, whatever the caller does.
    session.heard();
    switch (message.event) {
      case 'media':
        return this.#hear(message.media.payload);
      case 'mark':
        return this.#voice.marked(message.mark.name);
      case 'stop':
        return session.close('normal');
      default:
        return;
    }
  }

  #hear(payload: string): void {
    this.#input?.setPlaying(this.#voice.isPlaying);
    // What comes while the detection is behind is lost, as on any bad line.
    this.#input?.append(payload);
  }

  #told(event: RelayEvent): void {
    switch (event.type) {
      case 'session.created':
        return this.#begin(event);
      case 'input_audio_buffer.committed':
        return this.#input?.endedByRelay(event.utterance, event.audio_end_ms);
      case 'response.created':
        if (event.audio === null) return;
        return this.#voice.begin(event.response_id, event.item, event.audio.sample_rate);
      case 'response.interruption_decided':
        if (!event.interrupted) return this.#voice.resume();
        return this.#truncate(this.#voice.cut());
      case 'response.done':
        if (event.status === 'cancelled') this.#truncate(this.#voice.cut());
        return;
      default:
        return;
    }
  }

  #begin({ session }: RelayEventOf<'session.created'>): void {
    this.#input = new SpokenInput({
      detections: this.#options.detections,
      maxUtteranceMs: session.limits.utterance_ms,
      nowMs: () => this.client.nowMs,
      send: (event) => this.#ask(event),
      sendAudio: this.client.sendAudio,
      onStarted: () => {},
      // A caller who is not heard any more has nothing to see that it is so.
      onFailed: () => this.#options.session.close('internal'),
      onEnded: () => {},
    });
    this.#input.set('audio/pcmu', true);
    // Not within the session's own beginning.
    queueMicrotask(() => {
      const content = [{ type: 'input_text' as const, text: GREETING_ASKED }];
      if (this.client.isClosed) return;
      this.client.ask({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content },
      });
    });
  }

  /** Speech while a reply is heard: it is held until the relay has decided what that means. */
  #ask(event: ClientEvent): void {
    const held =
      event.type === 'input_audio_buffer.speech_started' ? this.#voice.hold() : undefined;
    if (held === undefined) return void this.client.ask(event);
    const interrupts = { response_id: held.responseId, audio_end_ms: held.playedMs };
    this.client.ask({ ...event, interrupts } as ClientEvent);
  }

  /** At once: the answer that follows is made of what was heard. */
  #truncate(heard: Heard | undefined): void {
    if (heard === undefined) return;
    const { responseId: response_id, playedMs: audio_end_ms } = heard;
    this.client.ask({ type: 'conversation.item.truncate', response_id, audio_end_ms });
  }

  #send(event: 'media' | 'mark' | 'clear', fields: object): void {
    if (this.client.isClosed) return;
    const { socket, streamSid } = this.#options;
    socket.send(JSON.stringify({ event, streamSid, ...fields }));
  }
}
