import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { serve } from '../process/serve.ts';
import { phasesOf, type SeenTurn } from './phases.ts';
import { Talker, TURNS_EACH, waitAfterResuming, type TalkedTurn } from './talker.ts';

/** Of a question: two seconds. */
const CHUNKS = 20;
/** Between an answer and the next question. */
const PAUSE_MS = 1_500;
/** The beginnings of the calls are spread over about the length of a turn. */
const SPREAD_MS = 5_000;

interface Person {
  readonly talker: Talker;
  readonly phases: Map<TalkedTurn, string>;
}

const over = new AbortController();
// The process ends when the benchmark does; nothing needs to be stopped before.
const { signal } = new AbortController();
const people: Person[] = [];
const problems: string[] = [];
let phase = '';
let talking: Promise<unknown> = Promise.resolve();

/** Asks aloud, and now and then in writing, until all is over. Never rejects. */
async function converse(url: string, index: number, count: number): Promise<void> {
  try {
    await sleep(systemClock, (index / count) * SPREAD_MS, over.signal);
    const first = 1 + index * TURNS_EACH;
    const talker = await Talker.start({ url, token: undefined, signal, first, chunks: CHUNKS });
    const person: Person = { talker, phases: new Map() };
    people.push(person);
    while (!over.signal.aborted && talker.turns.length < TURNS_EACH) {
      const turn = talker.begin((talker.turns.length + index) % 4 === 0 ? 'typed' : 'spoken');
      await turn.answered.promise.catch((error: unknown) => problems.push(String(error)));
      person.phases.set(turn, phase);
      if (talker.isOver) return;
      await sleep(systemClock, PAUSE_MS, over.signal);
    }
    await talker.close();
  } catch (error) {
    if (!over.signal.aborted) problems.push(String(error));
  }
}

const seenOf = ({ talker, phases }: Person): readonly SeenTurn[] =>
  talker.turns.map((turn) => ({
    phase: phases.get(turn) ?? '',
    isAnswered: turn.answers > 0,
    answers: turn.answers,
    waitMs: waitAfterResuming(talker, turn),
  }));

const handlers = {
  /** Resolves when all talk. */
  async begin({ url, count }: { readonly url: string; readonly count: number }) {
    talking = Promise.all(Array.from({ length: count }, (_, index) => converse(url, index, count)));
    while (people.filter(({ talker }) => talker.turns.length > 1).length < count) {
      if (problems.length > 0) throw new Error(problems[0]);
      await sleep(systemClock, 100, signal);
    }
  },
  /** From now on turns belong to this phase. */
  enter(name: string) {
    phase = name;
  },
  /** So far. */
  count() {
    const turns = people.flatMap(({ talker }) => talker.turns);
    return {
      chunks: people.reduce((sum, { talker }) => sum + talker.sentChunks, 0),
      turns: turns.filter(({ answers }) => answers > 0).length,
    };
  },
  /** Lets everyone finish. @returns what became of the turns, and which were answered */
  async end() {
    over.abort();
    await talking;
    const turns = people.flatMap(({ talker }) => talker.turns);
    return {
      phases: phasesOf(people.flatMap(seenOf)),
      answered: turns.filter(({ answers }) => answers > 0).map(({ number }) => number),
      problems,
    };
  },
};
export type PeopleHandlers = typeof handlers;

serve(handlers);
