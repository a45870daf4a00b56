import {
  decodeAudioFrame,
  decodeClientEvent,
  MAX_CLIENT_EVENT_BYTES,
  MAX_TEXT_CHARACTERS,
  ParleyError,
  type AudioCodec,
  type AudioFrame,
  type ClientEvent,
  type ClientEventOf,
  type CloseReasonName,
  type ErrorCode,
} from '@parley/shared';
import type { EmitCallEvent, Limit } from '../events/call-events.ts';
import type { Conversation } from '../turn/conversation.ts';
import { tellRefusal } from '../turn/listening/refused-speech.ts';
import { newId } from '../../base/lib/ids.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { MessageRefusals, type InboxAllowances } from './inbox-allowances.ts';
import type { Outbox } from './outbox.ts';
import type { SessionControls } from './session-controls.ts';
import type { OpenTurns, UplinkPosition } from './open-turns.ts';
import { durationOf, judgeFrame, UplinkSequence } from './uplink.ts';

/**
 * Messages that may wait for an acknowledgement while audio flows: five seconds of it. An
 * acknowledgement costs as much as forwarding a chunk and only frees the client's memory:
 * `session.resumed` says exactly what arrived.
 */
const ACKNOWLEDGE_EVERY = 50;

type ReportedLine = NonNullable<ClientEventOf<'ping'>['line']>;

export interface InboxOptions {
  readonly conversation: Conversation;
  readonly outbox: Outbox;
  readonly controls: Pick<SessionControls, 'recorder' | 'browserModel' | 'clientTools' | 'update'>;
  readonly logger: Logger;
  /** Of the session's trace; undefined: it has none. */
  readonly traceId: string | undefined;
  readonly emit: EmitCallEvent;
  readonly allowances: InboxAllowances;
  readonly onClose: (reason: CloseReasonName) => void;
  /** Turns that are not over, for the snapshot of the call; undefined: it is kept nowhere. */
  readonly openTurns?: OpenTurns | undefined;
  /** How far the client had come in another relay. */
  readonly restored?: UplinkPosition | undefined;
}

/**
 * What a client sends, checked and handed on.
 *
 * A malformed message is answered with an `error` event and counts against the client; one that
 * goes on like that, or floods, is disconnected. Nothing here touches another session.
 */
