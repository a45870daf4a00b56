interface Listener {
  readonly target: 'window' | 'document';
  readonly type: string;
  readonly listener: unknown;
  readonly capture: boolean;
}

/** What React, axe and Playwright listen to for as long as the document is there. */
const LASTING =
  /^(selectionchange of document|(message|__playwright\w*|(mouse|pointer|touch)\w+|\w*click|contextmenu) of window)$/;

/**
 * Watches what an interface does to the page around it. To be called before there is one.
 *
 * @returns what of it is there now, of which a page without an interface has nothing
 */
export function watchResidue(): () => readonly string[] {
  let listeners: readonly Listener[] = [];
  const change = (next: readonly Listener[]): void => void (listeners = next);
  watch('window', window, () => listeners, change);
  watch('document', document, () => listeners, change);
  const intervals = watchIntervals();
  return () => {
    const { body, documentElement } = document;
    return [
      ...listeners
        .map(({ target, type }) => `${type} of ${target}`)
        .filter((name) => !LASTING.test(name)),
      ...Array.from(intervals, () => 'an interval'),
      ...Array.from(body.children, ({ outerHTML }) => outerHTML.slice(0, 120)),
      ...Array.from(body.attributes, ({ name, value }) => `${name}="${value}" of body`).filter(
        // Of a style that was taken back.
        (attribute) => attribute !== 'style="" of body',
      ),
      ...Array.from(documentElement.attributes, ({ name }) => `${name} of html`).filter(
        (name) => name !== 'lang of html',
      ),
    ];
  };
}

function watch(
  name: Listener['target'],
  target: Window | Document,
  listeners: () => readonly Listener[],
  change: (next: readonly Listener[]) => void,
): void {
  const add = target.addEventListener.bind(target);
  const remove = target.removeEventListener.bind(target);
  const without = (type: string, listener: unknown, capture: boolean): readonly Listener[] =>
    listeners().filter(
      (one) =>
        one.target !== name ||
        one.type !== type ||
        one.listener !== listener ||
        one.capture !== capture,
    );
  target.addEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ) => {
    add(type, listener, options);
    const { capture = false, once = false, signal } = toOptions(options);
    if (once || signal?.aborted === true) return;
    // The same listener is added once.
    change([...without(type, listener, capture), { target: name, type, listener, capture }]);
    signal?.addEventListener('abort', () => change(without(type, listener, capture)));
  };
  target.removeEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ) => {
    remove(type, listener, options);
    change(without(type, listener, toOptions(options).capture ?? false));
  };
}

function toOptions(options: boolean | AddEventListenerOptions = {}): AddEventListenerOptions {
  return typeof options === 'boolean' ? { capture: options } : options;
}

function watchIntervals(): ReadonlySet<number> {
  const running = new Set<number>();
  const { setInterval: start, clearInterval: stop } = window;
  window.setInterval = ((...given: Parameters<typeof start>) => {
    const id = start(...given);
    running.add(id);
    return id;
  }) as typeof window.setInterval;
  window.clearInterval = (id) => {
    running.delete(Number(id));
    stop(id);
  };
  return running;
}
