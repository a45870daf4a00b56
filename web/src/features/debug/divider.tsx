import type { KeyboardEvent, PointerEvent } from 'react';
import { clampedPanelWidth, PANEL_WIDTH, panelWidthAfterKey } from './panel-width.ts';
import styles from './debug-panel.module.css';

interface DividerProps {
  readonly widthPx: number;
  readonly onWidth: (widthPx: number) => void;
}

/** Drags or steps the edge between call and panel. */
export function Divider({ widthPx, onWidth }: DividerProps) {
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    onWidth(clampedPanelWidth(innerWidth - event.clientX, innerWidth));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = panelWidthAfterKey(widthPx, event.key);
    if (next === null) return;
    event.preventDefault();
    onWidth(clampedPanelWidth(next, innerWidth));
  };
  return (
    <div
      className={styles.divider}
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the debug panel"
      aria-valuenow={widthPx}
      aria-valuemin={PANEL_WIDTH.least}
      aria-valuemax={PANEL_WIDTH.most}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
