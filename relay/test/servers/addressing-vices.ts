import type { IncomingMessage } from 'node:http';
import { sendJson } from '../../simulators/kit/http-answers.ts';
import { isForVictim } from './vicious-server.ts';
import type { ViceRow } from './vice-row.ts';

function isModelList({ method, url }: IncomingMessage): boolean {
  return method === 'GET' && url?.endsWith('/models') === true;
}

/** Servers that are not quite where, or quite what, others are. */
export const ADDRESSING_VICES: readonly ViceRow[] = [
  ...[404, 405, 501].map(
    (status) =>
      ({
        what: `has no /models, and says ${status}`,
        vice: (request, response) => isModelList(request) && sendJson(response, status, {}),
        end: 'answer',
        isProbed: true,
      }) satisfies ViceRow,
  ),
  {
    what: 'fails at the questions of one caller',
    vice: async (request, response) =>
      request.url === '/v1/chat/completions' &&
      (await isForVictim(request)) &&
      sendJson(response, 500, {}),
    end: { words: /sorry/, code: 'generator_failed' },
  },
];
