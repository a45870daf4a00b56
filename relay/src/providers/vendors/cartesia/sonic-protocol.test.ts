import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { ClauseSpeech } from '../../vendor-kit/synthesis/clause-speech.ts';
import { ProviderError } from '../../../call/stages/provider-error.ts';
import type { SpeechEvent } from '../../../call/stages/synthesizer/synthesizer.ts';
import { SonicProtocol } from './sonic-protocol.ts';

interface Said {
  readonly context_id: string;
  readonly transcript?: string;
  readonly flush?: boolean;
  readonly cancel?: boolean;
}

let clock: FakeClock;
let protocol: SonicProtocol;
let said: Said[];

const socket = {
  sendText: (message: string | object) => void said.push(message as Said),
  failure: (fault: ProviderError['fault']) =>
    new ProviderError({ provider: 'cartesia', stage: 'synthesizer', fault }),
};

beforeEach(() => {
  clock = new FakeClock();
  protocol = new SonicProtocol({ model_id: 'sonic-3.5' }, clock);
  said = [];
});

function submit(text: string): ClauseSpeech {
  const clause = new ClauseSpeech(0, text, 24_000);
  protocol.submit(socket, clause);
  return clause;
}

function hear(type: string, more: object = {}): void {
  protocol.receive(socket, JSON.stringify({ type, context_id: said.at(-1)!.context_id, ...more }));
}

/** 100 ms. */
const AUDIO = { data: Buffer.alloc(4_800).toString('base64') };

function contexts(): string[] {
  return [...new Set(said.map(({ context_id: id }) => id))];
}

it('gives the clauses of a reply to one context, each with a flush', () => {
  submit('One. ');
  submit('Two.');
  expect(contexts()).toHaveLength(1);
  expect(said.map(({ transcript, flush }) => [transcript, flush])).toEqual([
    ['One. ', undefined],
    ['', true],
    ['Two. ', undefined],
    ['', true],
  ]);
});

it('begins a new context where the old one may expire before the clause is there', async () => {
  submit('One.');
  hear('chunk', AUDIO);
  await clock.advance(5_000);
  submit('Two.');
  expect(contexts()).toHaveLength(1);
  hear('flush_done');
  hear('flush_done');
  await clock.advance(600);
  submit('Three.');
  expect(contexts()).toHaveLength(2);
  expect(said.find(({ cancel }) => cancel)?.context_id).toBe(contexts()[0]);
});

it('counts the times of words from the clause, not from the start of the context', async () => {
  const first = submit('One.');
  const second = submit('Two.');
  const word = (start: number) => ({
    word_timestamps: { words: ['word'], start: [start], end: [start + 0.05] },
  });
  hear('chunk', AUDIO);
  hear('timestamps', word(0.02));
  hear('flush_done');
  hear('chunk', AUDIO);
  hear('timestamps', word(0.13));
  hear('flush_done');
  const startOf = async (clause: ClauseSpeech) => {
    const events: SpeechEvent[] = await Array.fromAsync(clause);
    return events.flatMap((event) => (event.type === 'words-timed' ? event.words : []))[0]!.startMs;
  };
  expect(await startOf(first)).toBeCloseTo(20);
  expect(await startOf(second)).toBeCloseTo(30);
});

it('leaves alone what comes of a context that was left', () => {
  const clause = submit('One.');
  protocol.receive(socket, JSON.stringify({ type: 'chunk', context_id: 'another', ...AUDIO }));
  protocol.receive(
    socket,
    JSON.stringify({ type: 'error', context_id: 'another', status_code: 400 }),
  );
  expect(clause.audioMs).toBe(0);
});

it('fails where a context ends with a clause unspoken', () => {
  submit('One.');
  expect(() => hear('done', { done: true })).toThrow(ProviderError);
});

it('gives a socket to the next one only where nothing is owed or it is alive', async () => {
  submit('One.');
  expect(protocol.cancel(socket)).toBe(false);
  submit('Two.');
  hear('chunk', AUDIO);
  expect(protocol.cancel(socket)).toBe(true);
  submit('Three.');
  hear('flush_done');
  await clock.advance(60_000);
  expect(protocol.cancel(socket)).toBe(true);
  expect(said.filter(({ cancel }) => cancel)).toHaveLength(3);
});
