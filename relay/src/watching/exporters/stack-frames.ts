/** One call of a stack, as Sentry names it. */
export interface StackFrame {
  readonly filename: string;
  readonly function: string;
  readonly lineno: number;
  readonly colno: number;
  /** Not of a library or of Node. */
  readonly in_app: boolean;
}

const MAX_FRAMES = 50;
const FUNCTION = String.raw`(?:async )?(?:new )?(?<name>[\w$.<>#]{1,120})(?: \[as [\w$#]{1,60}\])? \(`;
/** Strict, because the lines above the frames are the error's message, which may say anything. */
const FRAME = new RegExp(
  String.raw`^ {4}at (?:${FUNCTION})?(?<file>(?:file:\/\/|node:)?[\w$@+./-]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7})\)?$`,
);

/** The frames of an error's stack, the innermost last; what is not a frame is left out. */
export function framesOf(stack: string): readonly StackFrame[] {
  return stack
    .split('\n')
    .flatMap((line): readonly StackFrame[] => {
      const groups = FRAME.exec(line)?.groups;
      if (groups === undefined) return [];
      const { name = '?', file = '?', line: lineno, column } = groups;
      return [
        {
          filename: withoutRoot(file),
          function: name,
          lineno: Number(lineno),
          colno: Number(column),
          in_app: !file.includes('/node_modules/') && !file.startsWith('node:'),
        },
      ];
    })
    .slice(0, MAX_FRAMES)
    .toReversed();
}

/** The place of Parley's installation says something of the person who installed it. */
function withoutRoot(file: string): string {
  if (file.startsWith('node:')) return file;
  const packages = file.lastIndexOf('/node_modules/');
  if (packages >= 0) return file.slice(packages + 1);
  return /\/((?:relay|shared)\/(?:src|test|tools)\/.*)$/.exec(file)?.[1] ?? '?';
}
