import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Problems } from './problems.ts';

/** Descriptors held back: for the calls that run, and to refuse new ones in words. */
const RESERVED = 24;
/** Free ones beside the reserve at which the shortage is over: with fewer it would flap. */
const RECOVERED_FREE = 8;
const CHECK_INTERVAL_MS = 500;
/** How long a shortage is shown after its end, so that it is seen at all, ms. */
const SHOWN_AFTERWARDS_MS = 30_000;

/** Opens something; as `openSync` of a file that is always there. */
export type OpenDescriptor = () => number;
const openNull: OpenDescriptor = () => openSync(devNull, 'r');
const SHORTAGES: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE']);

/** The limit is the process's, so there is one answer for all of it. */
let isShort = false;

export interface DescriptorReserveOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
  /** The shortage has begun or ended. */
  readonly onChange: (isOpen: boolean) => void;
  readonly open?: OpenDescriptor;
  readonly close?: (descriptor: number) => void;
}

/**
 * Keeps a few file descriptors free of a process that may run into its limit (`ulimit -n`).
 *
 * Once none is left it lets go of them, so that running calls can still reach their providers, and
 * no new call is let in until enough are free again.
 */
export class DescriptorReserve implements Disposable {
  readonly #options: Required<DescriptorReserveOptions>;
  readonly #held: number[] = [];
  #shortAtMs = 0;
  #cancelCheck: () => void = () => {};
  #cancelShown: () => void = () => {};

  constructor(options: DescriptorReserveOptions) {
    this.#options = { open: openNull, close: closeSync, ...options };
    this.#take(RESERVED);
    this.#checkRegularly();
  }

  /** Whether there is room for another call. */
  get isOpen(): boolean {
    this.#check();
    return !isShort;
  }

  [Symbol.dispose](): void {
    this.#cancelCheck();
    this.#cancelShown();
    this.#release(0);
    isShort = false;
  }

  #checkRegularly(): void {
    this.#check();
    this.#cancelCheck = this.#options.clock.after(CHECK_INTERVAL_MS, () => this.#checkRegularly());
  }

  #check(): void {
    if (!isShort) {
      const isLeft = this.#take(this.#held.length + 1);
      this.#release(isLeft ? RESERVED : 0);
      if (!isLeft) this.#begins();
    } else if (this.#take(RESERVED + RECOVERED_FREE)) {
      this.#release(RESERVED);
      this.#ends();
    } else {
      this.#release(0);
    }
  }

  #begins(): void {
    const { clock, logger, problems } = this.#options;
    isShort = true;
    this.#shortAtMs = clock.now();
    this.#cancelShown();
    problems.report('out_of_descriptors');
    logger.error('no file descriptors are left: no new calls');
    this.#options.onChange(false);
  }

  #ends(): void {
    const { clock, logger, problems } = this.#options;
    isShort = false;
    this.#cancelShown = clock.after(SHOWN_AFTERWARDS_MS, () =>
      problems.clear('out_of_descriptors'),
    );
    const shortMs = Math.round(clock.now() - this.#shortAtMs);
    logger.warn({ shortMs }, 'file descriptors are free again: new calls');
    this.#options.onChange(true);
  }

  /** Holds `count` descriptors, if there are as many. */
  #take(count: number): boolean {
    try {
      while (this.#held.length < count) this.#held.push(this.#options.open());
      return true;
    } catch (error) {
      return !SHORTAGES.has((error as NodeJS.ErrnoException).code);
    }
  }

  #release(keep: number): void {
    for (const descriptor of this.#held.splice(keep)) this.#options.close(descriptor);
  }
}

/**
 * Whether what just failed may have failed for want of a descriptor. The error need not say so: a
 * name cannot be looked up without one, and is then one that does not exist.
 */
export function isOutOfDescriptors(): boolean {
  if (isShort) return true;
  try {
    closeSync(openNull());
    return false;
  } catch (error) {
    return SHORTAGES.has((error as NodeJS.ErrnoException).code);
  }
}
