import type { ComponentProps, ReactNode } from 'react';
import { CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import styles from './chart-parts.module.css';

/*
 * What all charts of the page have in common. This module is fetched with the charts: their library
 * is the largest part of the pages that have any.
 *
 * Axes, grid and tooltip are functions, not components: a chart looks for them among its children.
 */

const TICK = { fill: 'var(--text-quiet)', fontSize: 12 };
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

export function chartGrid() {
  return <CartesianGrid vertical={false} stroke="var(--line)" />;
}

interface TimeAxisProps {
  readonly dataKey: string;
  readonly format: (instant: string) => string;
  /** Between two labels, px. */
  readonly gap: number;
}

/** Instants or days, from left to right. */
export function timeAxis({ dataKey, format, gap }: TimeAxisProps) {
  return (
    <XAxis
      dataKey={dataKey}
      tickFormatter={format}
      tick={TICK}
      tickLine={false}
      axisLine={{ stroke: 'var(--line)' }}
      minTickGap={gap}
    />
  );
}

interface ValueAxisProps {
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  /** Of the labels, px. */
  readonly width: number;
}

/** From nothing to the highest tick. */
export function valueAxis({ ticks, format, width }: ValueAxisProps) {
  return (
    <YAxis
      width={width}
      ticks={[...ticks]}
      domain={[0, ticks.at(-1) ?? 0]}
      tickFormatter={format}
      tick={TICK}
      tickLine={false}
      axisLine={false}
    />
  );
}

type TipContent = NonNullable<ComponentProps<typeof Tooltip>['content']>;

/** @param content - what is said of the point under the pointer, as a `ChartTip` */
export function lineTip(content: TipContent) {
  return <Tooltip isAnimationActive={false} content={content} />;
}

/** @param content - what is said of the bar under the pointer, as a `ChartTip` */
export function barTip(content: TipContent) {
  return (
    <Tooltip
      cursor={{ fill: 'var(--surface-control)' }}
      isAnimationActive={false}
      content={content}
    />
  );
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
