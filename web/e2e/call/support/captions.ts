import type { Page } from '@playwright/test';

export interface Caption {
  readonly who: 'person' | 'parley' | 'divider';
  /** All of it, in lower case. */
  readonly text: string;
  /** What was written of a reply but not heard. */
  readonly unheard: string;
  /** `final`, `typed`, `completed`, `interrupted` … */
  readonly state: string;
}

/** The conversation as it is shown. */
export function captions(page: Page): Promise<readonly Caption[]> {
  return page.getByRole('region', { name: 'Conversation' }).locator('li').evaluateAll(readCaptions);
}

/** Resolves once so many replies were spoken: to their end or, with `interruptedToo`, in part. */
export async function untilReplies(
  page: Page,
  count: number,
  options: { readonly interruptedToo?: boolean; readonly deadlineMs?: number } = {},
): Promise<void> {
  const { interruptedToo = false, deadlineMs = 60_000 } = options;
  const replies = interruptedToo
    ? 'li[data-status]:not([data-status="running"])'
    : 'li[data-status="completed"]';
  await page.waitForFunction(
    ([selector, wanted]) => document.querySelectorAll(selector).length >= wanted,
    [replies, count] as const,
    { timeout: deadlineMs },
  );
}

function readCaptions(items: readonly Element[]): Caption[] {
  return items.map((item) => {
    const { state, status } = (item as HTMLElement).dataset;
    return {
      who: state !== undefined ? 'person' : status !== undefined ? 'parley' : 'divider',
      text: (item.textContent ?? '').replace(/^ ?(Timer)?(You|Parley): /, '').toLowerCase(),
      unheard: (item.querySelector('s')?.textContent ?? '').toLowerCase(),
      state: state ?? status ?? '',
    };
  });
}
