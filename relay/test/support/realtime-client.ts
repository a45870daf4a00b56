import { once } from 'node:events';
import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';
import { signIn } from './api.ts';

type EventOf<T extends RealtimeServerEvent['type']> = Extract<RealtimeServerEvent, { type: T }>;

/** The schemas that OpenAI's agents read events with; the package does not export them. */
interface AgentsSchemas {
  readonly realtimeServerEventSchema: {
    safeParse(value: unknown): { readonly success: boolean; readonly error?: Error };
  };
}
const SCHEMAS = new URL(
  '../../node_modules/@openai/agents-realtime/dist/openaiRealtimeEvents.mjs',
  import.meta.url,
).href;

/** Longer than recognition takes on a machine that is busy. */
const DEADLINE_MS = 25_000;

/** @returns what throws at an event that is not valid for OpenAI's agents */
export async function eventCheck(): Promise<(event: RealtimeServerEvent) => void> {
  const { realtimeServerEventSchema } = (await import(SCHEMAS)) as AgentsSchemas;
  return (event) => {
    const { error } = realtimeServerEventSchema.safeParse(event);
    if (error !== undefined) throw new Error(`${event.type} is not valid`, { cause: error });
  };
}

/** A client of OpenAI's Realtime protocol. Each event that it gets is valid for OpenAI's agents. */
export class RealtimeClient implements AsyncDisposable {
  readonly events: RealtimeServerEvent[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  #cursor = 0;
  readonly #checks = new Set<() => void>();

  private constructor(socket: WebSocket, check: (event: RealtimeServerEvent) => void) {
    this.socket = socket;
    this.closed = once(socket, 'close').then(([code]) => code as number);
    socket.on('message', (data) => {
      const event = JSON.parse((data as Buffer).toString()) as RealtimeServerEvent;
      check(event);
      this.events.push(event);
      for (const look of this.#checks) look();
    });
  }

  /** @param query - beside the address */
  static async connect(
    relayUrl: string,
    { query = '?model=gpt-realtime', key }: { query?: string; key?: string } = {},
  ): Promise<RealtimeClient> {
    const url = new URL(`/v1/realtime${query}`, relayUrl.replace(/^http/, 'ws'));
    const authorization = `Bearer ${key ?? (await signIn(relayUrl))}`;
    const check = await eventCheck();
    const client = new RealtimeClient(new WebSocket(url, { headers: { authorization } }), check);
    await client.next('session.created');
    return client;
  }

  /** A client that says when it is heard, and when it is answered. */
  static async manual(relayUrl: string): Promise<RealtimeClient> {
    const client = await RealtimeClient.connect(relayUrl);
    const input = { turn_detection: null, transcription: { model: 'any' } };
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
    await client.next('session.updated');
    return client;
  }

  send(event: RealtimeClientEvent): void {
    this.socket.send(JSON.stringify(event));
  }

  type(text: string): void {
    const content = [{ type: 'input_text' as const, text }];
    this.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content },
    });
  }

  /** @param samples - PCM16 at 24 kHz */
  append(samples: Int16Array): void {
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    this.send({ type: 'input_audio_buffer.append', audio: bytes.toString('base64') });
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  ofType<T extends RealtimeServerEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** The next event of a type, past or future, after the one that was last asked for. */
  async next<T extends RealtimeServerEvent['type']>(type: T): Promise<EventOf<T>> {
    const { promise, resolve } = Promise.withResolvers<EventOf<T>>();
    const check = () => {
      const index = this.events.findIndex((event, at) => at >= this.#cursor && event.type === type);
      if (index < 0) return;
      this.#cursor = index + 1;
      this.#checks.delete(check);
      resolve(this.events[index] as EventOf<T>);
    };
    this.#checks.add(check);
    check();
    const late = () => new Error(`Waited in vain for ${type}; got ${this.types.join(', ')}`);
    return withDeadline(promise, DEADLINE_MS, systemClock, late);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}

/** A sound at 24 kHz. */
export function tone(ms: number): Int16Array {
  return Int16Array.from({ length: ms * 24 }, (_, at) => 8_000 * Math.sin(at / 10));
}
