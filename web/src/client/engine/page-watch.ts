import type { WithheldMedia } from '../messages/media-messages.ts';
import type { AudioGraph } from './audio-graph.ts';

/** A context stops for an instant when a device changes: only a longer stop is reported. */
const LASTING_MS = 1_500;

/** How often the distance to the ear is looked at: it changes with the device, and sways. */
const LATENCY_INTERVAL_MS = 1_000;

/** Notices what only the page can, until `signal`. */
export function watchPage(
  signal: AbortSignal,
  graph: AudioGraph,
  options: {
    /** The network is back, or the page is looked at again. */
    onBack(): void;
    /** Something was plugged in or out, or another program may have let go of the microphone. */
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
  window.addEventListener('focus', () => options.onDevices(), { signal });
  const timer = setInterval(() => {
    const { outputLatencyMs: latencyMs, outputInstant: instant } = graph;
    options.onOutput({ latencyMs, instant });
  }, LATENCY_INTERVAL_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
}

/** Reports what the system withholds from a call for longer than a moment, and its return. */
export class Withheld {
  readonly #tell: (now: WithheldMedia) => void;
  readonly #timers = new Map<keyof WithheldMedia, ReturnType<typeof setTimeout>>();
  #now: WithheldMedia = { sound: false, microphone: false, signal: false };

  constructor(tell: (now: WithheldMedia) => void) {
    this.#tell = tell;
  }

  set(what: keyof WithheldMedia, isWithheld: boolean): void {
    if (!isWithheld) {
      clearTimeout(this.#timers.get(what));
      this.#timers.delete(what);
      this.#change(what, false);
    } else if (!this.#timers.has(what)) {
      const timer = setTimeout(() => this.#change(what, true), LASTING_MS);
      this.#timers.set(what, timer);
    }
  }

  #change(what: keyof WithheldMedia, isWithheld: boolean): void {
    if (this.#now[what] === isWithheld) return;
    this.#now = { ...this.#now, [what]: isWithheld };
    this.#tell(this.#now);
  }
}
