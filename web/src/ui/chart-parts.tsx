import type { ComponentProps, ReactNode } from 'react';
import { ResponsiveContainer } from 'recharts';
import styles from './chart-parts.module.css';

/*
 * What all charts of the page have in common. This module is fetched with the charts: their library
 * is the largest part of the pages that have any.
 *
 * Axes, grid and tooltip are properties, not components: a chart looks for them among its children.
 */

const TICK = { fill: 'var(--text-quiet)', fontSize: 12 };
const AXIS = { tick: TICK, tickLine: false } as const;

export const GRID = { vertical: false, stroke: 'var(--line)' } as const;
/** Of instants or days, from left to right. */
export const TIME_AXIS = { ...AXIS, axisLine: { stroke: 'var(--line)' } } as const;
export const LINE_TIP = { isAnimationActive: false } as const;
export const BAR_TIP = { ...LINE_TIP, cursor: { fill: 'var(--surface-control)' } } as const;

/** From nothing to the highest tick. */
export function valueAxis(ticks: readonly number[]) {
  return { ...AXIS, axisLine: false, ticks: [...ticks], domain: [0, ticks.at(-1) ?? 0] };
}

/** Until the browser has measured its place. */
const FIRST_WIDTH = 320;

interface ChartFrameProps {
  /** Until the browser has measured its place, px. */
  readonly firstHeight: number;
  readonly children: ComponentProps<typeof ResponsiveContainer>['children'];
}

/** Fills its place with a chart. */
export function ChartFrame({ firstHeight, children }: ChartFrameProps) {
  const first = { width: FIRST_WIDTH, height: firstHeight };
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={first}>
      {children}
    </ResponsiveContainer>
  );
}

/** Room around a chart for its highest label, and for its last one if that is as wide as a time. */
export function chartMargin(right: number) {
  return { top: 8, right, bottom: 0, left: 0 };
}

interface ChartTipProps {
  readonly title: ReactNode;
  /** For rows with signs before them. */
  readonly isRoomy?: boolean;
  readonly children: ReactNode;
}

export function ChartTip({ title, isRoomy = false, children }: ChartTipProps) {
  return (
    <div className={styles.tip} data-roomy={isRoomy || undefined}>
      <p className={styles.title}>{title}</p>
      {children}
    </div>
  );
}

/** A name and its figure. */
export function TipRow({ children }: { readonly children: ReactNode }) {
  return <p className={styles.row}>{children}</p>;
}
