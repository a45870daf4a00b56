import type { ClientToolsPort } from '../stages/generator/generator.ts';
import type { ConversationOutput } from '../turn/output.ts';
import { newId } from '../../base/lib/ids.ts';

/** The functions that this session's client runs. The caller of one bounds the time that it takes. */
export class SessionClientTools implements ClientToolsPort {
  readonly #output: Pick<ConversationOutput, 'event'>;
  /** By call id, those whose output is awaited. */
  readonly #open = new Map<string, (output: string) => void>();

  constructor(output: Pick<ConversationOutput, 'event'>) {
    this.#output = output;
  }

  async call(name: string, input: string, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const callId = newId('call');
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    this.#open.set(callId, resolve);
    this.#output.event({
      type: 'response.function_call_arguments.done',
      call_id: callId,
      name,
      arguments: input,
    });
    try {
      return await promise;
    } finally {
      this.#open.delete(callId);
    }
  }

  /** What the client says. It is ignored if the call is over, or was never made. */
  receive(callId: string, output: string): void {
    this.#open.get(callId)?.(output);
  }
}
