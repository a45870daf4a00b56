import type { RelayEvent } from '@parley/shared';
import type { SequencedEvent } from '@parley/shared/link/outbound';
import type { ConnectionStatus } from '@parley/shared/link/connection-options';
import { RelayConnection } from '@parley/shared/link/relay-connection';
import type { RelayFetch } from '@parley/shared/link/relay-request';
import type { SessionApi } from '@parley/shared/link/session-api';
import { TokenRenewal } from '@parley/shared/link/token-renewal';
import { CallDownlink } from '../downlink/call-downlink.ts';
import { OutputClock } from '../downlink/output-clock.ts';
import { CapturePort } from '../capture/capture-port.ts';
import { ContextClock } from '../capture/context-clock.ts';
import { EchoGuard } from '../echo/echo-guard.ts';
import type { CapturedBlock } from '../../messages/capture-messages.ts';
import type { MediaStats } from '../../messages/debug-messages.ts';
import type { MediaCommand, MediaNotice } from '../../messages/media-messages.ts';
import type { PageRequest } from '../../messages/page-requests.ts';
import type { PlaybackReport } from '../../messages/playback-messages.ts';
import type { TellFlight } from '../flight/late-flight.ts';
import type { SpeechDetector } from '@parley/shared/vad/speech-detector';
import { CallUplink } from '../uplink/call-uplink.ts';
import type { UtteranceChunk } from '@parley/shared/vad/utterance-recorder';
import { UtteranceSegmenter } from '@parley/shared/vad/utterance-segmenter';
import { CallLevels } from './call-levels.ts';
import { CallPhases } from './call-phase.ts';
import { noticeOf, problemNotice } from './relay-notices.ts';
import { ReplyPlayback } from './reply-playback.ts';
import {
  SessionChoices,
  browserSpeaks,
  relayHears,
  sessionApi,
  speechProvidersAfter,
  type SpeechProviders,
} from './session-choices.ts';
import { onSpeech, type SpeechEventsOptions } from './speech-events.ts';
import { ClientTurnTaking, type ClientTurnTakingOptions } from './turn-taking.ts';

/** An utterance is ended a little before the relay would refuse its next chunk. */
const UTTERANCE_MARGIN_MS = 500;

export interface MediaCallOptions {
  readonly start: Extract<MediaCommand, { type: 'start' }>;
  /** undefined: not known. */
  readonly timeZone: string | undefined;
  readonly fetch: RelayFetch;
  readonly WebSocket: typeof globalThis.WebSocket;
  random(): number;
  now(): number;
  notify(notice: MediaNotice | PageRequest): void;
  readonly tellFlight: TellFlight;
  onDetectorFailed(): void;
}

/** One call: puts the microphone, the relay and the voice together. */
export class MediaCall {
  readonly #options: MediaCallOptions;
  readonly #api: SessionApi;
  readonly #connection: RelayConnection;
  readonly #renewal: TokenRenewal;
  readonly #uplink: CallUplink;
  readonly #downlink: CallDownlink;
  readonly #turns: ClientTurnTaking;
  readonly #playback: ReplyPlayback;
  readonly #segmenter: UtteranceSegmenter<CapturedBlock>;
  readonly #choices: SessionChoices;
  readonly #phases: CallPhases;
  readonly #contextClock = new ContextClock();
  readonly #echo: EchoGuard;
  readonly #outputClock = new OutputClock(this.#contextClock);
  readonly #microphone: CapturePort;
  /** Port of the playback worklet. */
  readonly #speaker: MessagePort;
  #providers: SpeechProviders | undefined;
  #sessionLost = false;
  #chunksSent = 0;

