import type { AudioGraph } from './audio-graph.ts';

/** How often the distance to the ear is looked at: it changes with the device. */
const LATENCY_INTERVAL_MS = 1_000;
const LATENCY_STEP_MS = 2;

/** Notices what only the page can, until `signal`. */
export function watchPage(
  signal: AbortSignal,
  graph: AudioGraph,
  options: {
    /** The network is back, or the page is looked at again. */
    onBack(): void;
    /** Something was plugged in or out. */
    onDevices(): void;
    onOutputLatency(latencyMs: number): void;
  },
): void {
  const onBack = () => {
    if (document.visibilityState === 'visible') options.onBack();
  };
  window.addEventListener('online', onBack, { signal });
  document.addEventListener('visibilitychange', onBack, { signal });
  // After the system had frozen the page, or kept it while another was looked at.
  document.addEventListener('resume', onBack, { signal });
  window.addEventListener('pageshow', onBack, { signal });
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  devices?.addEventListener('devicechange', () => options.onDevices(), { signal });
  let reportedMs = 0;
  const timer = setInterval(() => {
    const latencyMs = graph.outputLatencyMs;
    if (Math.abs(latencyMs - reportedMs) < LATENCY_STEP_MS) return;
    reportedMs = latencyMs;
    options.onOutputLatency(latencyMs);
  }, LATENCY_INTERVAL_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
}
