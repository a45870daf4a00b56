import type { RelayEvent, RelayEventOf } from '@parley/shared';
import type { SequencedEvent } from '@parley/shared/link/outbound';
import type { CallPhase, MediaNotice } from '../../messages/media-messages.ts';
import type { BrowserVoiceRequest } from '../../messages/page-requests.ts';
import type { PlaybackCommand } from '../../messages/playback-messages.ts';
import { CallPhases } from './call-phase.ts';
import { ReplyPlayback } from './reply-playback.ts';
import { ClientTurnTaking } from './turn-taking.ts';

/** Turns and replies between a relay, a speaker and a page that are played by a test. */
export class TurnTakingRig {
  readonly sent: SequencedEvent[] = [];
  readonly posted: PlaybackCommand[] = [];
  readonly notices: MediaNotice[] = [];
  readonly requests: BrowserVoiceRequest[] = [];
  readonly phases: CallPhase[] = [];
  readonly endsOfTurn: number[] = [];
  readonly playback: ReplyPlayback;
  readonly turns: ClientTurnTaking;
  nowMs = 50_000;

  constructor() {
    const phases = new CallPhases((phase) => this.phases.push(phase));
    phases.connection('open');
    const common = {
      phases,
      now: () => this.nowMs,
      notify: (notice: MediaNotice) => this.notices.push(notice),
      toLocalMs: (sessionMs: number) => sessionMs + 50_000,
      onEndOfTurn: (speechEndMs: number) => this.endsOfTurn.push(speechEndMs),

      audibleEndMs: (speechEndMs: number) => speechEndMs,
      send: (event: SequencedEvent) => this.sent.push(event),
      echoSummary: () => '',
      log: () => {},
    };
    this.playback = new ReplyPlayback({
      ...common,
      request: (request) => this.requests.push(request),
      post: (command) => this.posted.push(command),
      beganMs: 0,
      toSessionMs: (localMs) => localMs - 50_000,
      heardAtMs: (contextTimeS) => contextTimeS * 1_000,
      outputLatencyMs: () => 0,
      onVoiceLevel: () => {},
    });
    this.turns = new ClientTurnTaking({ ...common, playback: this.playback });
  }

  /** Voice from the relay. */
  frame(item: number, ms: number, last = false): void {
    this.playback.onAudio({
      kind: 2,
      item,
      last,
      seq: 1,
      timestampMs: 0,
      samples: new Int16Array(ms * 16),
    });
  }

  /** Something the relay says, in the order in which the call hands it on. */
  event(event: RelayEvent): void {
    this.turns.onEvent(event);
    this.playback.onEvent(event);
  }

  decided(id: string, utterance: number, interrupted: boolean, answerFollows = interrupted): void {
    this.event({
      type: 'response.interruption_decided',
      seq: 1,
      response_id: id,
      utterance,
      interrupted,
      answer_follows: answerFollows,
    });
  }

  completed(utterance: number, transcript: string, answerFollows?: boolean): void {
    const type = 'conversation.item.input_audio_transcription.completed';
    this.event({
      ...{ type, seq: 3, item_id: 'i', utterance, transcript },
      ...(answerFollows !== undefined && { answer_follows: answerFollows }),
    });
  }

  failed(utterance: number): void {
    const type = 'conversation.item.input_audio_transcription.failed';
    const error = { code: 'rate_limited', message: 'Not now.', retryable: true } as const;
    this.event({ type, seq: 4, item_id: 'i', utterance, error });
  }

  committed(utterance: number, endMs: number): void {
    const type = 'input_audio_buffer.committed';
    this.event({ type, seq: 1, utterance, audio_end_ms: endMs - 50_000 });
  }

  created(id: string, item: number, change: Partial<RelayEventOf<'response.created'>> = {}): void {
    this.event({
      type: 'response.created',
      seq: 1,
      response_id: id,
      item,
      trigger: 'speech',
      utterance: null,
      audio: { sample_rate: 16_000 },
      ...change,
    } satisfies RelayEvent);
  }

  done(
    id: string,
    status: 'completed' | 'cancelled',
    timeline: RelayEventOf<'response.done'>['timeline'] = {},
  ): void {
    this.event({
      type: 'response.done',
      seq: 2,
      response_id: id,
      status,
      usage: { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 },
      timeline,
      error: null,
    });
  }

  /** A reply of which the speaker has played a part. */
  speaking(id = 'a', item = 1): void {
    this.created(id, item);
    for (let n = 0; n < 5; n += 1) this.frame(item, 100);
    this.playback.onPlayback({ type: 'started', item: 1, contextTimeS: 50 });
  }

  /** The speaker's commands, samples aside. */
  get commands(): readonly PlaybackCommand['type'][] {
    return this.posted.map(({ type }) => type).filter((type) => type !== 'push');
  }

  /** The replies' ends. */
  get ended(): readonly MediaNotice[] {
    return this.notices.filter((notice) => notice.type === 'response-ended');
  }
}
