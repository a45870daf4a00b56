import { ERRORS, ParleyError, type RelayEvent, type RelayEventOf } from '@parley/shared';
import type { ClientError } from '@parley/shared/link/client-error';
import type { MediaNotice } from '../../messages/media-messages.ts';
import type { BrowserModelRequest, ToolRequest } from '../../messages/page-requests.ts';

/** The page's notice of a relay event, or what the relay asks of it. `sessionMs` is now, on the session clock. */
export function noticeOf(
  event: RelayEvent,
  sessionMs: number,
): MediaNotice | BrowserModelRequest | ToolRequest | undefined {
  switch (event.type) {
    case 'session.created':
    case 'session.updated':
    case 'session.resumed':
      return { type: 'session', session: event.session };
    case 'session.degraded':
      return { ...stageChange(event), reason: event.reason };
    case 'session.restored':
      return { ...stageChange(event), reason: null };
    case 'session.draining':
      return { type: 'error', code: 'draining', message: ERRORS.draining.message };
    case 'session.usage':
      return {
        type: 'usage',
        usage: event.usage,
        costUsd: event.cost_usd,
        budgetUsd: event.budget_usd,
        isWarning: event.is_warning,
      };
    case 'session.ending':
      return { type: 'ending', reason: event.reason, inMs: event.in_ms };
    case 'conversation.item.input_audio_transcription.delta':
      return { ...transcript(event), text: event.transcript, state: 'partial' };
    case 'conversation.item.input_audio_transcription.completed':
      return {
        ...transcript(event),
        text: event.transcript,
        state: event.unrecognised === true ? 'unrecognised' : 'final',
      };
    case 'conversation.item.input_audio_transcription.failed':
      return { ...transcript(event), text: '', state: 'failed' };
    case 'response.output_audio_transcript.timed':
      return {
        type: 'response-timed',
        responseId: event.response_id,
        clause: event.clause,
        audioStartMs: event.audio_start_ms,
        audioMs: event.audio_ms,
        wordEndsMs: event.word_ends_ms,
      };
    case 'response.done':
      if (event.error !== null && !isApology(event))
        return { type: 'error', code: event.error.code, message: event.error.message };
      // One that is complete has waited for all that it called.
      return event.status === 'completed' ? undefined : { type: 'stop-tools' };
    case 'timer.updated':
      return { type: 'timer', inMs: event.due_ms && event.due_ms - sessionMs };
    case 'page.answer.requested':
      return {
        type: 'ask-model',
        requestId: event.request_id,
        instructions: event.instructions,
        messages: event.messages,
        totalMs: event.total_ms,
      };
    case 'page.answer.cancelled':
      return { type: 'stop-model', requestId: event.request_id };
    case 'response.function_call_arguments.done': {
      const { call_id: callId, name, arguments: input } = event;
      return { type: 'call-tool', callId, name, input };
    }
    case 'error':
      return { type: 'error', code: event.code, message: event.message };
    case 'response.created':
    case 'response.output_audio.done':
    case 'response.output_audio_transcript.delta':
    case 'response.interruption_decided':
    case 'input_audio_buffer.ack':
    case 'input_audio_buffer.committed':
    case 'input_audio_buffer.end_of_turn_predicted':
    case 'pong':
      return undefined;
  }
}

/** The page's notice of a session that was not granted. */
export function problemNotice(problem: ParleyError | ClientError): MediaNotice {
  const { message } = problem;
  if (problem instanceof ParleyError) return { type: 'error', code: problem.code, message };
  if (problem.code === 'socket_blocked') return { type: 'error', code: problem.code, message };
  const isOther = problem.code === 'unreadable_answer';
  return { type: 'error', code: isOther ? 'not_a_relay' : 'network_unreachable', message };
}

/** If no answer was found, the reply says so in its own words; an error would repeat it. */
export function isApology({ error }: RelayEventOf<'response.done'>): boolean {
  return error?.code.startsWith('generator_') === true;
}

function stageChange({ stage, from, to }: RelayEventOf<'session.degraded' | 'session.restored'>) {
  return { type: 'stage-changed', stage, from, to } as const;
}

function transcript(event: { readonly item_id: string; readonly utterance: number }) {
  return {
    type: 'user-transcript',
    itemId: event.item_id,
    utterance: event.utterance,
  } as const;
}
