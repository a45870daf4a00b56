import { useCallback, useEffect, useRef, useState } from 'react';

/** Closer to the end than this counts as being at the end, px. */
const NEAR_PX = 48;

/** As much as this may be out of sight without a line being cut, px. */
const SCROLLED_PX = 8;

/** Keeps the newest in view as the content grows, unless the reader has scrolled up (`away`). */
export function useStickToEnd() {
  const viewport = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLOListElement>(null);
  const stuck = useRef(true);
  const [away, setAway] = useState(false);

  const scrollToEnd = useCallback(() => {
    const box = viewport.current;
    if (box === null) return;
    stuck.current = true;
    setAway(false);
    box.scrollTop = box.scrollHeight;
  }, []);

  useEffect(() => {
    const box = viewport.current;
    const list = content.current;
    if (box === null || list === null) return;
    let lastTop = box.scrollTop;
    // Not a state of React's: it changes with every line.
    const markScrolled = (): void => {
      box.toggleAttribute('data-scrolled', box.scrollTop > SCROLLED_PX);
    };
    const onScroll = (): void => {
      markScrolled();
      const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
      // Growing content also moves the end away: only going up is leaving it.
      if (atEnd) stuck.current = true;
      else if (box.scrollTop < lastTop) stuck.current = false;
      lastTop = box.scrollTop;
      setAway(!stuck.current);
    };
    const follow = new ResizeObserver(() => {
      if (stuck.current) box.scrollTop = box.scrollHeight;
      markScrolled();
    });
    box.addEventListener('scroll', onScroll, { passive: true });
    follow.observe(list);
    follow.observe(box);
    return () => {
      box.removeEventListener('scroll', onScroll);
      follow.disconnect();
    };
  }, []);

  return { viewport, content, away, scrollToEnd };
}
