import { expect, test } from 'vitest';
import { scoresOf, type LighthouseReport } from './scores.ts';

const category = (score: number | null, ...ids: string[]) => ({
  score,
  auditRefs: ids.map((id) => ({ id, weight: id === 'hint' ? 0 : 1 })),
});

const REPORT: LighthouseReport = {
  categories: {
    performance: category(0.97, 'lcp', 'hint'),
    accessibility: category(1, 'contrast'),
    'best-practices': category(1, 'https'),
  },
  audits: {
    lcp: { title: 'Largest Contentful Paint', score: 0.95, displayValue: '1.9 s' },
    hint: { title: 'Unused scripts', score: 0 },
    contrast: { title: 'Contrast', score: 1 },
    https: { title: 'HTTPS', score: null },
  },
};

test('a page that reaches every target has no losses', () => {
  expect(scoresOf(REPORT)).toEqual({
    scores: { performance: 97, accessibility: 100, 'best-practices': 100 },
    figures: ['Largest Contentful Paint: 1.9 s'],
    losses: [],
    isReached: true,
  });
});

test('what costs points is named, and a category without a score is not reached', () => {
  const { scores, losses, isReached } = scoresOf({
    categories: {
      ...REPORT.categories,
      accessibility: category(0.98, 'contrast'),
      'best-practices': category(null),
    },
    audits: { ...REPORT.audits, contrast: { title: 'Contrast', score: 0 } },
  });
  expect(scores).toEqual({ performance: 97, accessibility: 98, 'best-practices': 0 });
  expect(losses).toEqual(['accessibility: Contrast (0)']);
  expect(isReached).toBe(false);
});
