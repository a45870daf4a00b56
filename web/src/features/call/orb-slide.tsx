import { useLayoutEffect, useRef } from 'react';

/**
 * Lets the orb slide and grow to the place and size that it has after `change`, by a transform
 * alone: the layout is computed once. Who wants no motion sees it in its new place.
 */
export function OrbSlide({ change }: { readonly change: boolean }): null {
  const before = useRef<{ readonly change: boolean; readonly box: DOMRect } | null>(null);
  // After every render: the place before a change is that of the render before it.
  useLayoutEffect(() => {
    const orb = document.querySelector('[data-orb]');
    if (orb === null) return;
    const box = orb.getBoundingClientRect();
    const last = before.current;
    before.current = { change, box };
    if (last === null || last.change === change || box.width === 0) return;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const x = last.box.x + last.box.width / 2 - (box.x + box.width / 2);
    const y = last.box.y + last.box.height / 2 - (box.y + box.height / 2);
    orb.animate(
      {
        transform: [`translate(${x}px, ${y}px) scale(${last.box.width / box.width})`, 'none'],
      },
      { duration: 240, easing: 'cubic-bezier(0.2, 0.7, 0.2, 1)' },
    );
  });
  return null;
}
