import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { requiredContext } from '../../lib/required-context.ts';
import { createCall, type CallSetup } from '../create-call.ts';
import type { CallState } from '../store/call-state.ts';
import type { Call } from '../store/call.ts';
import type { DebugState } from '../store/debug-recorder.ts';
import type { Settings } from '../settings/settings.ts';

const [CallContext, useCallInContext] = requiredContext<Call>('Call');

export type CallProviderProps = { readonly children?: ReactNode } & (
  | {
      /** The app's own: it is not destroyed with the provider. */
      readonly call: Call;
    }
  | (CallSetup & { readonly call?: undefined })
);

/**
 * Gives a call to the components in it: one that the app has made, or one that the provider makes,
 * and destroys once it is unmounted. Another `url` makes another call; `token`, `instructions` and
 * `tools` may change at any time; all else is read when a call is made. A page may have several providers.
 *
 * @example
 * <CallProvider url="https://relay.example">
 *   <Talk />
 * </CallProvider>
 */
export function CallProvider({ children, ...props }: CallProviderProps) {
  if (props.call !== undefined) return <CallContext value={props.call}>{children}</CallContext>;
  return <OwnCall setup={props}>{children}</OwnCall>;
}

function OwnCall({ setup, children }: { setup: CallSetup; children: ReactNode }) {
  const { url, assets, storage, page, instructions = '', tools = [] } = setup;
  const token = useRef(setup.token);
  useEffect(() => void (token.current = setup.token ?? token.current));
  const make = () => {
    const newest = token.current && (() => token.current!());
    return { url, call: createCall({ url, assets, storage, page, token: newest }) };
  };
  const [own, setOwn] = useState(make);
  if (own.url !== url) setOwn(make);
  const { call } = own;
  useEffect(() => call.setAssistant({ instructions, tools }));
  const mounted = useRef<Call>(undefined);
  const destroyed = useRef<Call>(undefined);
  useEffect(() => {
    mounted.current = call;
    // Hidden and shown again, which React does with what it keeps.
    if (destroyed.current === call) setOwn(make);
    return () => {
      mounted.current = undefined;
      // StrictMode and hot reload mount again within the same task: the call goes on.
      queueMicrotask(() => {
        if (mounted.current === call) return;
        destroyed.current = call;
        void call.destroy();
      });
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `make` is another each time
  }, [call]);
  return <CallContext value={call}>{children}</CallContext>;
}

/**
 * The call of the provider around: its commands, and its stores for what must not render.
 *
 * @throws outside of a provider
 * @example
 * const call = useCall();
 * return <button onClick={() => void call.start()}>Talk</button>;
 */
export const useCall: () => Call = useCallInContext;

/**
 * What `select` takes from the call's state; rendered anew when that is another value.
 *
 * @example
 * const isRunning = useCallState((state) => state.standing.kind === 'running');
 */
export function useCallState<T>(select: (state: CallState) => T): T {
  return useStore(useCall().state, select);
}

/**
 * What `select` takes from the person's settings, which `changeSettings` of the call changes.
 *
 * @example
 * const volume = useSettings((settings) => settings.volume);
 */
export function useSettings<T>(select: (settings: Settings) => T): T {
  return useStore(useCall().settings, select);
}

/**
 * What `select` takes from the measurements of the call; they change four times a second at most.
 *
 * @example
 * const costUsd = useDebug(({ usage }) => usage.at(-1)?.costUsd ?? 0);
 */
export function useDebug<T>(select: (state: DebugState) => T): T {
  return useStore(useCall().debug.store, select);
}
