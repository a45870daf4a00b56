import { systemClock, sleep } from '../../src/lib/clock.ts';
import { percentile } from '../statistics.ts';
import { DeliveryLog } from './delivery-log.ts';
import type { Line, LineOptions } from './lines.ts';
import { MarkedChunk } from './marked-chunk.ts';
import { Simulator } from './simulator.ts';

const LOAD = {
  // Ten seconds, longer than most of what people say to a machine.
  chunksPerUtterance: 100,
  // Between two chunks of one session.
  chunkIntervalMs: 100,
  connectionsAtOnce: 16,
  // Between the first words of one session and of the next.
  rampMsPerSession: 1,
};
const SETTLE = { deadlineMs: 10_000, checkMs: 10 };

export interface RoundDelivery {
  readonly sent: number;
  readonly delivered: number;
  readonly reordered: number;
  readonly repeated: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** The first few problems of the lines since the beginning. */
  readonly problems: readonly string[];
  readonly problemCount: number;
}

const MAX_PROBLEMS_SHOWN = 5;

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
      onProblem: (problem) => this.#report(problem),
    };
    const diallers = Array.from({ length: LOAD.connectionsAtOnce }, async () => {
      while (left-- > 0) this.#lines.push(await this.#openLine(options));
    });
    await Promise.all(diallers);
  }

  /** Every line begins an utterance; resolves once the transcriber has a connection for each. */
  async begin(): Promise<void> {
    await this.#eachInTurn((line) => line.nextUtterance());
    await this.#until(() => this.#simulator.connections >= this.#lines.length);
  }

  /**
   * Audio flows on every line, until `pause`.
   *
   * This process neither sets timers nor sleeps, for two reasons. Each chunk leaves by itself, as
   * those of independent callers do; a timer would send ten in one burst, which are cheaper to
   * receive. And waking a sleeping process costs the sender, the more often the slower that process.
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
      const due = sentBefore + Math.floor((elapsedMs * count) / LOAD.chunkIntervalMs);
      while (this.#sent < due) this.#sendNext(count);
    };
    sendDue();
  }

  /** From now on the latency of each chunk is recorded. */
  record(): void {
    this.#latenciesMs = [];
  }

  /** All lines fall silent; resolves once all that was sent arrived, or after a deadline. */
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
      this.#report(String(error));
    }
  }

  async #eachInTurn(action: (line: Line) => void): Promise<void> {
    const startedAtMs = performance.now();
    for (const [index, line] of this.#lines.entries()) {
      const dueMs = startedAtMs + index * LOAD.rampMsPerSession;
      await sleep(systemClock, dueMs - performance.now(), this.#abort.signal);
      try {
        action(line);
      } catch (error) {
        this.#report(String(error));
      }
    }
  }

  /** Waits for a condition, up to a deadline. */
  async #until(isSo: () => boolean): Promise<void> {
    const deadlineMs = performance.now() + SETTLE.deadlineMs;
    while (!isSo() && performance.now() < deadlineMs) {
      await sleep(systemClock, SETTLE.checkMs, this.#abort.signal);
    }
  }

  #report(problem: string): void {
    this.#problemCount++;
    if (this.#problems.length < MAX_PROBLEMS_SHOWN) this.#problems.push(problem);
  }
}

/** The utterance of a chunk; those of different sessions begin at different moments. */
function utteranceOf(session: number, index: number): number {
  return Math.floor((index + session) / LOAD.chunksPerUtterance);
}