export class Inbox {
  readonly received = { framesIn: 0, bytesIn: 0 };
  readonly #options: InboxOptions;
  // For the hot path: what it needs of the options, one object fewer to fetch from memory.
  readonly #conversation: Conversation;
  readonly #recorder: SessionControls['recorder'];
  readonly #sequence: UplinkSequence;
  readonly #allowances: InboxAllowances;
  readonly #refusals: MessageRefusals;
  #latestUtterance: number | undefined;
  /** That the open utterance began in; undefined before its first audio. */
  #codec: AudioCodec | undefined;
  #hasHeard = false;
  #wasActive = false;
  /** The line was reported since the last check. */
  #hasLine = false;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#sequence = new UplinkSequence(options.restored);
    this.#conversation = options.conversation;
    this.#recorder = options.controls.recorder;
    this.#allowances = options.allowances;
    this.#refusals = new MessageRefusals(options.logger);
  }

  /** The newest message that arrived. */
  get lastSeq(): number {
    return this.#sequence.last;
  }

  /** The client need not send anything up to and including this again, whatever happens. */
  get safeSeq(): number {
    return this.#sequence.acknowledgeable;
  }

  /** Nothing after `seq` is acknowledged until this is called again; Infinity: nothing is held back. */
  holdAfter(seq: number): void {
    this.#sequence.holdAfter(seq);
  }

  /** Since the last time this was asked: any message, and any that shows a person at work. */
  takeSigns(): { readonly heard: boolean; readonly active: boolean } {
    const signs = { heard: this.#hasHeard, active: this.#wasActive };
    this.#hasHeard = false;
    this.#wasActive = false;
    return signs;
  }

  /** A sign of life that carries nothing. */
  heard(): void {
    this.#hasHeard = true;
  }

  /** A binary message. The hot path: neither logs, nor awaits, nor reads a clock. */
  receiveAudio(bytes: Uint8Array): void {
    if (!this.#admit()) return;
    this.received.framesIn++;
    this.received.bytesIn += bytes.byteLength;
    const result = decodeAudioFrame(bytes);
    if (!result.ok) return this.#mistake(result.fault);
    const { frame } = result;
    if (!this.#isNew(frame.seq)) return;
    const conversation = this.#conversation;
    const open = conversation.openUtterance;
    const verdict = judgeFrame(frame, open, this.#latestUtterance, this.#codec);
    if (verdict !== 'take' && verdict !== 'ignore') return this.#mistake(verdict);
    this.#wasActive = true;
    if (verdict === 'take') this.#takeAudio(frame);
    if (this.#sequence.unacknowledged >= ACKNOWLEDGE_EVERY) this.acknowledge();
  }

  #takeAudio(frame: AudioFrame): void {
    const conversation = this.#conversation;
    if (!this.#allowances.audio.take(durationOf(frame))) {
      // The rest of this utterance is ignored, so that the client gets one refusal.
      conversation.discardUtterance();
      return this.#refuse('audio-rate', 'rate_limited', frame.item);
    }
    const { opus } = frame;
    this.#codec ??= opus === undefined ? 'pcm16' : 'opus';
    this.#recorder?.speech(frame);
    if (!conversation.pushAudio(opus ?? frame.samples)) {
      this.#refuse('utterance-length', 'utterance_too_long');
    }
  }

  /** A text message. */
  receiveText(text: string): void {
    if (!this.#admit()) return;
    if (text.length > MAX_CLIENT_EVENT_BYTES) return this.#mistake('payload_too_large');
    const result = decodeClientEvent(text);
    switch (result.kind) {
      case 'malformed':
        return this.#mistake(result.fault, result.detail);
      case 'unknown':
        // The message has arrived all the same: skipping its number would look like a gap.
        if (result.seq !== undefined && !this.#isNew(result.seq)) return;
        this.#options.logger.debug({ eventType: result.type }, 'ignored an unknown event');
        return;
      case 'event': {
        const { event } = result;
        if ('seq' in event && event.seq !== undefined && !this.#isNew(event.seq, event)) return;
        this.#receive(event);
      }
    }
  }

  /**
   * Called about once a second.
   *
   * @param lostMs - of the time that has passed, how much the process could read nothing in
   */
  check(elapsedMs: number, lostMs: number): void {
    this.#allowances.refill(elapsedMs);
    this.#hasLine = false;
    // While audio flows it brings the acknowledgements along.
    const hasAudio = this.#conversation.check(elapsedMs - lostMs);
    if (!hasAudio && this.#sequence.unacknowledged > 0) this.acknowledge();
  }

  acknowledge(): void {
    this.#options.outbox.transient({
      type: 'input_audio_buffer.ack',
      input_seq: this.#sequence.acknowledge(),
    });
  }

  /** Sends the client what was wrong; the log line of the same `request_id` says more. */
  error(code: ErrorCode, detail?: string): void {
    const error = new ParleyError(code, detail === undefined ? {} : { detail });
    const requestId = newId('req');
    this.#refusals.log({ requestId, code, detail });
    this.#options.emit({ type: 'error', code, requestId });
    this.#options.outbox.event({
      type: 'error',
      code,
      message: error.message,
      retryable: error.retryable,
      request_id: requestId,
      trace_id: this.#options.traceId,
    });
  }

  #receive(event: ClientEvent): void {
    const { outbox } = this.#options;
    const conversation = this.#conversation;
    if (event.type !== 'ping') {
      this.#wasActive = true;
      if (!this.#allowances.takeControl(event.type)) return this.#refuseControl(event);
    }
    switch (event.type) {
      case 'ping':
        outbox.transient({
          type: 'pong',
          client_ms: event.client_ms,
          server_ms: outbox.nowMs(),
        });
        if (event.last_seq !== undefined) outbox.acknowledge(event.last_seq);
        if (event.line !== undefined) this.#reportLine(event.line);
        return;
      case 'session.update': {
        const problem = this.#options.controls.update(event.session);
        if (problem !== undefined) this.#mistake('invalid_event', problem);
        return;
      }
      case 'input_audio_buffer.speech_started':
        // Known even if it is refused: its audio is then ignored, not counted as a mistake.
        this.#latestUtterance = event.utterance;
        if (!this.#allowances.takeTurn()) {
          return this.#refuse('turns', 'rate_limited', event.utterance);
        }
        this.#codec = undefined;
        this.#begin(event.seq, () =>
          conversation.startUtterance({
            number: event.utterance,
            onsetMs: event.audio_start_ms,
            held: event.interrupts && {
              responseId: event.interrupts.response_id,
              playedMs: event.interrupts.audio_end_ms,
            },
          }),
        );
        return;
      case 'input_audio_buffer.speech_paused':
        if (this.#isOpen(event.utterance)) conversation.pauseUtterance(event.audio_end_ms);
        return;
      case 'input_audio_buffer.speech_resumed':
        if (this.#isOpen(event.utterance)) conversation.resumeUtterance();
        return;
      case 'input_audio_buffer.speech_stopped':
        if (this.#isOpen(event.utterance)) {
          conversation.endUtterance('speech-stopped', {
            speechEndMs: event.audio_end_ms,
            sentMs: event.sent_ms,
          });
        }
        return;
      case 'input_audio_buffer.commit':
        if (this.#isOpen(event.utterance)) conversation.endUtterance('committed', {});
        return;
      case 'input_audio_buffer.clear':
        if (this.#isOpen(event.utterance)) conversation.discardUtterance();
        return;
      case 'conversation.item.create':
        return this.#addItem(event);
      case 'conversation.item.delete':
        return conversation.memory.remove(event.item_id);
      case 'conversation.item.truncate':
        return this.#truncate(event.response_id, event.audio_end_ms);
      case 'response.create':
        if (!this.#allowances.takeTurn()) return this.#refuse('turns', 'rate_limited');
        if (!conversation.canRespond) return this.error('nothing_to_answer');
        return this.#begin(event.seq, () => conversation.respond());
      case 'response.cancel':
        // Without an id it means "be quiet", and quiet it is. With one it may name a reply that
        // ended while the message was on its way, which is not a mistake either.
        conversation.cancelReply(event.response_id);
        return;
      case 'page.answer.delta':
      case 'page.answer.done':
        return this.#options.controls.browserModel.receive(event);
      case 'session.resume':
        // Only the first message of a resumed connection means anything; the session takes that.
        this.#mistake('invalid_event', 'session.resume: this connection needs no resuming.');
    }
  }

  #addItem(event: ClientEventOf<'conversation.item.create'>): void {
    const { item, seq } = event;
    const conversation = this.#conversation;
    const wantsAnswer = conversation.isAnswering && event.create_response !== false;
    if (item.type === 'function_call_output') {
      return this.#options.controls.clientTools.receive(item.call_id, item.output);
    }
    const { text } = item.content[0]!;
    if (text.length > MAX_TEXT_CHARACTERS) return this.#refuse('text-length', 'text_too_long');
    const itemId = item.id ?? newId('item');
    if (item.role === 'assistant')
      return conversation.memory.add(itemId, { role: 'assistant', text });
    if (wantsAnswer && !this.#allowances.takeTurn()) {
      return this.#refuse('turns', 'rate_limited');
    }
    return this.#begin(seq, () => conversation.addText(itemId, text, wantsAnswer));
  }

  #reportLine({ codec, sockets, rtt_ms: rttMs, loss }: ReportedLine): void {
    if (this.#hasLine) return;
    this.#hasLine = true;
    this.#options.emit({ type: 'line-reported', codec, sockets, rttMs, loss });
  }

  #truncate(responseId: string, playedMs: number): void {
    const isKnown = this.#conversation.truncateReply(responseId, playedMs);
    // A reply that another relay gave is known there only.
    if (!isKnown && this.#options.restored === undefined) this.error('response_not_found');
  }

  #begin(seq: number | undefined, turn: () => string | undefined): void {
    const { openTurns } = this.#options;
    if (openTurns === undefined) turn();
    else openTurns.begin(seq ?? this.#sequence.last, turn);
  }

  #refuseControl(event: ClientEvent): void {
    // As with a refused turn: its audio is not a mistake.
    const isBegin = event.type === 'input_audio_buffer.speech_started';
    if (isBegin) this.#latestUtterance = event.utterance;
    this.#refuse('control-messages', 'rate_limited', isBegin ? event.utterance : undefined);
  }

  #isOpen(utterance: number): boolean {
    if (utterance === this.#conversation.openUtterance) return true;
    if (utterance !== this.#latestUtterance) this.#mistake('frame_unexpected');
    return false;
  }

  #isNew(seq: number, event?: ClientEvent): boolean {
    const verdict = this.#sequence.accept(seq);
    if (verdict === 'gap') this.#mistake('sequence_gap');
    // Its audio is then ignored, not counted as a mistake.
    const isBegin = event?.type === 'input_audio_buffer.speech_started';
    if (verdict === 'settled' && isBegin) this.#latestUtterance = event.utterance;
    return verdict === 'new';
  }

  #admit(): boolean {
    this.#hasHeard = true;
    if (this.#allowances.messages.take()) return true;
    this.#options.emit({ type: 'limit-hit', limit: 'messages' });
    this.#options.onClose('rateLimited');
    return false;
  }

  #refuse(limit: Limit, code: ErrorCode, utterance?: number): void {
    this.#options.emit({ type: 'limit-hit', limit });
    this.error(code);
    // An error names no utterance: its client would wait for an answer.
    if (utterance !== undefined) tellRefusal(this.#options.outbox, utterance, code);
  }

  #mistake(code: ErrorCode, detail?: string): void {
    this.error(code, detail);
    if (this.#allowances.mistakes.take()) return;
    this.#options.emit({ type: 'limit-hit', limit: 'mistakes' });
    this.#options.onClose('tooManyMalformed');
  }
}
