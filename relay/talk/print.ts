import { LATENCY_SEGMENTS, type LatencySegment, type SessionDescription } from '@parley/shared';
import { oneLine, paint, type Output } from '../tools/command-line.ts';
import type { Turn } from './client/turn.ts';
import type { TalkTurn } from './options.ts';

export interface TalkPrinter {
  opened(session: SessionDescription): void;
  /** Without a `said` the reply came unasked. */
  turn(said: TalkTurn | undefined, turn: Turn): void;
}

/** One JSON object a line, for programs. */
export function jsonPrinter(output: Output): TalkPrinter {
  return {
    opened() {},
    turn(said, turn) {
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

/** Lines for people. A terminal obeys nothing in them that the server, or a model behind it, wrote. */
export function humanPrinter(output: Output): TalkPrinter {
  const line = (label: string, text: string) =>
    output.write(`${paint(output, 'bold', label.padEnd(LABEL_WIDTH))}${text}\n`);
  return {
    opened({ providers, voice, voices }) {
      const name = voices.find(({ id }) => id === voice)?.label ?? voice;
      const parts = [
        `hearing ${providers.transcriber}`,
        `answering ${providers.generator}`,
        `speaking ${providers.synthesizer} (${name})`,
      ];
      output.write(paint(output, 'dim', `Connected: ${oneLine(parts.join(', '))}.\n`));
    },
    turn(said, turn) {
      output.write('\n');
      if (said !== undefined)
        line('You', oneLine(turn.transcript) || paint(output, 'dim', '(nothing recognised)'));
      if (said?.kind === 'file') line('', paint(output, 'dim', said.path));
      if (turn.reply !== '') line('Parley', oneLine(turn.reply));
      if (turn.interrupted) line('', paint(output, 'yellow', 'The reply was interrupted.'));
      if (turn.error !== null)
        line('Error', paint(output, 'red', oneLine(`${turn.error.message} (${turn.error.code})`)));
      if (turn.latency !== null) line('', paint(output, 'dim', timelineText(turn.latency)));
    },
  };
}

function timelineText({ voiceToVoiceMs, timeline }: NonNullable<Turn['latency']>): string {
  const parts = LATENCY_SEGMENTS.map((segment) => `${SEGMENT_NAMES[segment]} ${timeline[segment]}`);
  return `${voiceToVoiceMs} ms = ${parts.join(' + ')}`;
}
