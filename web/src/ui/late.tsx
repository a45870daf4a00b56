import {
  Component,
  useCallback,
  useEffect,
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

/** A part of the page that is wanted and not there. */
export interface Missing {
  readonly onRetry: () => void;
  /** Gives the part up, if it was opened by the person. */
  readonly onClose?: (() => void) | undefined;
}

/** The page says in one place that there are any. */
export const missingParts = createStore<readonly Missing[]>(() => []);

/**
 * A part of the page that is fetched when it is needed. A fetch that failed takes nothing else with
 * it, and is tried again when the network comes back or somebody asks for it.
 */
export function useLoaded<T extends object>(fetchPart: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ readonly part: T | null; readonly failed: boolean }>({
    part: null,
    failed: false,
  });
  const load = useCallback(() => {
    setState(({ part }) => ({ part, failed: false }));
    fetchPart().then(
      (part) => setState({ part, failed: false }),
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
export function MissingPart({ onRetry, onClose }: Missing): null {
  useEffect(() => {
    const entry: Missing = { onRetry, onClose };
    missingParts.setState((all) => [...all, entry], true);
    return () => missingParts.setState((all) => all.filter((other) => other !== entry), true);
  }, [onRetry, onClose]);
  return null;
}

interface BoundaryProps {
  readonly Fallback: ComponentType<Missing>;
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
 */
export function late<P extends object>(
  fetchPart: () => Promise<ComponentType<P>>,
  Fallback: ComponentType<Missing> = MissingPart,
): ComponentType<P & { readonly onClose?: () => void }> {
  return function Late(props) {
    const { part: Part, failed, load } = useLoaded(fetchPart);
    useEffect(load, [load]);
    if (failed) return <Fallback onRetry={load} onClose={props.onClose} />;
    if (Part === null) return null;
    return (
      <Boundary Fallback={Fallback} onClose={props.onClose}>
        <Part {...props} />
      </Boundary>
    );
  };
}
