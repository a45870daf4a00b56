import type { AudioCodec } from '../protocol/audio-frame.ts';
import type { CodecReason, LineChoice, LineState } from './line-state.ts';

/** Pings that are judged together. */
const PINGS = 20;
/**
 * A packet that is sent again comes at least a round trip later, and one that nothing follows at
 * least 200 ms; Wi-Fi that saves power, and a page that is busy, are late by less.
 */
const LATE_MS = 120;
const LATE_SHARE = 0.6;
/** Late, although no round trip is known to compare it with. */
const UNKNOWN_LATE_MS = 1_000;
/** What may wait in a socket: half a second of PCM16. */
const MAX_WAITING_BYTES = 16 * 1024;
/** So often among the pings: packets are lost, again and again. */
const LOSSES = 2;
/** So long, and for so many pings, nothing may be late before the line is good again. */
const GOOD_MS = 60_000;
const GOOD_PINGS = 20;
/** A line that turns late again this soon after it was found good … */
const RELAPSE_MS = 5 * 60_000;
/** … has to be good for twice as long the next time, up to this. */
const MAX_GOOD_MS = 16 * 60_000;
/** Quick pings that say whether a line that has just turned late loses packets: some ten seconds. */
const DOUBTS = 40;
/** So many pings on a quiet line say how much it loses. */
const LOSS_PINGS = 5;
/** More than this share is late on lines that are slow, not lossy. */
const MAX_LOSS = 0.5;

/** What the browser says of the network: `navigator.connection`. */
export interface LineHints {
  readonly saveData?: boolean | undefined;
  /** `slow-2g`, `2g`, `3g`, `4g`. */
  readonly effectiveType?: string | undefined;
}

/** What speaks for a codec beside the line itself. */
export interface LineWishes {
  choice(): LineChoice;
  hints(): LineHints;
  /** Whether this client has an encoder for Opus. */
  hasEncoder(): boolean;
}

export interface AnsweredPing {
  readonly rttMs: number;
  /**
   * Audio that was sent or received shortly before it. Behind PCM16 it may have waited in a queue,
   * behind Opus for a packet that was lost before its own.
   */
  readonly behind: AudioCodec | 'nothing';
}

/** What is under way on the sockets; the worst of them. */
export interface LineLoad {
  /** How long a ping has been without its answer; 0: none is awaited. */
  readonly awaitedMs: number;
  /** Bytes handed over to a socket and not sent. */
  readonly waitingBytes: number;
}

type Line =
  | { readonly kind: 'good' }
  | { readonly kind: 'late'; lastMs: number; goodPings: number; doubts: number; loses: boolean };

/**
 * Judges the line by what its pings say: PCM16 until something is late, then Opus; a second socket
 * if packets are lost again and again. TCP hides losses and shows them as delay.
 *
 * Pings that are late in a row count as one loss: they wait in a queue, which a second socket would
 * only make longer.
 */
export class LineWatch {
  readonly #wishes: LineWishes;
  readonly #pings: AnsweredPing[] = [];
  /** Whether the relay takes Opus. */
  takesOpus = false;
  #line: Line = { kind: 'good' };
  #goodMs = GOOD_MS;
  #loss = 0;
  #becameGoodMs = Number.NEGATIVE_INFINITY;

  constructor(wishes: LineWishes) {
    this.#wishes = wishes;
  }

  /** The next pings should follow one another quickly: the line is late, and it is not known why. */
  get isInDoubt(): boolean {
    return this.#line.kind === 'late' && !this.#line.loses && this.#line.doubts > 0;
  }

  get isLate(): boolean {
    return this.#line.kind === 'late';
  }

  /** There is another socket, perhaps in another network. */
  restart(): void {
    this.#pings.length = 0;
  }

