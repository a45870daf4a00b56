import { useStore } from 'zustand';
import type { CallController, CallState, DebugState, Settings } from '../../client/index.ts';
import { requiredContext } from '../../ui/required-context.ts';

export const [ControllerProvider, useController] =
  requiredContext<CallController>('CallController');

export function useCall<T>(select: (state: CallState) => T): T {
  return useStore(useController().call, select);
}

export function useSettings<T>(select: (settings: Settings) => T): T {
  return useStore(useController().settings, select);
}

export function useDebug<T>(select: (state: DebugState) => T): T {
  return useStore(useController().debug.store, select);
}
