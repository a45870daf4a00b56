/**
 * A call without an interface: everything that a page may use of it.
 *
 * `BrowserMediaEngine` opens the microphone, finds speech and keeps the connection;
 * `CallController` drives it and keeps the state that a page shows.
 */

// The call.
export { BrowserMediaEngine } from './engine/browser-media-engine.ts';
export type { MediaEngine } from './engine/media-engine.ts';
export { CallController } from './store/call-controller.ts';
export type { CallError, Outage } from './store/call-facts.ts';
export type { CallFigures } from './store/call-facts.ts';
export { INITIAL_CALL_STATE, type CallState } from './store/call-state.ts';
export type { Levels } from './store/levels.ts';
export { FAILED_TO_START } from './store/page-close-reasons.ts';
export { lastTalk, lostConversationOf, rememberTalk } from './store/lost-call.ts';
export type { Interruption } from './messages/media-messages.ts';
export type {
  CallPhase,
  Credentials,
  EndOfTurnPrediction,
  MeasuredTurn,
  MediaNotice,
} from './messages/media-messages.ts';
export type { MicrophoneRefusal } from './messages/media-messages.ts';

// What was said.
export {
  replyCaption,
  type ConversationState,
  type ConversationItem,
  type ReplyItem,
  type UserItem,
} from './store/conversation-state.ts';
export { earlierConversation } from './store/earlier-conversation.ts';
export { captionWords, spokenPosition, type SpokenPosition } from './store/reply-caption.ts';

// The providers, and the browser's own abilities.
export {
  ladderAfter,
  ladderOf,
  standingOf,
  type Ladder,
  type StageStanding,
} from './store/ladder.ts';
export { fetchProviderNames, type ProviderNames } from './store/provider-names.ts';
export { findRelay, type RelayAddress } from './settings/relay-address.ts';
export type { BrowserHelp } from './messages/page-requests.ts';
export {
  findLanguageModels,
  MODEL_OPTIONS,
  type LanguageModels,
  type ModelAvailability,
  type ModelSession,
} from './engine/browser-model/language-model.ts';
export { recognitionLanguage } from './engine/browser-speech/recognition-language.ts';
export {
  findSpeechRecognition,
  installLanguage,
  localAvailability,
  type LanguageAvailability,
} from './engine/browser-speech/speech-recognition.ts';
export { showInSystem } from './engine/media-session.ts';
export { keepScreenOn } from './engine/wake-lock.ts';

export { ECHO_GUARD_POLICY, SPEECH_POLICY } from './messages/vad-policy.ts';

// Settings and accounts.
export { readKept, writeKept, type KeyValueStore, type Settings } from './settings/settings.ts';
export type { AccessCodeAnswer } from './account/access-code.ts';
export { AccountController } from './account/account-controller.ts';
export {
  SignInError,
  type AccountIssuer,
  type SignInFault,
  type SignInMethods,
} from './account/account-issuer.ts';
export { loadIssuer } from './account/load-issuer.ts';
export { isSignInReturn } from './account/sign-in-return.ts';

// Measurements: the debug panel, the flight recorder, the sound check.
export type { DebugEntry, MediaStats } from './messages/debug-messages.ts';
export type {
  DebugState,
  LoggedEntry,
  RecordedTurn,
  SessionUsage,
} from './store/debug-recorder.ts';
export type {
  FlightNotice,
  FlightRequest,
  MicrophoneSettings,
} from './messages/flight-messages.ts';
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
