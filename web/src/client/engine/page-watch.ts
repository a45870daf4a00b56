import type { AudioGraph } from './audio-graph.ts';

/** How often the distance to the ear is looked at: it changes with the device, and sways. */
const LATENCY_INTERVAL_MS = 1_000;

/** Notices what only the page can, until `signal`. */
export function watchPage(
  signal: AbortSignal,
  graph: AudioGraph,
  options: {
    /** The network is back, or the page is looked at again. */
    onBack(): void;
    /** Something was plugged in or out. */
    onDevices(): void;
    onOutput(report: {
      readonly latencyMs: number;
      readonly instant: { readonly contextTimeS: number; readonly atMs: number } | undefined;
    }): void;
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
  const timer = setInterval(() => {
    const { outputLatencyMs: latencyMs, outputInstant: instant } = graph;
    options.onOutput({ latencyMs, instant });
  }, LATENCY_INTERVAL_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
}
