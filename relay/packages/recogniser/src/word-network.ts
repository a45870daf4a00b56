import type { Expansion, Item } from './jsgf-parser.ts';

/**
 * A grammar as a network of words. The decoder listens in every state that it may be in, at the
 * cost of all arcs that leave them: silence fits everywhere, so that no beam prunes them. What its
 * own reader of JSGF builds has a state for each bracket and reference, thousands of them at the
 * beginning of an utterance. Here each arc is a word, and states with the same future are one.
 */
export interface WordNetwork {
  readonly states: number;
  readonly start: number;
  /** Nothing leaves it, and its incoming arcs are not words. */
  readonly final: number;
  readonly arcs: readonly WordArc[];
}

export interface WordArc {
  readonly from: number;
  readonly to: number;
  /** Undefined on the way to the final state alone. */
  readonly word: string | undefined;
  /** Natural logarithm of the prior, at most 0. */
  readonly logPrior: number;
}

/** Whether words are a sentence of the grammar. */
export function acceptorOf({
  start,
  final,
  arcs,
}: WordNetwork): (words: readonly string[]) => boolean {
  const leaving = Map.groupBy(arcs, ({ from, word }) => `${from} ${word ?? ''}`);
  const step = (states: ReadonlySet<number>, word: string): ReadonlySet<number> =>
    new Set(
      [...states].flatMap((from) => leaving.get(`${from} ${word}`)?.map(({ to }) => to) ?? []),
    );
  return (words) => {
    let states: ReadonlySet<number> = new Set([start]);
    for (const word of words) states = step(states, word);
    return step(states, '').has(final);
  };
}

/** Leads on without a word if `word` is undefined. */
interface Edge {
  readonly to: number;
  readonly word: string | undefined;
  readonly logPrior: number;
}

/** Equal priors may come about by other sums. */
const PRIOR_DECIMALS = 9;
/** The prior of going on, and of going round once more: nothing says which is likelier. */
const HALF = Math.log(0.5);
/** Grammars of a few kilobytes have some ten thousand; one that refers to itself inside has no end. */
const MAX_STATES = 2_000_000;

/**
 * @param rules - may refer to themselves only at their end
 * @param top - the rule that matches an utterance; weights of alternatives are shares of their sum
 * @throws Error if a rule is missing, or refers to itself elsewhere
 */
export function wordNetworkOf(rules: ReadonlyMap<string, Expansion>, top: string): WordNetwork {
  const { edges, final } = expand(rules, top);
  return merged(withoutEmptyEdges(edges, final));
}

/** Every reference becomes its own copy of the rule. State 0 is the start. */
function expand(
  rules: ReadonlyMap<string, Expansion>,
  top: string,
): { readonly edges: readonly (readonly Edge[])[]; readonly final: number } {
  const edges: Edge[][] = [[]];
  /** Where the rules begin whose expansion this one is part of. */
  const open = new Map<string, number>();

  const state = (): number => {
    if (edges.length >= MAX_STATES) throw new Error('The grammar has no end.');
    return edges.push([]) - 1;
  };
  const link = (from: number, to: number, logPrior = 0, word?: string): void => {
    edges[from]!.push({ to, word, logPrior });
  };

  const addExpansion = (expansion: Expansion, from: number, to: number, isEnd: boolean): void => {
    const sum = expansion.reduce((total, { weight }) => total + weight, 0);
    for (const { weight, items } of expansion) {
      let at = state();
      link(from, at, Math.log(weight / sum));
      for (const [index, item] of items.entries()) {
        const isLast = index === items.length - 1;
        const next = isLast ? to : state();
        if (!addItem(item, at, next, isEnd && isLast)) break;
        at = next;
      }
    }
  };

  /** @returns whether what follows can be reached */
  const addItem = (item: Item, from: number, to: number, isEnd: boolean): boolean => {
    switch (item.kind) {
      case 'word':
        link(from, to, 0, item.word);
        return true;
      case 'rule':
        return addRule(item.name, from, to, isEnd);
      case 'group':
        addExpansion(item.expansion, from, to, isEnd);
        return true;
      case 'repeated': {
        const entry = state();
        const exit = state();
        link(from, entry, item.atLeast === 0 ? HALF : 0);
        if (item.atLeast === 0) link(from, to, HALF);
        addItem(item.item, entry, exit, false);
        link(exit, entry, HALF);
        link(exit, to, HALF);
        return true;
      }
    }
  };

  const addRule = (name: string, from: number, to: number, isEnd: boolean): boolean => {
    if (name === 'NULL') {
      link(from, to);
      return true;
    }
    if (name === 'VOID') return false;
    const entry = open.get(name);
    if (entry !== undefined) {
      if (!isEnd) throw new Error(`The rule <${name}> refers to itself before its end.`);
      link(from, entry);
      return false;
    }
    const expansion = rules.get(name);
    if (expansion === undefined) throw new Error(`There is no rule <${name}>.`);
    open.set(name, from);
    addExpansion(expansion, from, to, isEnd);
    open.delete(name);
    return true;
  };

  const final = state();
  addRule(top, 0, final, true);
  return { edges, final };
}