  answered(ping: AnsweredPing, nowMs: number): void {
    this.#pings.push(ping);
    if (this.#pings.length > PINGS) this.#pings.shift();
    this.#estimateLoss();
    const first = this.#pings[0]!;
    // The first of all has nothing but the second to be compared with.
    const wasLate = this.#pings.length === 2 && this.#isLate(first);
    if (wasLate || this.#isLate(ping)) this.#turnLate(nowMs);
    else if (this.#line.kind === 'late') this.#line.goodPings += 1;
    if (this.#line.kind === 'late' && ping.behind !== 'pcm16') this.#line.doubts -= 1;
  }

  judge(nowMs: number, load: LineLoad): LineState {
    const isOverdue = load.awaitedMs > this.#lateAfterMs;
    if (isOverdue || load.waitingBytes > MAX_WAITING_BYTES) this.#turnLate(nowMs);
    if (this.#line.kind === 'late') {
      this.#line.loses ||= this.#losses >= LOSSES;
      const { lastMs, goodPings } = this.#line;
      if (nowMs - lastMs >= this.#goodMs && goodPings >= GOOD_PINGS) {
        this.#line = { kind: 'good' };
        this.#becameGoodMs = nowMs;
      }
    }
    const reason = this.#reason();
    const { hints, choice } = this.#wishes;
    const isOpus =
      reason === 'late' || reason === 'saves-data' || (reason === 'chosen' && choice() === 'opus');
    const loses = this.#line.kind === 'late' && this.#line.loses;
    return {
      codec: isOpus ? 'opus' : 'pcm16',
      reason,
      sockets: isOpus && loses && !savesData(hints()) ? 2 : 1,
      rttMs: this.#rttMs,
      loss: this.#loss,
    };
  }

  #reason(): CodecReason {
    const { choice, hints, hasEncoder } = this.#wishes;
    if (!this.takesOpus || !hasEncoder()) return 'unsupported';
    if (choice() !== 'auto') return 'chosen';
    if (this.isLate) return 'late';
    return savesData(hints()) ? 'saves-data' : 'good';
  }

  #turnLate(nowMs: number): void {
    if (this.#line.kind === 'late') {
      this.#line.lastMs = nowMs;
      this.#line.goodPings = 0;
      return;
    }
    const isRelapse = nowMs - this.#becameGoodMs < RELAPSE_MS;
    this.#goodMs = isRelapse ? Math.min(2 * this.#goodMs, MAX_GOOD_MS) : GOOD_MS;
    this.#line = { kind: 'late', lastMs: nowMs, goodPings: 0, doubts: DOUBTS, loses: false };
  }

  get #rttMs(): number | undefined {
    if (this.#pings.length === 0) return undefined;
    return Math.min(...this.#pings.map(({ rttMs }) => rttMs));
  }

  get #lateAfterMs(): number {
    const rttMs = this.#rttMs;
    if (rttMs === undefined) return UNKNOWN_LATE_MS;
    return rttMs + Math.max(LATE_MS, LATE_SHARE * rttMs);
  }

  #isLate({ rttMs }: AnsweredPing): boolean {
    return rttMs > this.#lateAfterMs;
  }

  get #losses(): number {
    const pings = this.#pings;
    return pings.filter((ping, index) => {
      const before = pings[index - 1];
      const isFirstOfRow = before === undefined || !this.#isLate(before);
      return ping.behind !== 'pcm16' && this.#isLate(ping) && isFirstOfRow;
    }).length;
  }

  /** A lost packet, on either way, makes a ping late. */
  #estimateLoss(): void {
    const quiet = this.#pings.filter(({ behind }) => behind === 'nothing');
    if (quiet.length < LOSS_PINGS) return;
    const lateShare = quiet.filter((ping) => this.#isLate(ping)).length / quiet.length;
    this.#loss = Math.min(1 - Math.sqrt(1 - lateShare), MAX_LOSS);
  }
}

function savesData({ saveData, effectiveType }: LineHints): boolean {
  return saveData === true || effectiveType === '2g' || effectiveType === 'slow-2g';
}
