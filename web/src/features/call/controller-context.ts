import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { CallController, CallState, DebugState, Settings } from '../../client/index.ts';

const ControllerContext = createContext<CallController | null>(null);

export const ControllerProvider = ControllerContext.Provider;

export function useController(): CallController {
  const controller = useContext(ControllerContext);
  if (controller === null) throw new Error('useController outside of a ControllerProvider');
  return controller;
}

export function useCall<T>(select: (state: CallState) => T): T {
  return useStore(useController().call, select);
}

export function useSettings<T>(select: (settings: Settings) => T): T {
  return useStore(useController().settings, select);
}

export function useDebug<T>(select: (state: DebugState) => T): T {
  return useStore(useController().debug.store, select);
}
