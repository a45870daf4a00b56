import type { BenchName } from '../../bench/options.ts';

export interface Figure {
  readonly better: 'lower' | 'higher';
  /** What a change for the worse is called, and one for the better. */
  readonly words: readonly [worse: string, better: string];
  /** Whether commits are compared by the ratio of the figure, or by the difference, e.g. of counts. */
  readonly by: 'ratio' | 'difference';
  /** A change of so much counts: a share of the figure, or its own unit. */
  readonly threshold: number;
  /** The same at each run of one commit: a single pair is enough. */
  readonly isExact: boolean;
}

/**
 * Figures by their paths in the output of `--json`; `*` means each element of a list, of which the
 * mean is taken.
 */
export type Figures = Readonly<Record<string, Figure>>;

interface BenchFigures {
  /** Pairs, if the command line does not say. */
  readonly rounds: number;
  readonly figures: Figures;
}

const RATIO = { better: 'lower', by: 'ratio', isExact: false } as const;
const DIFFERENCE = { better: 'lower', by: 'difference', isExact: false } as const;

const time = (threshold = 0.1): Figure => ({ ...RATIO, words: ['slower', 'faster'], threshold });
const weight = (threshold = 0.05): Figure => ({
  ...RATIO,
  words: ['heavier', 'lighter'],
  threshold,
});
const exactWeight = (threshold: number): Figure => ({ ...weight(threshold), isExact: true });
/** Of what should not happen at all. */
const count = (threshold = 1): Figure => ({ ...DIFFERENCE, words: ['more', 'fewer'], threshold });
/** Percent that should be high, compared in points. */
const success = (threshold = 2): Figure => ({
  ...DIFFERENCE,
  better: 'higher',
  words: ['lower', 'higher'],
  threshold,
});
/** Percent that should be low, compared in points. */
const failure = (threshold = 2): Figure => ({
  ...DIFFERENCE,
  words: ['higher', 'lower'],
  threshold,
});
const exact = (figure: Figure): Figure => ({ ...figure, isExact: true });

/** The tail of a distribution is made of a few measurements. */
const TAIL = 0.25;

const under = (path: string, figures: Figures): Figures =>
  Object.fromEntries(Object.entries(figures).map(([name, figure]) => [`${path}.${name}`, figure]));

const CALLERS: Figures = {
  right_percent: success(),
  soon_percent: success(),
  busy: count(),
  failed: count(),
  'delay_ms.p50': time(),
  'delay_ms.p99': time(TAIL),
  memory_mb: weight(),
};
const REQUESTS: Figures = { p50: time(), p99: time(TAIL), errors: count() };
const LINE: Figures = {
  median_ms: time(),
  max_ms: time(TAIL),
  bytes_up: weight(),
  lost: count(),
  doubled: count(),
};
const UNDERSTOOD: Figures = {
  right_percent: exact(success(1)),
  wrong_percent: exact(failure(0.5)),
};

