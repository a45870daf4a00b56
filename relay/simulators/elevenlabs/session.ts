import type { WebSocket } from 'ws';
import type { Behaviour } from '../kit/simulator.ts';
import type { SimulatorServer } from '../kit/simulator-server.ts';

/** What a conversation over one socket is made of. */
export interface SessionParts {
  readonly server: SimulatorServer;
  readonly socket: WebSocket;
  readonly behaviour: Behaviour;
  readonly query: URLSearchParams;
}

/** Which values each parameter of a query may have. */
export type QueryRules = Readonly<Record<string, RegExp>>;

/** What the vendor would object to, in words. */
export function problemOf(query: URLSearchParams, rules: QueryRules): string | undefined {
  if (!query.has('model_id')) return 'model_id is missing.';
  for (const [name, value] of query) {
    const rule = rules[name];
    if (rule === undefined) return `There is no parameter ${name}.`;
    if (!rule.test(value)) return `${name} cannot be "${value}".`;
  }
  return undefined;
}
