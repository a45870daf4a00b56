import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { FaultyProxy, type FaultyConnection } from '../../test/support/faulty-proxy.ts';
import { lossDelayMs, strike, strikes, type Fault } from './faults.ts';
import { seeded } from './random.ts';

/** So many packets are lost at any time on a line that is never good. */
const STEADY_LOSS = 0.15;

export interface RoughLineOptions {
  readonly seed: number;
  /** Packets are lost between the faults, too. */
  readonly isLossy: boolean;
  /** Called with each fault as it happens. */
  readonly onFault: (fault: Fault) => void;
}

/** The way of one call to the relay, on which one fault follows the other. */
export class RoughLine implements AsyncDisposable {
  readonly #proxy: FaultyProxy;
  readonly #over: AbortController;

  private constructor(proxy: FaultyProxy, over: AbortController) {
    this.#proxy = proxy;
    this.#over = over;
  }

  static async to(port: number, { seed, isLossy, onFault }: RoughLineOptions): Promise<RoughLine> {
    const over = new AbortController();
    const coming = strikes(seed);
    const random = seeded(seed + 1);
    const steady = isLossy ? () => lossDelayMs(random, STEADY_LOSS) : undefined;
    const torment = async (connection: FaultyConnection) => {
      // Requests over HTTP are left alone: a call begins with them, and does not exist before.
      if (!(await connection.isWebSocket)) return;
      connection.delay(steady);
      for (;;) {
        const { afterMs, fault } = coming.next().value;
        if (!(await lasts(connection, afterMs, over.signal))) return;
        onFault(fault);
        const durationMs = strike(connection, fault, random);
        if (durationMs === undefined) return;
        if (!(await lasts(connection, durationMs, over.signal))) return;
        connection.delay(steady);
      }
    };
    const proxy = await FaultyProxy.to(port, (connection) => void torment(connection));
    return new RoughLine(proxy, over);
  }

  get port(): number {
    return this.#proxy.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#proxy[Symbol.asyncDispose]();
  }
}

/** @returns whether the connection is still there after so long */
async function lasts(
  connection: FaultyConnection,
  durationMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const ended = connection.closed.then(() => false);
  const passed = sleep(systemClock, durationMs, signal).then(() => !signal.aborted);
  return Promise.race([ended, passed]);
}
