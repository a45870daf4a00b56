import { UsageError } from '../tools/command-line.ts';

/** What every benchmark is given. */
export interface BenchContext {
  /** Aborting ends the benchmark. */
  readonly signal: AbortSignal;
  /** Takes a line for people. */
  readonly tell: (line: string) => void;
}

export interface BenchRun extends BenchContext {
  /** Takes the results, for `--json`. */
  readonly print: (report: object) => void;
}

/** An option of the command line that has a value. */
export interface BenchOption<T> {
  /** Stands for the value in the usage: `N`. */
  readonly placeholder: string;
  /**
   * @param name - as it is written: `--rounds`
   * @param given - undefined if the command line does not have it
   * @param isJson - whether only the results are printed
   * @throws UsageError
   */
  readonly read: (name: string, given: string | undefined, isJson: boolean) => T;
}

/** A benchmark as the command knows it. */
export interface Bench<Options extends object> {
  /** For the usage: what is measured, and what its options do. */
  readonly about: string;
  readonly options: { readonly [Name in keyof Options]: BenchOption<Options[Name]> };
  /**
   * @returns false if what was measured is not as it must be
   * @throws Error if it could not be measured
   */
  readonly run: (options: Options, run: BenchRun) => Promise<boolean>;
}

/** Declares a benchmark; its options have the types of their values. */
export function defineBench<Options extends object>(bench: Bench<Options>): Bench<Options> {
  return bench;
}

/** A whole number from 1 to `max`; `preset` if it is not given. */
export function wholeNumber<Preset extends number | undefined>(
  max: number,
  preset: Preset,
): BenchOption<number | Preset> {
  return {
    placeholder: 'N',
    read: (name, given) => (given === undefined ? preset : countFrom(name, given, max)),
  };
}

/** Sizes that are measured one after the other: the given one, else those of `byDefault`. */
export function sizes(
  max: number,
  byDefault: {
    readonly people: readonly number[];
    /** With `--json`: the one that counts. */
    readonly programs: number;
  },
): BenchOption<readonly number[]> {
  return {
    placeholder: 'N',
    read: (name, given, isJson) => {
      if (given !== undefined) return [countFrom(name, given, max)];
      return isJson ? [byDefault.programs] : byDefault.people;
    },
  };
}

/** One of some words; `preset` if it is not given. */
export function oneOf<Word extends string, Preset extends Word | undefined>(
  placeholder: string,
  words: readonly Word[],
  preset: Preset,
): BenchOption<Word | Preset> {
  return {
    placeholder,
    read: (name, given) => {
      if (given === undefined) return preset;
      const word = words.find((one) => one === given);
      if (word !== undefined) return word;
      throw new UsageError(
        `${name}: found ${JSON.stringify(given)}, expected one of ${words.join(', ')}.`,
      );
    },
  };
}

/** The path of a folder; undefined if it is not given. */
export const FOLDER: BenchOption<string | undefined> = {
  placeholder: 'DIR',
  read: (_name, given) => given,
};

function countFrom(name: string, given: string, max: number): number {
  const number = Number(given);
  if (given.trim() === '' || !Number.isInteger(number) || number < 1 || number > max) {
    throw new UsageError(`${name}: found ${JSON.stringify(given)}, expected 1 to ${max}.`);
  }
  return number;
}
