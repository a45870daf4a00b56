export const PANEL_WIDTH = { least: 340, most: 760, usual: 460, step: 24 } as const;

/** Keeps the panel between useful bounds, and at least as much for the call. */
export function clampedPanelWidth(widthPx: number, windowWidthPx: number): number {
  const most = Math.max(PANEL_WIDTH.least, Math.min(PANEL_WIDTH.most, windowWidthPx - 360));
  return Math.round(Math.min(most, Math.max(PANEL_WIDTH.least, widthPx)));
}

/** What a key on the divider makes of the width; null if it means nothing. */
export function panelWidthAfterKey(widthPx: number, key: string): number | null {
  switch (key) {
    case 'ArrowLeft':
      return widthPx + PANEL_WIDTH.step;
    case 'ArrowRight':
      return widthPx - PANEL_WIDTH.step;
    case 'Home':
      return PANEL_WIDTH.most;
    case 'End':
      return PANEL_WIDTH.least;
    default:
      return null;
  }
}
