import { execFile } from 'node:child_process';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** Longest that systemd-notify may take. */
const NOTIFY_MS = 5_000;
/** Notifications within the watchdog's time: one may be late, and one may be lost. */
const TIMES_PER_WATCHDOG = 3;

/** As much of the environment as systemd sets for a service that notifies it. */
export interface SupervisorEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined;
  readonly WATCHDOG_USEC?: string | undefined;
}

/**
 * Notifies systemd that the relay is ready, alive, or stopping (sd_notify(3)), with its own
 * program: Node has no Unix datagram sockets. Without systemd it does nothing.
 *
 * The timer is the main thread's, so that a process whose event loop hangs is not called alive.
 */
export class Supervisor implements Disposable {
  readonly #options: {
    readonly environment: SupervisorEnvironment;
    readonly clock: Clock;
    readonly logger: Logger;
  };
  #cancel: () => void = () => {};
  #hasFailed = false;

  constructor(options: {
    readonly environment: SupervisorEnvironment;
    readonly clock: Clock;
    readonly logger: Logger;
  }) {
    this.#options = options;
  }

  ready(): void {
    this.#notify('--ready');
    const watchdogMs = Number(this.#options.environment.WATCHDOG_USEC ?? 0) / 1_000;
    if (watchdogMs > 0) this.#watch(watchdogMs / TIMES_PER_WATCHDOG);
  }

  stopping(): void {
    this.#notify('STOPPING=1');
  }

  [Symbol.dispose](): void {
    this.#cancel();
  }

  #watch(intervalMs: number): void {
    this.#cancel = this.#options.clock.after(intervalMs, () => {
      this.#notify('WATCHDOG=1');
      this.#watch(intervalMs);
    });
  }

  #notify(message: string): void {
    const { environment, logger } = this.#options;
    if (environment.NOTIFY_SOCKET === undefined) return;
    execFile('systemd-notify', [message], { timeout: NOTIFY_MS }, (err) => {
      if (err !== null && !this.#hasFailed) logger.warn({ err }, 'systemd cannot be notified');
      this.#hasFailed = err !== null;
    });
  }
}
