import { vocabularySlot } from '../vocabulary.ts';
import type { Reading, Slot, SpokenSlot } from '../slot.ts';
import { readNumber } from './number.ts';

/** A night goes on until the morning after. */
type HalfOfDay = 'am' | 'pm' | 'night';

/** A time that was said, with as much of the day as was said. */
export interface ClockTime {
  /** 0 to 23; 1 to 12 if `half` is undefined. */
  readonly hour: number;
  readonly minute: number;
  /** undefined: either half of the day. */
  readonly half: HalfOfDay | undefined;
  readonly isTomorrow: boolean;
}

const HOURS = 'one two three four five six seven eight nine ten eleven twelve'.split(' ');
const MINUTES = 'ten fifteen twenty thirty forty fifty'.split(' ');

const halves = vocabularySlot<HalfOfDay>('half_of_day', [
  { value: 'am', spoken: ['a.m.', 'in the morning'], typed: ['am', 'this morning'] },
  {
    value: 'pm',
    spoken: ['p.m.', 'in the evening', 'in the afternoon'],
    typed: ['pm', 'this evening', 'this afternoon'],
  },
  { value: 'night', spoken: ['tonight'], typed: ['at night', 'in night'] },
]);

/** `seven a.m.`, `six thirty`, `half past six tomorrow morning`, `quarter to nine`, `noon`, `18:30`. */
export const clockTimeSlot: SpokenSlot<ClockTime> = {
  rule: {
    name: 'clock_time',
    expansion: `(<hour> [o'clock | oh five | (${MINUTES.join(' | ')} | forty five)] | (half | [a] quarter) past <hour> | [a] quarter to <hour>) [<half_of_day>] [tomorrow [morning]] | noon | midnight`,
    uses: [{ name: 'hour', expansion: HOURS.join(' | ') }, halves.rule],
  },
  *read(tokens, at): Iterable<Reading<ClockTime>> {
    for (const time of readTime(tokens, at)) yield* withDay(tokens, time);
  },
};

/** With "at" before it, or with its day first: `at six`, `tomorrow at seven`, `tonight at eleven`. */
export const dayTimeSlot: Slot<ClockTime> = {
  *read(tokens, at): Iterable<Reading<ClockTime>> {
    const atOr = (start: number) => (tokens[start] === 'at' ? start + 1 : start);
    for (const { value: day, end } of days.read(tokens, at)) {
      for (const time of clockTimeSlot.read(tokens, atOr(end))) {
        const { half = day.half, isTomorrow } = time.value;
        const value = { ...time.value, half, isTomorrow: isTomorrow || day.isTomorrow };
        yield { value, end: time.end };
      }
    }
    if (tokens[at] === 'at') yield* clockTimeSlot.read(tokens, at + 1);
  },
};

type BareTime = Reading<Omit<ClockTime, 'isTomorrow'>>;

function* readTime(tokens: readonly string[], at: number): Generator<BareTime> {
  const named = tokens[at] === 'twelve' || tokens[at] === '12' ? at + 1 : at;
  for (const [name, half] of NAMED) {
    if (tokens[named] !== name) continue;
    yield* withHalf(tokens, { value: { hour: 12, minute: 0, half }, end: named + 1 });
  }
  for (const first of relativeMinutes(tokens, at)) {
    for (const hour of wholeBelow(tokens, first.end, 13)) {
      if (hour.value === 0) continue;
      const value = first.value < 0 ? ((hour.value + 10) % 12) + 1 : hour.value;
      const minute = (first.value + 60) % 60;
      yield* withHalf(tokens, { value: { hour: value, minute, half: undefined }, end: hour.end });
    }
  }
  for (const hour of wholeBelow(tokens, at, 24)) {
    const half = hour.value > 12 || hour.value === 0 ? 'am' : undefined;
    const time = (minute: number, end: number): BareTime => ({
      value: { hour: hour.value, minute, half },
      end,
    });
    const oh = tokens[hour.end] === 'oh' ? hour.end + 1 : hour.end;
    for (const minute of wholeBelow(tokens, oh, 60)) {
      yield* withHalf(tokens, time(minute.value, minute.end));
    }
    yield* withHalf(tokens, time(0, tokens[hour.end] === "o'clock" ? hour.end + 1 : hour.end));
  }
}

