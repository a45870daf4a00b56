import type { ComponentProps } from 'react';

interface ScrollRegionProps extends ComponentProps<'div'> {
  readonly 'aria-label': string;
}

/** A named box that scrolls; in the tab order, so that a keyboard can scroll it too. */
export function ScrollRegion(props: ScrollRegionProps) {
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- WCAG 2.1.1: a scroller is operable by keyboard only if it takes the focus
  return <div {...props} role="region" tabIndex={0} />;
}
