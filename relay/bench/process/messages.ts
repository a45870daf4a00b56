/** What a process of the benchmark can be asked; arguments and answers travel as JSON. */
// `never`: handlers of any argument fit.
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

export interface Asked {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly problem: string };
