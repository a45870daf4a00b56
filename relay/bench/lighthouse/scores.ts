/** What the page must reach, of 100. */
export const TARGETS = { performance: 95, accessibility: 100, 'best-practices': 100 } as const;
export type Category = keyof typeof TARGETS;
const CATEGORIES = Object.keys(TARGETS) as Category[];

/** As much of Lighthouse's report as is read here. */
export interface LighthouseReport {
  readonly categories: Readonly<
    Record<
      Category,
      {
        /** 0–1; null if it could not be computed. */
        readonly score: number | null;
        readonly auditRefs: readonly { readonly id: string; readonly weight: number }[];
      }
    >
  >;
  readonly audits: Readonly<
    Record<
      string,
      {
        readonly title: string;
        /** 0–1; null if it does not apply or is only informative. */
        readonly score: number | null;
        readonly displayValue?: string;
      }
    >
  >;
}

export interface Scores {
  /** 0–100 each; 0 if one could not be computed. */
  readonly scores: Readonly<Record<Category, number>>;
  /** What was measured of the performance, for people. */
  readonly figures: readonly string[];
  /** What costs points, for people. */
  readonly losses: readonly string[];
  readonly isReached: boolean;
}

/** Reads a report. */
export function scoresOf({ categories, audits }: LighthouseReport): Scores {
  const scores = Object.fromEntries(
    CATEGORIES.map((category) => [category, Math.round((categories[category].score ?? 0) * 100)]),
  ) as Record<Category, number>;
  const weighted = (category: Category) =>
    categories[category].auditRefs.flatMap(({ id, weight }) =>
      weight > 0 && audits[id] !== undefined ? [audits[id]] : [],
    );
  return {
    scores,
    figures: weighted('performance').map(
      ({ title, displayValue = '–' }) => `${title}: ${displayValue}`,
    ),
    losses: CATEGORIES.flatMap((category) =>
      weighted(category).flatMap(({ title, score }) =>
        // Times are never perfect; what a page does or does not do is.
        score !== null && score < (category === 'performance' ? 0.9 : 1)
          ? [`${category}: ${title} (${Math.round(score * 100)})`]
          : [],
      ),
    ),
    isReached: CATEGORIES.every((category) => scores[category] >= TARGETS[category]),
  };
}
