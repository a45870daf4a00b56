import type { CallEventBody, EmitCallEvent } from '../events/call-events.ts';
import type { ConversationOutput } from '../turn/output.ts';
import type { SessionSpending } from './session-options.ts';

/** After each turn, informs the client of the cost, and observers when little is left. */
export class SpendingNotices {
  readonly #spending: SessionSpending | undefined;
  readonly #output: Pick<ConversationOutput, 'event'>;
  readonly #emit: EmitCallEvent;

  constructor(
    spending: SessionSpending | undefined,
    output: Pick<ConversationOutput, 'event'>,
    emit: EmitCallEvent,
  ) {
    this.#spending = spending;
    this.#output = output;
    this.#emit = emit;
  }

  observe(event: CallEventBody): void {
    if (this.#spending === undefined || event.type !== 'turn-ended') return;
    for (const scope of this.#spending.takeWarnings())
      this.#emit({ type: 'budget-warning', scope });
    this.#output.event({ type: 'session.usage', ...this.#spending.statement() });
  }
}
