import { z } from 'zod/mini';
import { opusDurationMs } from '../audio/opus-packet.ts';
import { bytesFromBase64, fromBase64 } from './base64.ts';
import { FLIGHT_FORMAT, FLIGHT_VERSION } from './flight-format.ts';
import {
  flightEntrySchema,
  flightHeaderSchema,
  type Flight,
  type FlightEntry,
  type FlightEntryOf,
  type FlightHeader,
} from './flight-schema.ts';

/** Says what is wrong with a file, as the end of a sentence that begins with its name. */
export class FlightFileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FlightFileError';
  }
}

/** Reads a flight recording. @throws FlightFileError */
export function readFlight(text: string): Flight {
  const [first = '', ...lines] = text.split('\n');
  const header = readHeader(first);
  const entries = lines.flatMap((line, index) =>
    line.trim() === '' ? [] : [readEntry(line, index + 2)],
  );
  // Lines of one instant keep their order.
  return { header, entries: entries.toSorted((a, b) => a.t - b.t) };
}

function readHeader(line: string): FlightHeader {
  const value = parse(line) as { format?: unknown; version?: unknown } | null | undefined;
  if (value?.format !== FLIGHT_FORMAT) {
    throw new FlightFileError('is not a flight recording');
  }
  if (value.version !== FLIGHT_VERSION) {
    const found = JSON.stringify(value.version) ?? 'none';
    throw new FlightFileError(
      `is of version ${found}, and only version ${FLIGHT_VERSION} can be read`,
    );
  }
  return checked(z.safeParse(flightHeaderSchema, value), 1);
}

function readEntry(line: string, number: number): FlightEntry {
  const entry = checked(z.safeParse(flightEntrySchema, parse(line)), number);
  const isWrong = entry.kind === 'sent-audio' && !isWholeFrame(entry);
  if (isWrong) throw new FlightFileError(`has audio of the wrong length in line ${number}`);
  return entry;
}

function isWholeFrame({ pcm, samples, opus, opus_ms }: FlightEntryOf<'sent-audio'>): boolean {
  if (pcm !== undefined && fromBase64(pcm)?.length !== samples) return false;
  const packet = opus === undefined ? undefined : bytesFromBase64(opus);
  if (packet === undefined) return opus === undefined;
  return (packet.length === 0 ? 0 : opusDurationMs(packet)) === opus_ms;
}

function checked<T>(result: z.core.util.SafeParseResult<T>, number: number): T {
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const where = issue.path.join('.') || 'entry';
  throw new FlightFileError(`cannot be read: line ${number}, ${where}: ${issue.message}`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
