import {
  CONTEXT_REFUSALS,
  refusingTools,
  smallContext,
  TOOL_REFUSALS,
} from '../../simulators/openai/chat-vices.ts';
import type { ViceRow } from './vice-row.ts';

/** Too small for the instructions together with the tools. */
const SMALL_CONTEXT_TOKENS = 1_200;

/** Language models that do not take everything that others take. */
export const MODEL_VICES: readonly ViceRow[] = [
  ...TOOL_REFUSALS.map((refusal): ViceRow => ({
    what: `refuses tools: ${refusal.server}`,
    vice: refusingTools(refusal),
    end: 'answer',
  })),
  ...CONTEXT_REFUSALS.map(({ server, refuse }): ViceRow => ({
    what: `has a small context: ${server}`,
    vice: smallContext(SMALL_CONTEXT_TOKENS, refuse),
    end: 'answer',
  })),
];
