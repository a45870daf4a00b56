import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { SystemStats } from '@parley/shared/monitoring-api';
import type { Clock } from '../../base/lib/clock.ts';

const MB = 1024 * 1024;
/** How finely lateness of the event loop is seen, ms. */
const DELAY_RESOLUTION_MS = 20;
const NS_PER_MS = 1e6;

export interface SystemSamplerOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Whose disk is watched. */
  readonly dataDir: string;
  /** What the process may use; by default what its control group or its machine has. */
  readonly memoryLimitBytes?: number | undefined;
  /** Called after each sample. */
  readonly onSample?: () => void;
}

/** What this process and its machine have done since the sample before. */
export class SystemSampler implements Disposable {
  readonly memoryLimitBytes: number;
  readonly #options: SystemSamplerOptions;
  readonly #delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  readonly #startedAtMs: number;
  #sampledAtMs: number;
  #cpu = process.cpuUsage();
  #cpuPercent = 0;
  #delay = { p50: 0, p99: 0, max: 0 };
  #disk: SystemStats['disk'] = null;
  #cancel: () => void = () => {};

  constructor(options: SystemSamplerOptions) {
    this.#options = options;
    this.memoryLimitBytes = options.memoryLimitBytes ?? memoryLimitBytes();
    this.#startedAtMs = this.#sampledAtMs = options.clock.now();
    this.#delays.enable();
    void this.#askDisk();
    this.#schedule();
  }

  read(): SystemStats {
    const { rss, heapUsed } = process.memoryUsage();
    return {
      uptime_seconds: Math.round((this.#options.clock.now() - this.#startedAtMs) / 1_000),
      cpu_percent: this.#cpuPercent,
      memory_mb: toMb(rss),
      // In kB, on all systems (libuv).
      peak_memory_usage: toMb(Math.max(rss, process.resourceUsage().maxRSS * 1024)),
      heap_used_mb: toMb(heapUsed),
      memory_limit_mb: toMb(this.memoryLimitBytes),
      memory_percent: round((rss / this.memoryLimitBytes) * 100),
      event_loop_delay_ms: this.#delay,
      disk: this.#disk,
    };
  }

  [Symbol.dispose](): void {
    this.#cancel();
    this.#delays.disable();
  }

  #schedule(): void {
    const { clock, intervalMs } = this.#options;
    this.#cancel = clock.after(intervalMs, () => {
      this.#sample();
      this.#schedule();
    });
  }

  #sample(): void {
    const nowMs = this.#options.clock.now();
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    const passedMs = Math.max(1, nowMs - this.#sampledAtMs);
    this.#sampledAtMs = nowMs;
    this.#cpuPercent = round((user + system) / 1_000 / (passedMs / 100));
    // The histogram holds whole intervals: in time, one is as long as the resolution.
    const late = (ns: number) => round(Math.max(0, ns / NS_PER_MS - DELAY_RESOLUTION_MS));
    const hasTicked = this.#delays.count > 0;
    this.#delay = {
      p50: hasTicked ? late(this.#delays.percentile(50)) : 0,
      p99: hasTicked ? late(this.#delays.percentile(99)) : 0,
      max: hasTicked ? late(this.#delays.max) : 0,
    };
    this.#delays.reset();
    void this.#askDisk();
    this.#options.onSample?.();
  }

  /** Never rejects. */
  async #askDisk(): Promise<void> {
    try {
      const { bavail, blocks, bsize } = await statfs(this.#options.dataDir);
      this.#disk = { free_mb: toMb(bavail * bsize), total_mb: toMb(blocks * bsize) };
    } catch {
      this.#disk = null;
    }
  }
}

/** Of the control group if it limits the process, else of the machine. */
function memoryLimitBytes(): number {
  const constrained = process.constrainedMemory();
  const total = totalmem();
  return constrained > 0 && constrained < total ? constrained : total;
}

function toMb(bytes: number): number {
  return round(bytes / MB);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