/** Every bench that prints `--json`: which of its figures are judged, and how. */
export const FIGURES: Readonly<Record<BenchName, BenchFigures>> = {
  relay: {
    rounds: 6,
    figures: {
      cpu_us_per_chunk: time(0.05),
      'latency_ms.p50': time(0.15),
      'latency_ms.p99': time(0.5),
      // Starts differ by up to 9 %, and there are few of them.
      rss_mb: weight(0.15),
      // Of a round of 30 s.
      full_collections: count(),
      longest_collection_ms: failure(25),
      longest_delay_ms: failure(50),
      wrong_chunks: count(),
    },
  },
  start: {
    rounds: 6,
    figures: {
      'ready_ms.keyless': time(),
      'ready_ms.keyed': time(),
      'rss_mb.keyless': weight(),
      'rss_mb.keyed': weight(),
      'pss_mb.keyless': weight(),
      'pss_mb.keyed': weight(),
      node_modules_mb: exactWeight(0.02),
      first_load_kb: exactWeight(0.02),
    },
  },
  turn: {
    rounds: 6,
    figures: {
      'overhead_ms.p50': time(),
      'overhead_ms.p99': time(TAIL),
      first_turn_penalty_ms: failure(5),
      errors: count(),
    },
  },
  load: {
    rounds: 6,
    figures: {
      ...under('message_ms', REQUESTS),
      ...under('reply_ms', REQUESTS),
      ...under('ping_ms', REQUESTS),
      ...under('voice_ms', REQUESTS),
      'memory_mb.end': weight(),
    },
  },
  callers: {
    rounds: 6,
    figures: { ...under('alone', CALLERS), ...under('beside_hogs', CALLERS) },
  },
  outage: {
    rounds: 6,
    figures: {
      doubled: count(),
      missing: count(),
      failed: count(),
      longest_gap_ms: time(TAIL),
      longest_wait_ms: time(TAIL),
    },
  },
  replicas: {
    rounds: 6,
    figures: {
      failed: count(),
      'stored.missing': count(),
      'stored.doubled': count(),
    },
  },
  soak: {
    rounds: 6,
    figures: { took_s: time(), heap_growth_kb: weight() },
  },
  dialogues: {
    rounds: 6,
    figures: under('relay', {
      cut_off_percent: failure(),
      ended_early_percent: failure(),
      false_barge_in_percent: failure(),
      missed_stop_percent: failure(),
      unanswered: count(),
      'endpointing_ms.p50': time(),
      'endpointing_ms.p90': time(TAIL),
      'silence_ms.p50': time(),
    }),
  },
  phrasings: {
    rounds: 1,
    figures: { ...UNDERSTOOD, ...under('held_out', UNDERSTOOD) },
  },
  noise: { rounds: 1, figures: under('rows.*', UNDERSTOOD) },
  web: {
    rounds: 6,
    figures: {
      first_load_kb: exactWeight(0.02),
      time_to_ready_ms: time(),
      main_thread_ms_per_s: time(),
      'barge_in_ms.p50': time(),
      'barge_in_ms.p99': time(TAIL),
      'voice_to_voice_ms.p50': time(),
      'voice_to_voice_ms.p99': time(TAIL),
      underruns: count(),
    },
  },
  echo: {
    rounds: 6,
    figures: {
      false_barge_ins: count(),
      'barge_in.missed': count(),
      'barge_in.p50_ms': time(),
      'barge_in.p95_ms': time(TAIL),
    },
  },
  chaos: {
    rounds: 6,
    figures: {
      differences: count(),
      'wait_ms.good.p50': time(),
      'wait_ms.good.p95': time(TAIL),
      'wait_ms.bad.p50': time(),
      'wait_ms.bad.p95': time(TAIL),
    },
  },
  line: {
    rounds: 6,
    figures: Object.fromEntries(
      ['pcm_0', 'opus_0', 'auto_0', 'auto_5', 'auto_10'].flatMap((line) =>
        Object.entries(under(line, LINE)),
      ),
    ),
  },
  lighthouse: {
    rounds: 6,
    figures: { performance: success(3), accessibility: success(1), 'best-practices': success(1) },
  },
  detector: {
    rounds: 6,
    figures: {
      ...under('core_percent', {
        silence: time(),
        soft_noise: time(),
        sentences: time(),
        speech: time(),
      }),
    },
  },
  ear: {
    rounds: 6,
    figures: {
      'embedded.failed': count(),
      'embedded.sums_wrong': count(),
      'embedded.within_20_ms': success(0.05),
      'embedded.ear_ms.p50': time(),
      'embedded.ear_ms.p95': time(TAIL),
      'simulated.eager.ear_ms.p50': time(),
      'simulated.eager.ear_ms.p95': time(TAIL),
      'simulated.patient.ear_ms.p50': time(),
      'simulated.patient.ear_ms.p95': time(TAIL),
    },
  },
};

/** @returns the figure at a path of a report, or undefined if it has no number */
export function valueAt(report: unknown, path: string): number | undefined {
  const value = path.split('.').reduce<unknown>((part, name, index, names) => {
    if (!Array.isArray(part)) return (part as Record<string, unknown> | undefined | null)?.[name];
    // The rest of the path is each element's own.
    if (name !== '*') return undefined;
    const rest = names.splice(index + 1).join('.');
    const values = part.flatMap((element) => valueAt(element, rest) ?? []);
    return values.length === 0 ? undefined : mean(values);
  }, report);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
