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

/**
 * Answers the requests of the benchmark's main process, and ends this process when that one ends,
 * however it ended.
 *
 * @param release - ends what this process has started; it is waited for
 */
export function serve(handlers: Handlers, release = async (): Promise<void> => {}): void {
  // Ctrl-C reaches the whole process group; the main process decides what it means.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => void release().finally(() => process.exit(0)));
  process.on('message', (asked) => void answer(handlers, asked as Asked));
}

async function answer(handlers: Handlers, { id, name, argument }: Asked): Promise<void> {
  const handler = handlers[name] as ((argument: unknown) => unknown) | undefined;
  let reply: Answer;
  try {
    if (handler === undefined) throw new Error('there is no such request');
    reply = { id, value: await handler(argument) };
  } catch (error) {
    reply = {
      id,
      problem: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  // The main process may be gone; without a callback that would be an uncaught error.
  if (process.connected) process.send?.(reply, () => {});
}