const NAMED = [
  ['noon', 'pm'],
  ['midnight', 'am'],
] as const;

/** `half past`, `ten to`: minutes behind the hour, or before it. */
function* relativeMinutes(tokens: readonly string[], at: number): Generator<Reading<number>> {
  const amounts: Reading<number>[] = [...wholeBelow(tokens, at, 60)];
  if (tokens[at] === 'half') amounts.push({ value: 30, end: at + 1 });
  if (tokens[at] === 'quarter') amounts.push({ value: 15, end: at + 1 });
  for (const { value, end } of amounts) {
    const link = tokens[end] === 'minutes' ? end + 1 : end;
    if (tokens[link] === 'past' || tokens[link] === 'after') yield { value, end: link + 1 };
    if (tokens[link] === 'to' || tokens[link] === 'before') yield { value: -value, end: link + 1 };
  }
}

function wholeBelow(tokens: readonly string[], at: number, limit: number): Reading<number>[] {
  return readNumber(tokens, at).filter(
    ({ value }) => Number.isInteger(value) && value >= 0 && value < limit,
  );
}

function* withHalf(tokens: readonly string[], time: BareTime): Generator<BareTime> {
  const { hour } = time.value;
  if (hour >= 1 && hour <= 12) {
    for (const half of halves.read(tokens, time.end)) {
      yield { value: { ...time.value, half: half.value }, end: half.end };
    }
  }
  yield time;
}

const HALF_OF_PART: ReadonlyMap<string, HalfOfDay> = new Map([
  ['morning', 'am'],
  ['afternoon', 'pm'],
  ['evening', 'pm'],
  ['night', 'night'],
]);

/** The day, before the time. */
const days = vocabularySlot<Pick<ClockTime, 'half' | 'isTomorrow'>>('day_of_time', [
  ...[...HALF_OF_PART].flatMap(([part, half]) => [
    { value: { half, isTomorrow: true }, spoken: [`tomorrow ${part}`] },
    { value: { half, isTomorrow: false }, spoken: [part === 'night' ? 'tonight' : `this ${part}`] },
  ]),
  { value: { half: undefined, isTomorrow: true }, spoken: ['tomorrow'] },
  { value: { half: undefined, isTomorrow: false }, spoken: ['today'] },
]);

function* withDay(
  tokens: readonly string[],
  { value, end }: BareTime,
): Generator<Reading<ClockTime>> {
  if (tokens[end] === 'tomorrow') {
    const half = HALF_OF_PART.get(tokens[end + 1] ?? '');
    if (half !== undefined) {
      yield { value: { ...value, half: value.half ?? half, isTomorrow: true }, end: end + 2 };
    }
    yield { value: { ...value, isTomorrow: true }, end: end + 1 };
  }
  if (tokens[end] === 'today') yield { value: { ...value, isTomorrow: false }, end: end + 1 };
  yield { value: { ...value, isTomorrow: false }, end };
}

/** No one says "five at night" of the morning, minutes. */
const LAST_OF_NIGHT = 300;

/** Minutes after the day's midnight at which it may be meant, in the day's order. */
export function minutesOfDay({ hour, minute, half }: ClockTime): readonly number[] {
  if (hour > 12 || hour === 0) return [hour * 60 + minute];
  const morning = (hour % 12) * 60 + minute;
  if (half === 'am') return [morning];
  // One at night is after the day's end.
  if (half === 'night' && morning < LAST_OF_NIGHT) return [morning + 1_440];
  return half === undefined ? [morning, morning + 720] : [morning + 720];
}
