import { useStore } from 'zustand';
import { requiredContext } from '../../lib/required-context.ts';
import type { CallState } from '../store/call-state.ts';
import type { Call } from '../store/call.ts';
import type { DebugState } from '../store/debug-recorder.ts';
import type { Settings } from '../settings/settings.ts';

/** The provider of a call for the components in it, and the hook that gives them its commands. */
export const [CallProvider, useCall] = requiredContext<Call>('Call');

/** What `select` takes from the call's state; rendered anew when that is another value. */
export function useCallState<T>(select: (state: CallState) => T): T {
  return useStore(useCall().state, select);
}

export function useSettings<T>(select: (settings: Settings) => T): T {
  return useStore(useCall().settings, select);
}

export function useDebug<T>(select: (state: DebugState) => T): T {
  return useStore(useCall().debug.store, select);
}
