import { RELAY_NODE_FLAGS } from '../../tools/node-flags.mjs';
import { BenchProcess } from '../process/bench-process.ts';
import { DIALOGUES } from './dialogues.ts';
import { DIALOGUE_KINDS, type DialogueKind, type PageHandlers } from './dialogue.ts';
import { judgeDialogue, type Outcome } from './judgement.ts';
import type { RelaysHandlers } from './relays.process.ts';
import { figuresOf, remarksOn, tableOf } from './report.ts';
import { defineBench, oneOf, type BenchContext } from '../bench.ts';

const RELAYS = new URL('relays.process.ts', import.meta.url);
const PAGE = new URL('../../../web/bench/page.process.ts', import.meta.url);
/** Calls at a time: more would make one another late on two cores. */
const CALLERS = 8;
/** A call in which audio came later than this was slowed down by the machine. */
const MAX_LATE_MS = 150;
const PREPARE_DEADLINE_MS = 120_000;
const CALL_DEADLINE_MS = 90_000;

export interface BenchDialoguesOptions extends BenchContext {
  readonly only: DialogueKind | undefined;
}

/**
 * The turn-taking suite: the page's own detector, gate, segmenter and player, without a browser,
 * talk to real relays in real time. Each dialogue is held twice: the relay decides when a turn is
 * over and what interrupts, and the page does after its fixed silence.
 */
export async function benchDialogues(options: BenchDialoguesOptions) {
  const { only, signal, tell } = options;
  const dialogues = DIALOGUES.filter(({ kind }) => only === undefined || kind === only);
  await using page = new BenchProcess<PageHandlers>(PAGE, signal);
  await using relays = new BenchProcess<RelaysHandlers>(RELAYS, signal, RELAY_NODE_FLAGS);
  const words = await page.ask('prepare', dialogues, PREPARE_DEADLINE_MS);
  const urls = await relays.ask(
    'open',
    { dialogues, words, callers: CALLERS },
    PREPARE_DEADLINE_MS,
  );
  // Recognisers and compilers are slow at first, which is not what is measured.
  const first = Math.max(
    0,
    dialogues.findIndex(({ transcriber }) => transcriber === 'embedded'),
  );
  const { name, transcriber } = dialogues[first]!;
  const warmUp = { url: urls[transcriber], name, run: first, decides: 'relay' } as const;
  await Promise.all(
    Array.from({ length: CALLERS }, () => page.ask('converse', warmUp, CALL_DEADLINE_MS)),
  );
  const outcomes: Record<'relay' | 'page', Outcome[]> = { relay: [], page: [] };
  let lateCalls = 0;
  const waiting = dialogues.flatMap((dialogue, run) =>
    (['relay', 'page'] as const).map((decides) => ({ dialogue, run, decides })),
  );
  const caller = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { dialogue, run, decides } = next;
      const url = urls[dialogue.transcriber];
      const seen = await page.ask(
        'converse',
        { url, name: dialogue.name, run, decides },
        CALL_DEADLINE_MS,
      );
      if (seen.lateMs > MAX_LATE_MS) lateCalls += 1;
      outcomes[decides].push(...judgeDialogue(dialogue, seen));
      if (seen.problem !== undefined) tell(`  ${dialogue.name}: ${seen.problem}`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  for (const [decides, title] of [
    ['relay', 'The relay decides'],
    ['page', 'The page decides, after 480 ms'],
  ] as const) {
    tell(`${title}: ${dialogues.length} dialogues`);
    for (const line of tableOf(outcomes[decides])) tell(`  ${line}`);
    for (const line of remarksOn(outcomes[decides])) tell(`    ${line}`);
  }
  if (lateCalls > 0) {
    tell(`In ${lateCalls} calls this machine was too busy: their delays are its own.`);
  }
  return {
    bench: 'dialogues' as const,
    dialogues: dialogues.length,
    late_calls: lateCalls,
    relay: figuresOf(outcomes.relay),
    fixed_480_ms: figuresOf(outcomes.page),
  };
}

export const DIALOGUES_BENCH = defineBench({
  about: `Turn-taking: how often people are cut off, how often a reply ends without cause, how long the end
of a turn takes. Scripted people with synthetic voices talk to the page's detector and the embedded
providers, beside a page that waits for a fixed 480 ms.
--only KIND  one kind alone, of
  ${DIALOGUE_KINDS.join(', ')}`,
  options: { only: oneOf('KIND', DIALOGUE_KINDS, undefined) },
  async run(options, { print, ...context }) {
    print(await benchDialogues({ ...options, ...context }));
    return true;
  },
});
