import { styleText } from 'node:util';
import { LATENCY_SEGMENTS, type LatencySegment, type SessionDescription } from '@parley/shared';
import type { Output } from '../tools/command-line.ts';
import type { Turn } from './client/turn.ts';
import type { TalkTurn } from './options.ts';

/** What was said, and what came of it; without a `said` the reply came unasked. */
export interface TurnReport {
  readonly said: TalkTurn | undefined;
  readonly turn: Turn;
}

export interface TalkPrinter {
  opened(session: SessionDescription): void;
  turn(report: TurnReport): void;
}

/** One JSON object a line, for programs. */
export function jsonPrinter(output: Output): TalkPrinter {
  return {
    opened() {},
    turn({ said, turn }) {
      const line = {
        file: said?.kind === 'file' ? said.path : null,
        ...(said?.kind === 'text' && { text: said.text }),
        ...(said === undefined && { trigger: turn.trigger }),
        transcript: turn.transcript,
        reply: turn.reply,
        voice_to_voice_ms: turn.latency?.voiceToVoiceMs ?? null,
        timeline: turn.latency?.timeline ?? null,
        interrupted: turn.interrupted,
        error: turn.error && { code: turn.error.code, message: turn.error.message },
      };
      output.write(`${JSON.stringify(line)}\n`);
    },
  };
}

const SEGMENT_NAMES: Readonly<Record<LatencySegment, string>> = {
  endpointing_ms: 'endpointing',
  uplink_ms: 'uplink',
  asr_final_ms: 'words',
  llm_ttft_ms: 'first token',
  text_aggregation_ms: 'first clause',
  tts_ttfb_ms: 'voice',
  downlink_ms: 'downlink',
  playout_ms: 'playout',
};

const LABEL_WIDTH = 8;

/** Lines for people. @param isColoured - whether the output is a terminal that shows colours */
export function humanPrinter(output: Output, isColoured: boolean): TalkPrinter {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    isColoured ? styleText(style, text, { validateStream: false }) : text;
  const line = (label: string, text: string) =>
    output.write(`${paint('bold', label.padEnd(LABEL_WIDTH))}${text}\n`);
  return {
    opened({ providers, voice, voices }) {
      const name = voices.find(({ id }) => id === voice)?.label ?? voice;
      const parts = [
        `hearing ${providers.transcriber}`,
        `answering ${providers.generator}`,
        `speaking ${providers.synthesizer} (${name})`,
      ];
      output.write(paint('dim', `Connected: ${parts.join(', ')}.\n`));
    },
    turn({ said, turn }) {
      output.write('\n');
      if (said !== undefined) line('You', turn.transcript || paint('dim', '(nothing recognised)'));
      if (said?.kind === 'file') line('', paint('dim', said.path));
      if (turn.reply !== '') line('Parley', turn.reply);
      if (turn.interrupted) line('', paint('yellow', 'The reply was interrupted.'));
      if (turn.error !== null) line('Error', paint('red', describeError(turn.error)));
      if (turn.latency !== null) line('', paint('dim', timelineText(turn.latency)));
    },
  };
}

function describeError({ code, message }: NonNullable<Turn['error']>): string {
  return `${message} (${code})`;
}

function timelineText({ voiceToVoiceMs, timeline }: NonNullable<Turn['latency']>): string {
  const parts = LATENCY_SEGMENTS.map((segment) => `${SEGMENT_NAMES[segment]} ${timeline[segment]}`);
  return `${voiceToVoiceMs} ms = ${parts.join(' + ')}`;
}
