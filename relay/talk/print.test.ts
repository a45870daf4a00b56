import { expect, it } from 'vitest';
import { humanPrinter } from './print.ts';

it('shows a terminal nothing that it would obey, whatever a server says', () => {
  let shown = '';
  const printer = humanPrinter({ write: (text) => void (shown += text) });
  const bad = 'a\u001b]52;c;aGk=\u0007\r\u009b2Jb';
  printer.opened({
    providers: { transcriber: bad, generator: bad, synthesizer: bad },
    voice: bad,
    voices: [],
  } as unknown as Parameters<typeof printer.opened>[0]);
  printer.turn({ kind: 'text', text: 'hi' }, {
    transcript: bad,
    reply: bad,
    interrupted: false,
    error: { code: 'internal_error', message: bad },
    latency: null,
  } as unknown as Parameters<typeof printer.turn>[1]);
  expect(shown).toMatch(/^You .*\nParley .*\nError .*\n$/m);
  expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});
