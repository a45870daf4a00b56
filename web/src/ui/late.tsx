import {
  Component,
  useCallback,
  useEffect,
  useRef,
  useState,
  type ComponentType,
  type ReactNode,
} from 'react';
import { createStore } from 'zustand/vanilla';

export interface Loaded<T> {
  readonly part: T | null;
  readonly failed: boolean;
  /** Fetches the part, unless it is there or on its way. */
  load(): void;
}

/** A part of the page that is wanted and not there; the page says so in one place for all of them. */
export interface Missing {
  /** As a sentence begins with it. */
  readonly name: string;
  readonly why: 'not-loaded' | 'crashed';
  readonly onRetry: () => void;
  /** Gives the part up, if it was opened by the person. */
  readonly onClose?: (() => void) | undefined;
}

export const missingParts = createStore<readonly Missing[]>(() => []);

/** What has been fetched, so that it is there at once when it is opened again. */
const fetched = new WeakMap<() => Promise<object>, object>();

/**
 * A part of the page that is fetched when it is needed. A fetch that failed takes nothing else with
 * it, and is tried again when the network comes back or somebody asks for it.
 */
export function useLoaded<T extends object>(fetchPart: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ readonly part: T | null; readonly failed: boolean }>(() => ({
    part: (fetched.get(fetchPart) as T | undefined) ?? null,
    failed: false,
  }));
  const load = useCallback(() => {
    setState(({ part }) => ({ part, failed: false }));
    fetchPart().then(
      (part) => {
        fetched.set(fetchPart, part);
        setState({ part, failed: false });
      },
      () => setState({ part: null, failed: true }),
    );
  }, [fetchPart]);
  useEffect(() => {
    if (!state.failed) return;
    addEventListener('online', load);
    return () => removeEventListener('online', load);
  }, [state.failed, load]);
  return { ...state, load };
}

/** Stands where a part is missing, and shows nothing there. */
export function MissingPart(part: Missing): null {
  const latest = useRef(part);
  useEffect(() => {
    latest.current = part;
  });
  const { name, why } = part;
  const isOpened = part.onClose !== undefined;
  useEffect(() => {
    const entry: Missing = {
      name,
      why,
      onRetry: () => latest.current.onRetry(),
      ...(isOpened && { onClose: () => latest.current.onClose?.() }),
    };
    missingParts.setState((all) => [...all, entry], true);
    return () => missingParts.setState((all) => all.filter((other) => other !== entry), true);
  }, [name, why, isOpened]);
  return null;
}

interface FallbackProps {
  readonly onRetry: () => void;
  readonly onClose?: (() => void) | undefined;
}

interface BoundaryProps {
  readonly Fallback: ComponentType<FallbackProps>;
  readonly onClose?: (() => void) | undefined;
  readonly children: ReactNode;
}

/** What fails within it takes nothing else with it. */
export class Boundary extends Component<BoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    // As if nothing had caught it, so that it is reported.
    reportError(error);
  }

  readonly #retry = (): void => this.setState({ failed: false });

  override render(): ReactNode {
    const { Fallback, onClose, children } = this.props;
    return this.state.failed ? <Fallback onRetry={this.#retry} onClose={onClose} /> : children;
  }
}

/**
 * A component that is fetched when it is first rendered. If it cannot be fetched, or fails later, it
 * alone is missing. With `onClose` the person can give it up.
 *
 * @param name - as a sentence begins with it
 */
export function late<P extends object>(
  name: string,
  fetchPart: () => Promise<ComponentType<P>>,
): ComponentType<P & { readonly onClose?: () => void }> {
  const Crashed = (props: FallbackProps) => <MissingPart name={name} why="crashed" {...props} />;
  return function Late(props) {
    const { part: Part, failed, load } = useLoaded(fetchPart);
    useEffect(load, [load]);
    if (failed) {
      return <MissingPart name={name} why="not-loaded" onRetry={load} onClose={props.onClose} />;
    }
    if (Part === null) return null;
    return (
      <Boundary Fallback={Crashed} onClose={props.onClose}>
        <Part {...props} />
      </Boundary>
    );
  };
}
