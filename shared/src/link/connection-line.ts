import { AUDIO_CODECS, type AudioCodec } from '../protocol/audio-frame.ts';
import type { ClientEventOf } from '../protocol/client-events.ts';
import type { SessionDescription } from '../protocol/relay-events.ts';
import type { LineState } from './line-state.ts';
import { LineWatch, type LineWishes } from './line-watch.ts';
import type { RelaySocket } from './relay-socket.ts';
import { SocketBeside } from './socket-beside.ts';

/** What a client knows of its line is sent along with a ping, this often at the most. */
const REPORT_MS = 5_000;
/** A ping that follows audio within this time may wait behind it: PCM16 stands in queues. */
const BEHIND_MS = { pcm16: 3_000, opus: 1_000 } as const;

const NO_WISHES: LineWishes = {
  choice: () => 'auto',
  hints: () => ({}),
  hasEncoder: () => false,
};

export interface ConnectionLineOptions {
  readonly wishes: LineWishes | undefined;
  now(): number;
  /** The socket that the session has; undefined: it has none now. */
  first(): RelaySocket | undefined;
  /** @throws Error if there can be none */
  openBeside(): RelaySocket;
  onChange(state: LineState): void;
}

/** What a connection knows of its line, and does about it. */
export class ConnectionLine {
  readonly #options: ConnectionLineOptions;
  readonly #watch: LineWatch;
  readonly #beside: SocketBeside;
  #state: LineState;
  #reportedMs = Number.NEGATIVE_INFINITY;
  /** When either was sent or received. */
  readonly #heardAtMs = { pcm16: Number.NEGATIVE_INFINITY, opus: Number.NEGATIVE_INFINITY };
  /** Of the speech that was sent last. */
  #sentCodec: AudioCodec = 'pcm16';

  constructor(options: ConnectionLineOptions) {
    const { now, openBeside } = options;
    this.#options = options;
    this.#watch = new LineWatch(options.wishes ?? NO_WISHES);
    this.#beside = new SocketBeside({ now, open: openBeside });
    this.#state = this.#watch.judge(now(), { awaitedMs: 0, waitingBytes: 0 });
  }

  get state(): LineState {
    return this.#state;
  }

  /** For the heartbeat of each socket. */
  get pace(): 'good' | 'late' | 'doubt' {
    const isBehindPcm = this.#behind(this.#options.now()) === 'pcm16';
    if (this.#watch.isInDoubt && !isBehindPcm) return 'doubt';
    return this.#watch.isLate ? 'late' : 'good';
  }

  /** The session begins, or goes on over another socket. */
  entered({ audio_codecs }: Pick<SessionDescription, 'audio_codecs'>): void {
    this.#watch.takesOpus = audio_codecs?.includes('opus') === true;
    this.#watch.restart();
  }

  /** The first socket is gone, and with it the one beside it. */
  left(): void {
    this.#beside.close();
  }

  judge(): void {
    const { first, now, onChange } = this.#options;
    const sockets = [first(), this.#beside.socket].filter((socket) => socket !== undefined);
    const before = this.#state;
    this.#state = this.#watch.judge(now(), {
      awaitedMs: Math.max(0, ...sockets.map(({ awaitedForMs }) => awaitedForMs)),
      waitingBytes: Math.max(0, ...sockets.map(({ waitingBytes }) => waitingBytes)),
    });
    const { codec, reason, sockets: wished } = this.#state;
    if (first()?.readyAtMs !== undefined) this.#beside.wish(wished === 2);
    if (codec === before.codec && reason === before.reason && wished === before.sockets) return;
    onChange(this.#state);
  }

  /** @param sentMs - the ping's, on our clock */
  answered(sentMs: number): void {
    const nowMs = this.#options.now();
    this.#watch.answered({ rttMs: nowMs - sentMs, behind: this.#behind(sentMs) }, nowMs);
    this.judge();
  }

  heard(codec: AudioCodec): void {
    this.#heardAtMs[codec] = this.#options.now();
  }

  /** @param codec - of speech that went over the first socket */
  spoke(codec: AudioCodec): void {
    this.#sentCodec = codec;
    this.heard(codec);
  }

  sendBeside(data: string | Uint8Array<ArrayBuffer>): void {
    this.#beside.send(data);
  }

  /** A ping that says now and then what is known of the line. */
  ping(client_ms: number, last_seq: number): ClientEventOf<'ping'> {
    this.judge();
    const { rttMs, loss } = this.#state;
    const ping = { type: 'ping', client_ms, last_seq } as const;
    if (rttMs === undefined || client_ms - this.#reportedMs < REPORT_MS) return ping;
    this.#reportedMs = client_ms;
    const sockets = this.#beside.socket === undefined ? 1 : 2;
    const line = { codec: this.#sentCodec, sockets, rtt_ms: Math.round(rttMs), loss };
    return { ...ping, line };
  }

  /** @param sentMs - of a ping */
  #behind(sentMs: number): AudioCodec | 'nothing' {
    const after = AUDIO_CODECS.find((codec) => sentMs - this.#heardAtMs[codec] <= BEHIND_MS[codec]);
    return after ?? 'nothing';
  }
}
