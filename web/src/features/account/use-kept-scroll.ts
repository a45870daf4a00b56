import { useEffect, useRef, type RefObject } from 'react';

/** How far each page was scrolled, by its path: only the window's own scrolling is kept by browsers. */
const kept = new Map<string, number>();

/** Keeps how far a page is scrolled, for when it is come back to. */
export function useKeptScroll(path: string): RefObject<HTMLElement | null> {
  const scroller = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = kept.get(path) ?? 0;
    const onScroll = (): void => void kept.set(path, element.scrollTop);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [path]);
  return scroller;
}

/** Begins as in a window that was just opened. */
export function forgetScrolling(): void {
  kept.clear();
}
