/** A call in React: one provider, and hooks for what there is to show and to do. */
export {
  CallProvider,
  useCall,
  useCallState,
  useDebug,
  useSettings,
  type CallProviderProps,
} from './call-provider.tsx';
export { useCaptions, useSpoken, useVoice } from './captions.ts';
export { useLatency } from './latency.ts';
export { useMicrophoneLevel } from './microphone-level.ts';
