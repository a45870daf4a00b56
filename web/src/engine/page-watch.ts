/** How often the distance to the ear is looked at: it changes with the device. */
const LATENCY_INTERVAL_MS = 1_000;
const LATENCY_STEP_MS = 2;

export interface PageWatchOptions {
  /** The network is back, or the page is looked at again. */
  onBack(): void;
  /** Something was plugged in or out. */
  onDevices(): void;
  outputLatencyMs(): number;
  onOutputLatency(latencyMs: number): void;
}

/** Notices what only the page can, until `signal`. */
export function watchPage(signal: AbortSignal, options: PageWatchOptions): void {
  const onBack = () => {
    if (document.visibilityState === 'visible') options.onBack();
  };
  window.addEventListener('online', onBack, { signal });
  document.addEventListener('visibilitychange', onBack, { signal });
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  devices?.addEventListener('devicechange', () => options.onDevices(), { signal });
  let toldMs = 0;
  const timer = setInterval(() => {
    const latencyMs = options.outputLatencyMs();
    if (Math.abs(latencyMs - toldMs) < LATENCY_STEP_MS) return;
    toldMs = latencyMs;
    options.onOutputLatency(latencyMs);
  }, LATENCY_INTERVAL_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
}
