import type { RelayEvent } from '@parley/shared';
import { RelayConnection, type ConnectionStatus } from '../link/relay-connection.ts';
import { SessionApi, type Post } from '../link/session-api.ts';
import { ContextClock } from '../uplink/context-clock.ts';
import type {
  MediaCommand,
  MediaNotice,
  MediaStats,
  PageVoiceRequest,
} from '../../messages/media-messages.ts';
import type { PlaybackReport } from '../../messages/playback-messages.ts';
import { MicrophoneListener, type SpeechDetector } from '../uplink/microphone-listener.ts';
import { CallDebug } from './call-debug.ts';
import { CallLevels } from './call-levels.ts';
import { CallPhases } from './call-phases.ts';
import { CaptureLine } from './capture-line.ts';
import { Floor } from './floor.ts';
import { noticeOf } from './relay-notices.ts';
import { RelayStageKeeper } from './relay-stages.ts';

/** An utterance is ended a little before the relay would refuse its next chunk. */
const UTTERANCE_MARGIN_MS = 500;

export interface MediaCallOptions {
  readonly start: Extract<MediaCommand, { type: 'start' }>;
  readonly fetch: Post;
  readonly WebSocket: typeof globalThis.WebSocket;
  random(): number;
  now(): number;
  notify(notice: MediaNotice | PageVoiceRequest): void;
  onDetectorFailed(): void;
}

/** One call: puts the microphone, the relay and the voice together. */
export class MediaCall {
  readonly #options: MediaCallOptions;
  readonly #connection: RelayConnection;
  readonly #floor: Floor;
  readonly #listener: MicrophoneListener;
  readonly #capture: CaptureLine;
  readonly #phases: CallPhases;
  readonly #debug: CallDebug;
  readonly #contextClock = new ContextClock();
  readonly #playback: MessagePort;
  readonly #stages = new RelayStageKeeper();
  #sessionLost = false;
  #requestedVoice: string | undefined;
  #chunksSent = 0;
  #outputLatencyMs = 0;