/** What leaves one state: its words with their targets, and the prior of ending there. */
interface State {
  readonly arcs: ReadonlyMap<string, Edge>;
  readonly endLogPrior: number | undefined;
}

/** Keeps the start, number 0, the states that words lead to, and the best way to each word. */
function withoutEmptyEdges(edges: readonly (readonly Edge[])[], final: number): readonly State[] {
  const numbers = new Map<number, number>([[0, 0]]);
  const states: State[] = [];
  for (const origin of numbers.keys()) {
    const arcs = new Map<string, Edge>();
    const reached = emptyWays(edges, origin);
    for (const [through, before] of reached) {
      for (const { to, word, logPrior } of edges[through]!) {
        if (word === undefined) continue;
        let target = numbers.get(to);
        if (target === undefined) numbers.set(to, (target = numbers.size));
        const key = `${word} ${target}`;
        const whole = before + logPrior;
        if ((arcs.get(key)?.logPrior ?? Number.NEGATIVE_INFINITY) < whole)
          arcs.set(key, { to: target, word, logPrior: whole });
      }
    }
    states.push({ arcs, endLogPrior: reached.get(final) });
  }
  return states;
}

/** The states that can be reached without a word, with the logarithm of the best prior. */
function emptyWays(edges: readonly (readonly Edge[])[], origin: number): Map<number, number> {
  const reached = new Map([[origin, 0]]);
  const waiting = [origin];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const before = reached.get(at)!;
    for (const { to, word, logPrior } of edges[at]!) {
      if (word !== undefined) continue;
      const whole = before + logPrior;
      if ((reached.get(to) ?? Number.NEGATIVE_INFINITY) >= whole) continue;
      reached.set(to, whole);
      waiting.push(to);
    }
  }
  return reached;
}

/** Makes one of all states that lead to the same words. */
function merged(states: readonly State[]): WordNetwork {
  const classes = classesOf(states);
  const final = classes.reduce((last, own) => Math.max(last, own), 0) + 1;
  const arcs: WordArc[] = [];
  const written = new Set<number>();
  for (const [index, { arcs: own, endLogPrior }] of states.entries()) {
    const from = classes[index]!;
    if (written.has(from)) continue;
    written.add(from);
    const best = new Map<string, WordArc>();
    for (const { to, word, logPrior } of own.values()) {
      const key = `${word} ${classes[to]}`;
      if ((best.get(key)?.logPrior ?? Number.NEGATIVE_INFINITY) < logPrior)
        best.set(key, { from, to: classes[to]!, word, logPrior });
    }
    arcs.push(...best.values());
    if (endLogPrior !== undefined)
      arcs.push({ from, to: final, word: undefined, logPrior: endLogPrior });
  }
  return { states: final + 1, start: classes[0]!, final, arcs };
}

/** @returns the number of each state's class, from 0 on; those of one class have the same future */
function classesOf(states: readonly State[]): readonly number[] {
  const classes = states.map((): number | undefined => undefined);
  const known = new Map<string, number>();
  for (const index of fromTheEnd(states)) {
    const signature = signatureOf(states[index]!, classes);
    const found = known.get(signature) ?? known.size;
    known.set(signature, found);
    classes[index] = found;
  }
  // What leads into a loop is partitioned ever more finely until the parts hold.
  const looping = [...states.keys()].filter((index) => classes[index] === undefined);
  for (const index of looping) classes[index] = known.size;
  for (let count = 0; ;) {
    const parts = new Map<string, number>();
    const refined = looping.map((index) => {
      const signature = signatureOf(states[index]!, classes);
      const found = parts.get(signature) ?? parts.size;
      parts.set(signature, found);
      return known.size + found;
    });
    for (const [at, index] of looping.entries()) classes[index] = refined[at]!;
    if (parts.size === count) break;
    count = parts.size;
  }
  return classes as readonly number[];
}

/** The states from which no loop can be reached, each behind all that it leads to. */
function fromTheEnd(states: readonly State[]): readonly number[] {
  const before = states.map((): number[] => []);
  const left = states.map(({ arcs }, index) => {
    const targets = new Set([...arcs.values()].map(({ to }) => to));
    for (const to of targets) before[to]!.push(index);
    return targets.size;
  });
  const order = [...states.keys()].filter((index) => left[index] === 0);
  for (const index of order) {
    for (const from of before[index]!) {
      left[from]! -= 1;
      if (left[from] === 0) order.push(from);
    }
  }
  return order;
}

function signatureOf(
  { arcs, endLogPrior }: State,
  classes: readonly (number | undefined)[],
): string {
  const parts = new Set<string>();
  for (const { to, word, logPrior } of arcs.values())
    parts.add(`${word} ${classes[to]} ${logPrior.toFixed(PRIOR_DECIMALS)}`);
  return `${endLogPrior?.toFixed(PRIOR_DECIMALS)} ${[...parts].toSorted().join(' ')}`;
}
