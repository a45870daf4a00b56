import { systemClock, sleep } from '../../src/lib/clock.ts';
import { percentile } from '../statistics.ts';
import { DeliveryLog } from './delivery-log.ts';
import type { Line, LineOptions } from './lines.ts';
import { MarkedChunk } from './marked-chunk.ts';
import { Simulator } from './simulator.ts';

/** Length of an utterance: ten seconds, longer than most that people say to a machine. */
const UTTERANCE_CHUNKS = 100;
/** Between two chunks of one session. */
const CHUNK_INTERVAL_MS = 100;
/** Connections made at the same moment. */
const DIALLERS = 16;
/** Between the first words of one session and the next. */
const RAMP_MS_PER_SESSION = 1;
const SETTLE_DEADLINE_MS = 10_000;
const SETTLE_CHECK_MS = 10;

export interface RoundDelivery {
  readonly sent: number;
  readonly delivered: number;
  readonly reordered: number;
  readonly repeated: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** What lines complained of since the beginning, the first few. */
  readonly problems: readonly string[];
  readonly problemCount: number;
}

const MAX_PROBLEMS_TOLD = 5;

/** All callers of one side, and the transcriber behind it. */
export class Fleet {
  readonly #simulator: Simulator;
  readonly #openLine: (options: LineOptions) => Promise<Line>;
  readonly #lines: Line[] = [];
  readonly #chunk = new MarkedChunk();
  readonly #deliveries = new DeliveryLog(utteranceOf);
  readonly #problems: string[] = [];
  readonly #abort = new AbortController();
  #problemCount = 0;
  #sent = 0;
  #latenciesMs: number[] | undefined;
  #isFlowing = false;

  constructor(audioOffset: number, openLine: (options: LineOptions) => Promise<Line>) {
    this.#openLine = openLine;
    this.#simulator = new Simulator(audioOffset, ({ session, index, sentMs }, receivedMs) => {
      this.#deliveries.record(session, index);
      this.#latenciesMs?.push(receivedMs - sentMs);
    });
  }

  /** @returns where the transcriber is */
  listen(): Promise<string> {
    return this.#simulator.listen();
  }

  async connect(url: string, sessions: number): Promise<void> {
    let left = sessions;
    const options: LineOptions = {
      url,
      signal: this.#abort.signal,
      onProblem: (problem) => this.#complain(problem),
    };
    const diallers = Array.from({ length: DIALLERS }, async () => {
      while (left-- > 0) this.#lines.push(await this.#openLine(options));
    });
    await Promise.all(diallers);
  }

  /** Everyone begins an utterance; resolves once the transcriber has a connection for each. */
  async begin(): Promise<void> {
    await this.#eachInTurn((line) => line.nextUtterance());
    await this.#until(() => this.#simulator.connections >= this.#lines.length);
  }

  /**
   * Audio flows from everyone, until `pause`.
   *
   * Without timers and without a moment's sleep, for two reasons. Each chunk leaves by itself, as
   * those of strangers do; a timer would send ten in one burst, which are cheaper to take in. And
   * whoever sends to a process that sleeps pays for waking it, the more often the slower it is.
   */
  flow(): void {
    const count = this.#lines.length;
    const sentBefore = this.#sent;
    const startedAtMs = performance.now();
    this.#isFlowing = true;
    // Spread evenly: one session after the other, each once in every interval.
    const sendDue = () => {
      if (!this.#isFlowing) return;
      setImmediate(sendDue);
      const elapsedMs = performance.now() - startedAtMs;
      const due = sentBefore + Math.floor((elapsedMs * count) / CHUNK_INTERVAL_MS);
      while (this.#sent < due) this.#sendNext(count);
    };
    sendDue();
  }

  /** From now on it is noted how long each chunk takes. */
  record(): void {
    this.#latenciesMs = [];
  }

  /** Everyone falls silent; resolves once all that was sent arrived, or clearly never will. */
  async pause(): Promise<RoundDelivery> {
    this.#isFlowing = false;
    const latenciesMs = this.#latenciesMs ?? [];
    this.#latenciesMs = undefined;
    // Whole intervals only: each session has then sent as many chunks as the others.
    while (this.#sent % this.#lines.length !== 0) this.#sendNext(this.#lines.length);
    await this.#until(() => this.#deliveries.delivered === this.#sent);
    const { delivered, reordered, repeated } = this.#deliveries;
    return {
      sent: this.#sent,
      delivered,
      reordered,
      repeated,
      latencyMs: { p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99) },
      problems: this.#problems,
      problemCount: this.#problemCount,
    };
  }

  #sendNext(count: number): void {
    const session = this.#sent % count;
    const index = Math.floor(this.#sent / count);
    this.#sent++;
    try {
      const isNext = index > 0 && utteranceOf(session, index) > utteranceOf(session, index - 1);
      if (isNext) this.#lines[session]!.nextUtterance();
      this.#lines[session]!.send(this.#chunk.mark({ session, index, sentMs: performance.now() }));
    } catch (error) {
      this.#complain(String(error));
    }
  }

  async #eachInTurn(action: (line: Line) => void): Promise<void> {
    const startedAtMs = performance.now();
    for (const [index, line] of this.#lines.entries()) {
      const dueMs = startedAtMs + index * RAMP_MS_PER_SESSION;
      await sleep(systemClock, dueMs - performance.now(), this.#abort.signal);
      try {
        action(line);
      } catch (error) {
        this.#complain(String(error));
      }
    }
  }

  /** Waits for something that is counted, within reason. */
  async #until(isSo: () => boolean): Promise<void> {
    const deadlineMs = performance.now() + SETTLE_DEADLINE_MS;
    while (!isSo() && performance.now() < deadlineMs) {
      await sleep(systemClock, SETTLE_CHECK_MS, this.#abort.signal);
    }
  }

  #complain(problem: string): void {
    this.#problemCount++;
    if (this.#problems.length < MAX_PROBLEMS_TOLD) this.#problems.push(problem);
  }
}

/** The utterance a chunk belongs to; everyone's begin at other moments. */
function utteranceOf(session: number, index: number): number {
  return Math.floor((index + session) / UTTERANCE_CHUNKS);
}
