/**
 * A call without an interface: everything that a page may use of it. `react/index.ts` has the hooks.
 *
 * `BrowserMediaEngine` opens the microphone, finds speech and keeps the connection;
 * `Call` drives it and keeps the state that a page shows.
 */

// The call.
export { createCall, type CallSetup } from './create-call.ts';
export { Call } from './store/call.ts';
export type { Assistant, CallTool } from './engine/call-tools.ts';
export type { ToolEnd } from './messages/page-requests.ts';
export type { CallEvents, Caption } from './store/call-events.ts';
export {
  FAILED_TO_START,
  type CallError,
  type CallFigures,
  type Levels,
  type Outage,
} from './store/call-facts.ts';
export { INITIAL_CALL_STATE, type CallState } from './store/call-state.ts';
export type {
  CallPhase,
  Credentials,
  EndOfTurnPrediction,
  Interruption,
  MeasuredTurn,
  MediaNotice,
  MicrophoneRefusal,
} from './messages/media-messages.ts';

// What was said.
export {
  replyCaption,
  type ConversationState,
  type ConversationItem,
  type ReplyItem,
  type UserItem,
} from './store/conversation-state.ts';
export {
  earlierConversation,
  lastTalk,
  lostConversationOf,
  rememberTalk,
} from './store/earlier-conversation.ts';
export { captionsOf, type CaptionLine } from './store/captions.ts';
export {
  captionWords,
  spokenPosition,
  type ReplyCaption,
  type SpokenPosition,
} from './store/reply-caption.ts';

// The providers, and the browser's own abilities.
export {
  ladderAfter,
  ladderOf,
  standingOf,
  type Ladder,
  type StageStanding,
} from './store/ladder.ts';
export type { ProviderNames } from './store/provider-names.ts';
export type { RelayAddress } from './settings/relay-address.ts';
export type { BrowserHelp } from './messages/page-requests.ts';
export {
  findLanguageModels,
  MODEL_OPTIONS,
  type LanguageModels,
  type ModelAvailability,
  type ModelSession,
} from './engine/browser-model/language-model.ts';
export {
  findSpeechRecognition,
  installLanguage,
  localAvailability,
  recognitionLanguage,
  type LanguageAvailability,
} from './engine/browser-speech/speech-recognition.ts';
export { keepScreenOn, showInSystem } from './engine/media-session.ts';

// Settings and accounts.
export { readKept, writeKept, type KeyValueStore, type Settings } from './settings/settings.ts';
export { AccountController } from './account/account-controller.ts';
export {
  isSignInReturn,
  SignInError,
  type AccountIssuer,
  type SignInFault,
  type SignInMethods,
} from './account/account-issuer.ts';
export type { AccessCodeAnswer } from './account/guest-requests.ts';

// Measurements: the debug panel, the flight recorder, the sound check.
export type {
  DebugEntry,
  FlightNotice,
  FlightRequest,
  MediaStats,
  MicrophoneSettings,
} from './messages/debug-messages.ts';
export type {
  DebugState,
  LoggedEntry,
  RecordedTurn,
  SessionUsage,
} from './store/debug-recorder.ts';
export { isSpoken, latencyOf, type Latency, type LatencyMeasure } from './store/latency.ts';
export { ECHO_GUARD_POLICY, SPEECH_POLICY } from '@parley/shared/vad/vad-policy';
export type { DetectorCheck } from './messages/detector-check.ts';
export {
  SILENT_DBFS,
  type CheckFigures,
  type CheckStep,
  type EchoFigures,
  type MicrophoneFigures,
  type RelayFigures,
  type SpeakerFigures,
} from './engine/sound-check/sound-check-events.ts';
