/** A call in React: one provider, and hooks for what there is to show and to do. */
export { CallProvider, useCall, useCallState, useDebug, useSettings } from './call-context.ts';
