import { ParleyError, type AudioCodec } from '@parley/shared';
import { systemClock, sleep } from '../../src/base/lib/clock.ts';
import type { Line, LineOptions } from './lines.ts';
import { MarkedChunk, nowMs } from './marked-chunk.ts';
import { positionAt, WITH_PAUSES, type Schedule } from './schedule.ts';

const LOAD = {
  // Between two chunks of one session.
  chunkIntervalMs: 100,
  connectionsAtOnce: 16,
  keepAliveMs: 3_000,
  tries: 20,
  retryMs: 1_000,
  // Between the first words of one session and of the next.
  rampMsPerSession: 1,
};

export interface FleetFigures {
  /** Chunks sent since the beginning. */
  readonly sent: number;
  /** The most callers who spoke at once. */
  readonly speakers: number;
  /** The first few problems of the lines since the beginning. */
  readonly problems: readonly string[];
  readonly problemCount: number;
}

const MAX_PROBLEMS_SHOWN = 5;

type OpenLine = (options: LineOptions) => Promise<Line>;

/** All callers of one side. */
export class Fleet {
  readonly #lines: Line[] = [];
  /** How many chunks each has sent. */
  readonly #indexes: number[] = [];
  #chunk = new MarkedChunk('pcm16');
  readonly #problems: string[] = [];
  readonly #abort = new AbortController();
  #schedule = WITH_PAUSES;
  #problemCount = 0;
  /** Of all sessions in turn, each once in every interval: the moments at which one may send. */
  #slots = 0;
  #sent = 0;
  #speaking = 0;
  #speakers = 0;
  #isFlowing = false;

  async connect(how: {
    readonly url: string;
    readonly openLine: OpenLine;
    readonly sessions: number;
    readonly schedule: Schedule;
    readonly codec: AudioCodec;
  }): Promise<void> {
    this.#chunk = new MarkedChunk(how.codec);
    this.#schedule = how.schedule;
    let left = how.sessions;
    const options: LineOptions = {
      url: how.url,
      signal: this.#abort.signal,
      onProblem: (problem) => this.#report(problem),
    };
    const diallers = Array.from({ length: LOAD.connectionsAtOnce }, async () => {
      while (left-- > 0) this.#lines.push(await this.#dial(how.openLine, options));
    });
    await Promise.all(diallers);
    setInterval(() => {
      if (!this.#isFlowing) for (const line of this.#lines) line.keepAlive();
    }, LOAD.keepAliveMs);
  }

  /** Those who begin amid an utterance begin it. @returns how many */
  async begin(): Promise<number> {
    this.#indexes.push(...this.#lines.map(() => 0));
    const startedAtMs = performance.now();
    for (const [session, line] of this.#lines.entries()) {
      const dueMs = startedAtMs + session * LOAD.rampMsPerSession;
      await sleep(systemClock, dueMs - performance.now(), this.#abort.signal);
      const position = positionAt(this.#schedule, session);
      if (position === 0 || position >= this.#schedule.speakingChunks) continue;
      this.#begin(line);
      // What is heard first shows which connection is needed.
      this.#send(line, session);
    }
    return this.#speaking;
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
    const before = this.#slots;
    const startedAtMs = performance.now();
    this.#isFlowing = true;
    // Spread evenly: one session after the other, each once in every interval.
    const sendDue = () => {
      if (!this.#isFlowing) return;
      setImmediate(sendDue);
      const elapsedMs = performance.now() - startedAtMs;
      const due = before + Math.floor((elapsedMs * count) / LOAD.chunkIntervalMs);
      while (this.#slots < due) this.#takeSlot(count);
    };
    sendDue();
  }

  /** All lines fall silent, amid their utterances. */
  pause(): FleetFigures {
    this.#isFlowing = false;
    // Whole intervals only: each session has then had as many slots as the others.
    while (this.#slots % this.#lines.length !== 0) this.#takeSlot(this.#lines.length);
    return {
      sent: this.#sent,
      speakers: this.#speakers,
      problems: this.#problems,
      problemCount: this.#problemCount,
    };
  }

  /** A relay on a busy machine has no room for a moment, as it says. */
  async #dial(openLine: OpenLine, options: LineOptions): Promise<Line> {
    for (let tries = 1; ; tries++) {
      try {
        return await openLine(options);
      } catch (error) {
        const isRetryable = error instanceof ParleyError && error.retryable;
        if (!isRetryable || tries === LOAD.tries) throw error;
        await sleep(systemClock, LOAD.retryMs, this.#abort.signal);
      }
    }
  }

  #takeSlot(count: number): void {
    const { speakingChunks, pauseChunks } = this.#schedule;
    const session = this.#slots % count;
    const position = positionAt(this.#schedule, session, Math.floor(this.#slots / count));
    this.#slots++;
    const line = this.#lines[session]!;
    try {
      if (position === speakingChunks % (speakingChunks + pauseChunks)) this.#end(line, session);
      if (position === 0) this.#begin(line);
      if (position >= speakingChunks) return;
      this.#send(line, session);
    } catch (error) {
      this.#report(String(error));
    }
  }

  #send(line: Line, session: number): void {
    const index = this.#indexes[session]!++;
    line.send(this.#chunk.mark({ session, index, sentMs: nowMs() }));
    this.#sent++;
  }

  #begin(line: Line): void {
    this.#speaking++;
    this.#speakers = Math.max(this.#speakers, this.#speaking);
    line.beginUtterance();
  }

  #end(line: Line, session: number): void {
    // Those who begin in a pause have said nothing yet.
    if (this.#indexes[session] === 0) return;
    this.#speaking--;
    line.endUtterance();
  }

  #report(problem: string): void {
    this.#problemCount++;
    if (this.#problems.length < MAX_PROBLEMS_SHOWN) this.#problems.push(problem);
  }
}