  constructor(options: MediaCallOptions) {
    const { start } = options;
    const now = () => options.now();
    const notify = (notice: MediaNotice) => options.notify(notice);
    this.#options = options;
    this.#speaker = start.playback;
    this.#choices = new SessionChoices(start, (event) => this.#send(event), notify);
    this.#phases = new CallPhases((phase) => notify({ type: 'phase', phase }));
    this.#echo = new EchoGuard({ notify, phases: this.#phases });
    this.#echo.setInterruption(start.choices.interruption);
    void this.#echo.measure();
    const levels = new CallLevels({ notify, now });
    const common: Omit<ClientTurnTakingOptions, 'playback'> = {
      phases: this.#phases,
      now,
      send: (event) => this.#send(event),
      notify,
      toLocalMs: (sessionMs) => sessionMs - (this.#connection.clock.toSessionMs(now()) - now()),
      onEndOfTurn: (speechEndMs) => this.#segmenter.endOfTurn(speechEndMs),
      echoSummary: () => this.#echo.summary,
      audibleEndMs: (speechEndMs) => this.#segmenter.audibleEndMs(speechEndMs),
      log: (source, name, detail) =>
        options.tellFlight((flight, atMs) => flight.decision(atMs, source, name, detail)),
    };
    const playback = new ReplyPlayback({
      ...common,
      request: (request) => options.notify(request),
      post: (command, transfer) => this.#speaker.postMessage(command, transfer),
      beganMs: now(),
      toSessionMs: (localMs) => this.#connection.clock.toSessionMs(localMs),
      heardAtMs: (contextTimeS) => this.#outputClock.heardAtMs(contextTimeS) ?? now(),
      outputLatencyMs: () => this.#outputClock.latencyMs,
      onVoiceLevel: (rms) => levels.voice(rms),
    });
    const turns = new ClientTurnTaking({ ...common, playback });
    this.#playback = playback;
    this.#turns = turns;
    const speech: SpeechEventsOptions = {
      turns,
      onSuspected: () => this.#echo.suspected() && options.notify({ type: 'hush-breath' }),
      onChunk: (chunk) => this.#sendChunk(chunk),
      onDetectorFailed: () => options.onDetectorFailed(),
    };
    this.#segmenter = new UtteranceSegmenter({
      echo: this.#echo,
      now,
      isPlaying: () => playback.replies.speaking && !turns.isUndecided,
      onEvent: (event) => onSpeech(event, speech),
      onLevel: (level, probability) => levels.microphone(level, probability),
    });
    this.#microphone = new CapturePort({
      contextClock: this.#contextClock,
      echo: this.#echo,
      segmenter: this.#segmenter,
      now,
      isPlaying: () => playback.replies.speaking,
      isListening: () => this.#phases.phase === 'listening',
      request: (request) => options.notify(request),
      onAttached: (settings) => options.tellFlight((flight, at) => flight.microphone(at, settings)),
    });
    this.#uplink = new CallUplink({
      choice: start.choices.line,
      onLate: (isLate) => notify({ type: 'line', isLate }),
      send: (message) => this.#connection.send(message),
      codec: () => this.#connection.line.codec,
      onStopped: (utterance, atMs) => this.#turns.speechCut(utterance, atMs),
    });
    this.#downlink = new CallDownlink({
      send: (event) => this.#send(event),
      codec: () => this.#connection.line.codec,
      onEvent: (event) => this.#onEvent(event),
      onAudio: (frame) => playback.onAudio(frame),
    });
    this.#api = sessionApi(options, (choice) => this.#choices.notOffered(choice));
    this.#connection = this.#connect();
    this.#renewal = new TokenRenewal({
      api: this.#api,
      sessionId: () => this.#connection.session?.session_id,
    });
    this.#speaker.addEventListener('message', ({ data }: MessageEvent<PlaybackReport>) => {
      if (data.type === 'clock') return this.#outputClock.rendered(data.contextTimeS, data.atMs);
      playback.onPlayback(data);
      if (data.type !== 'position') return;
      this.#echo.rendered(this.#contextClock.toLocalMs(data.contextTimeS), data.rms);
    });
    this.#speaker.start();
    void this.#connection.run();
  }

  /** @param detector `none` if it could not be loaded */
  setDetector(detector: SpeechDetector | 'none'): void {
    this.#segmenter.setDetector(detector);
  }

  handle(
    command: Exclude<MediaCommand, { type: 'load' | 'check-detector' | 'start' | 'set-debug' }>,
  ): void {
    switch (command.type) {
      case 'attach-capture':
      case 'capture-primed':
      case 'detach-capture':
        return this.#microphone.handle(command);
      case 'output-latency':
        return this.#outputClock.observe(command);
      case 'set-muted':
        return this.#segmenter.setMuted(command.muted);
      case 'send-text':
        return this.#turns.sendText(command.itemId, command.text);
      case 'cancel-response':
        return this.#turns.cancelResponse();
      case 'page-hears':
        return this.#phases.hearing(command.hearing);
      case 'choose':
        this.#echo.setInterruption(command.choices.interruption);
        this.#uplink.choice = command.choices.line ?? this.#uplink.choice;
        return this.#choices.choose(command.choices);
      case 'page-voice':
        return this.#playback.onPageVoice(command);
      case 'set-token':
        return this.#renewal.renew(command.token);
      case 'hold-to-talk':
        return this.#segmenter.holdToTalk(command.held);
      case 'retry-now':
        return this.#connection.retryNow();
      case 'stop':
        return this.#connection.close();
      default:
        return this.#choices.handle(command);
    }
  }

  #sendChunk({ samples: audio, startMs, last }: UtteranceChunk): void {
    this.#chunksSent += 1;
    this.#uplink.send({ kind: 'audio', utterance: this.#turns.utterance, audio, startMs, last });
  }

  #connect(): RelayConnection {
    const { start, timeZone, WebSocket } = this.#options;
    return new RelayConnection({
      api: this.#api,
      request: () => {
        const { voice, language } = this.#choices;
        return { voice, language, timeZone, conversationId: start.conversationId };
      },
      replacesSession: true,
      WebSocket,
      line: this.#uplink.wishes,
      onLine: (line) => {
        this.#downlink.lineChanged();
        this.#uplink.lineChanged(line);
      },
      random: () => this.#options.random(),
      now: () => this.#options.now(),
      onStatus: (status) => this.#onStatus(status),
      onEvent: (event) => this.#downlink.event(event),
      onAudio: (frame) => this.#downlink.audio(frame),
      onProblem: (problem) => this.#options.notify(problemNotice(problem)),
      onSessionLost: () => {
        this.#downlink.settle();
        this.#sessionLost = true;
        this.#options.notify({ type: 'stop-tools' });
        this.#playback.sessionLost();
        this.#turns.sessionLost();
      },
      onTraffic: (direction, data) =>
        this.#options.tellFlight((flight, atMs) => flight.traffic(atMs, direction, data)),
    });
  }

  #onStatus(status: ConnectionStatus): void {
    this.#options.tellFlight((flight, atMs) => flight.connection(atMs, status));
    switch (status.kind) {
      case 'connecting':
      case 'waiting': {
        if (status.attempt === 0) return;
        this.#phases.connection('lost');
        const retryInMs = status.kind === 'waiting' ? status.retryInMs : 0;
        return this.#options.notify({ type: 'unreachable', retryInMs });
      }
      case 'open':
        return this.#phases.connection('open');
      case 'closed':
        this.#release();
        this.#phases.connection('closed');
        this.#options.notify({ type: 'closed', reason: status.reason });
    }
  }

  #onEvent(event: RelayEvent): void {
    if (event.type === 'session.created') {
      const { limits, turn_detection } = event.session;
      this.#segmenter.utteranceLimitMs = limits.utterance_ms - UTTERANCE_MARGIN_MS;
      this.#turns.relayDecides = this.#segmenter.relayDecides = turn_detection !== undefined;
      this.#choices.begun(event);
      this.#downlink.begun(event);
      if (event.session.audio_codecs?.includes('opus') === true) this.#uplink.load();
    }
    this.#providers = speechProvidersAfter(this.#providers, event);
    this.#segmenter.setPaused(!relayHears(this.#providers));
    this.#playback.browserSpeaks = browserSpeaks(this.#providers);
    const notice = noticeOf(event, this.#connection.clock.toSessionMs(this.#options.now()));
    const conversationId = this.#connection.session?.conversation_id;
    if (notice?.type === 'session') this.#options.notify({ ...notice, conversationId });
    else if (notice !== undefined) this.#options.notify(notice);
    if (event.type === 'session.created' && this.#sessionLost) {
      this.#sessionLost = false;
      this.#options.notify({ type: 'session-replaced' });
    }
    this.#turns.onEvent(event);
    this.#playback.onEvent(event);
  }

  #send(event: SequencedEvent): void {
    this.#uplink.send({ kind: 'event', event });
  }

  get stats(): Omit<MediaStats, 'atMs' | 'bytesSent'> {
    const { voice } = this.#playback;
    return {
      rttMs: this.#connection.clock.rttMs,
      unackedMs: this.#connection.unacknowledgedMs,
      jitterBufferMs: voice.bufferedMs,
      jitterTargetMs: voice.targetMs,
      underruns: voice.underruns,
      chunksSent: this.#chunksSent,
      line: this.#connection.line,
      reconnects: this.#connection.reconnects,
      echoDb: this.#echo.leak?.levelDb ?? null,
      echoDelayMs: this.#echo.leak?.delayMs ?? null,
    };
  }

  #release(): void {
    this.#renewal.close();
    this.#uplink.close();
    this.#downlink.close();
    this.#microphone.detach();
    this.#turns.close();
    this.#playback.close();
    this.#speaker.close();
  }
}
