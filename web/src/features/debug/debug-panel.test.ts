import { expect, test } from 'vitest';
import { clampedPanelWidth, PANEL_WIDTH, panelWidthAfterKey } from './debug-panel.tsx';

test('the panel keeps between its bounds and leaves room for the call', () => {
  expect(clampedPanelWidth(10, 1_600)).toBe(PANEL_WIDTH.least);
  expect(clampedPanelWidth(5_000, 1_600)).toBe(PANEL_WIDTH.most);
  expect(clampedPanelWidth(5_000, 1_000)).toBe(640);
  expect(clampedPanelWidth(5_000, 500)).toBe(PANEL_WIDTH.least);
});

test('arrow keys move the divider the way they point', () => {
  expect(panelWidthAfterKey(460, 'ArrowLeft')).toBe(484);
  expect(panelWidthAfterKey(460, 'ArrowRight')).toBe(436);
  expect(panelWidthAfterKey(460, 'Tab')).toBeNull();
});