  constructor(options: MediaCallOptions) {
    const { start } = options;
    const now = () => options.now();
    const notify = (notice: MediaNotice) => options.notify(notice);
    this.#options = options;
    this.#playback = start.playback;
    this.#requestedVoice = start.voice;
    this.#phases = new CallPhases((phase) => notify({ type: 'phase', phase }));
    this.#debug = new CallDebug({ now, notify, stats: () => this.#stats() });
    const levels = new CallLevels({ notify, now });
    const floor = new Floor({
      phases: this.#phases,
      now,
      notify,
      request: (request) => options.notify(request),
      send: (event) => this.#connection.send({ kind: 'event', event }),
      post: (command, transfer) => this.#playback.postMessage(command, transfer),
      toSessionMs: (localMs) => this.#connection.clock.toSessionMs(localMs),
      heardAtMs: (contextTimeS) =>
        (this.#contextClock.toLocalMs(contextTimeS) ?? now()) + this.#outputLatencyMs,
      onVoiceLevel: (rms) => levels.voice(rms),
      log: (source, name) => this.#debug.log(source, name),
    });
    this.#floor = floor;
    this.#listener = new MicrophoneListener({
      contextClock: this.#contextClock,
      now,
      isPlaying: () => floor.isSpeaking,
      onSuspected: () => floor.speechSuspected(),
      onDismissed: () => floor.speechDismissed(),
      onStarted: (onsetMs) => floor.speechStarted(onsetMs),
      onChunk: (chunk) => {
        this.#chunksSent += 1;
        this.#connection.send({ kind: 'audio', utterance: floor.utterance, ...chunk });
      },
      onEnded: (speechEndMs) => floor.speechEnded(speechEndMs),
      onDiscarded: () => floor.speechDiscarded(),
      onDetectorFailed: () => options.onDetectorFailed(),
      onLevel: (level, probability) => levels.microphone(level, probability),
    });
    this.#capture = new CaptureLine({
      listener: this.#listener,
      contextClock: this.#contextClock,
      now,
    });
    this.#connection = this.#connect();
    this.#playback.addEventListener('message', ({ data }: MessageEvent<PlaybackReport>) => {
      if ('contextTimeS' in data) this.#contextClock.observe(data.contextTimeS, now());
      floor.onPlayback(data);
    });
    this.#playback.start();
    void this.#connection.run();
  }

  /** @param detector `none` where it could not be loaded */
  setDetector(detector: SpeechDetector | 'none'): void {
    this.#listener.setDetector(detector);
  }

  handle(command: Exclude<MediaCommand, { type: 'load' | 'start' }>): void {
    switch (command.type) {
      case 'attach-capture':
        return this.#capture.attach(command.port, command.latencyMs);
      case 'detach-capture':
        return this.#capture.detach();
      case 'output-latency':
        this.#outputLatencyMs = command.latencyMs;
        return;
      case 'set-muted':
        return this.#listener.setMuted(command.muted);
      case 'send-text':
        return this.#floor.sendText(command.itemId, command.text);
      case 'cancel-response':
        return this.#floor.cancelResponse();
      case 'page-hears':
        return this.#phases.hearing(command.hearing);
      case 'page-voice':
        return this.#floor.onPageVoice(command);
      case 'set-voice':
        this.#requestedVoice = command.voice;
        return this.#update({ voice: command.voice });
      case 'hold-to-talk':
        return this.#listener.holdToTalk(command.held);
      case 'set-debug':
        return this.#debug.setEnabled(command.enabled);
      case 'retry-now':
        return this.#connection.retryNow();
      case 'stop':
        return this.#connection.close();
    }
  }

  #connect(): RelayConnection {
    const { start, fetch, WebSocket } = this.#options;
    const notify = (notice: MediaNotice) => this.#options.notify(notice);
    return new RelayConnection({
      api: new SessionApi({
        baseUrl: start.baseUrl,
        fetch,
        token: start.token,
        onSignedIn: (token, expiresInS) => notify({ type: 'signed-in', token, expiresInS }),
      }),
      request: () => ({ voice: this.#requestedVoice, timeZone: start.timeZone }),
      WebSocket,
      random: () => this.#options.random(),
      now: () => this.#options.now(),
      onStatus: (status) => this.#onStatus(status),
      onEvent: (event) => this.#onEvent(event),
      onAudio: (frame) => this.#floor.onAudio(frame),
      onProblem: (code, message) => notify({ type: 'error', code, message }),
      onSessionLost: () => {
        this.#sessionLost = true;
        this.#floor.sessionLost();
      },
      onTraffic: (direction, name, seq) =>
        this.#debug.log(direction, name, seq === undefined ? '' : `#${seq}`),
    });
  }

  #onStatus(status: ConnectionStatus): void {
    const { kind } = status;
    this.#debug.log('socket', kind, 'attempt' in status ? `attempt ${status.attempt}` : '');
    switch (kind) {
      case 'connecting':
      case 'waiting': {
        const { attempt } = status;
        if (attempt === 0) return;
        this.#phases.connection('lost');
        const retryInMs = kind === 'waiting' ? status.retryInMs : 0;
        this.#options.notify({ type: 'reconnecting', attempt, retryInMs });
        return;
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
      this.#listener.setUtteranceLimit(event.session.limits.utterance_ms - UTTERANCE_MARGIN_MS);
      if (!this.#options.start.spoken) this.#update({ output_modalities: ['text'] });
    }
    const { hears, pageSpeaks } = this.#stages.after(event);
    this.#listener.setDeaf(!hears);
    this.#floor.setPageSpeaks(pageSpeaks);
    const notice = noticeOf(event);
    if (notice !== undefined) this.#options.notify(notice);
    if (event.type === 'session.created' && this.#sessionLost) {
      this.#sessionLost = false;
      this.#options.notify({ type: 'session-replaced' });
    }
    this.#floor.onEvent(event);
  }

  #update(session: { voice?: string; output_modalities?: ('audio' | 'text')[] }): void {
    this.#connection.send({ kind: 'event', event: { type: 'session.update', session } });
  }

  #stats(): Omit<MediaStats, 'atMs'> {
    const { voice } = this.#floor;
    return {
      rttMs: this.#connection.clock.rttMs,
      unackedMs: this.#connection.unacknowledgedMs,
      jitterBufferMs: voice.bufferedMs,
      jitterTargetMs: voice.targetMs,
      underruns: voice.underruns,
      chunksSent: this.#chunksSent,
      reconnects: this.#connection.reconnects,
    };
  }

  #release(): void {
    this.#capture.detach();
    this.#floor.close();
    this.#playback.close();
    this.#debug.setEnabled(false);
  }
}
