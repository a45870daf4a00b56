import { STAGES } from '@parley/shared';
import { pino } from 'pino';
import { readEnvironment } from '../src/base/config/environment.ts';
import { ConfigError, type Environment } from '../src/base/config/read-settings.ts';
import { openTurnModel } from '../src/providers/embedded/open-turn-model.ts';
import { createEmbeddedSynthesizer } from '../src/providers/embedded/embedded-synthesizer.ts';
import { systemClock } from '../src/base/lib/clock.ts';
import { withDeadline } from '../src/base/lib/deadline.ts';
import { silentLogger, type Logger } from '../src/base/lib/logger.ts';
import type { PriceList } from '../src/people/metering/price-list.ts';
import { priceInWords } from '../src/people/metering/prices.ts';
import {
  candidatesFor,
  isFurther,
  neededSettings,
  readConfiguration,
  variablesOf,
  type Configuration,
  type KnownCandidate,
} from '../src/providers/registry/configuration.ts';
import { openContext } from '../src/providers/registry/open-providers.ts';
import { providerPrices } from '../src/providers/registry/provider-prices.ts';
import { ProviderError } from '../src/call/stages/provider-error.ts';
import { BROWSER, type Owned, type Provider } from '../src/call/stages/provider.ts';
import type { ProviderContext } from '../src/providers/vendor-kit/vendor.ts';
import {
  INTERRUPTED,
  optionsOrStatus,
  parseCommandLine,
  relayUrlOf,
  UNUSABLE,
  UsageError,
  type CommandIo,
} from '../tools/command-line.ts';
import { adviceFor } from './diagnosis.ts';
import { tryFromOutside, type OutsideOptions } from './outside.ts';
import {
  printFinding,
  printHead,
  printStep,
  printSummary,
  printTurnModel,
  type Finding,
} from './print.ts';
import { failureInWords, roundTrip, speakQuestion, type Trip } from './round-trips.ts';

export const DOCTOR_USAGE = `Checks the configuration, and every provider it names, with a live round trip.

  npm run doctor -- [--json] [--help]
  npm run doctor -- --url URL [--token TOKEN] [--access-code CODE] [--json]

A sentence is spoken to each transcriber, each generator is asked for one word, each synthesizer
for one phrase. This costs what such a turn costs.

  --url URL            tries instead, from outside, whether a call gets through to a relay that
                       runs, past the proxies before it: page, session, WebSocket, ping, silence
  --token TOKEN        of an account, if guests may not call there
  --access-code CODE   what that relay asks guests for
  --json               one JSON object a line for each provider, or each step, and nothing else on
                       standard output
  --help               shows this

Exit status: 0 every provider in use works, or every step; 1 one does not; 2 the configuration or
the options are not valid.
`;

/** Longest that a provider may take for its probe, and for its round trip. */
const PROBE_DEADLINE_MS = 5_000;
const TRIP_DEADLINE_MS = 20_000;
const PACE_ADVICE =
  'It speaks much faster or slower than people do. If it is a server of your own, set its _SPEECH_RATE to the rate of its samples.';
const MISHEARD_ADVICE =
  'It was told “what time is it”. Its model may be too small, or of another language, or it does not read 16 kHz WAV.';
const SLOW_ADVICE =
  'A call does not wait so long for the first word. If it was not only loading the model, raise GENERATOR_FIRST_WORD_S.';

const CALLS_PASS = 'What was tried gets through.';

interface DoctorOptions extends CommandIo {
  readonly environment: Environment;
  /** The folder in which `.env` may lie. */
  readonly folder: string;
}

/** @returns the exit status */
export async function runDoctor(
  commandLine: readonly string[],
  options: DoctorOptions,
): Promise<number> {
  const asked = optionsOrStatus(() => parseDoctorOptions(commandLine), DOCTOR_USAGE, options);
  if (typeof asked === 'number') return asked;
  const { isJson, url } = asked;
  if (url !== undefined) return runOutside({ ...asked, url }, options);
  const { output, errors, environment, folder, signal } = options;
  let configuration: Configuration;
  let prices: PriceList;
  try {
    configuration = readConfiguration(readEnvironment(folder, environment));
    ({ prices } = providerPrices(configuration));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    errors.write(`${error.message}\n`);
    return UNUSABLE;
  }
  for (const warning of configuration.warnings) errors.write(`${warning}\n`);
  let turnModelMs: number | undefined;
  try {
    turnModelMs = await timeTurnModel(configuration.config.turnModel);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    errors.write(`${error.message}\n`);
    return UNUSABLE;
  }
  const findings: Finding[] = [];
  await using voice = createEmbeddedSynthesizer({ maxWorkers: 1 });
  const question = await speakQuestion(voice, signal);
  await using context = await openContext(configuration, {
    clock: systemClock,
    logger: silentLogger,
  });
  if (!isJson) printHead(output);
  for (const stage of STAGES) {
    // Side by side: each transcriber is spoken to in real time, and one that hangs delays no other.
    const shown = candidatesFor(stage).filter(
      (candidate) => !isFurther(candidate) || candidate.isConfigured(configuration.values),
    );
    const examinations = shown.map((candidate) =>
      examine(candidate, { ...configuration, prices }, context, question, signal),
    );
    for (const examination of examinations) {
      const finding = await examination;
      if (signal.aborted) return INTERRUPTED;
      findings.push(finding);
      if (isJson) output.write(`${JSON.stringify(finding)}\n`);
      else printFinding(output, finding);
    }
  }
  if (!isJson) {
    printSummary(output, findings);
    if (turnModelMs !== undefined) printTurnModel(output, turnModelMs);
  }
  return findings.some((finding) => finding.place !== null && finding.works === false) ? 1 : 0;
}

/**
 * Loads the turn model, if there is one, and has it judge.
 *
 * @returns what that takes, ms
 * @throws ConfigError
 */
async function timeTurnModel(path: string | undefined): Promise<number | undefined> {
  if (path === undefined) return undefined;
  await using model = await openTurnModel(path);
  return model.judgementMs;
}

interface Asked extends Pick<OutsideOptions, 'token' | 'accessCode'> {
  readonly isJson: boolean;
  readonly url: string | undefined;
}

function parseDoctorOptions(commandLine: readonly string[]): Asked | 'help' {
  const { values } = parseCommandLine({
    args: [...commandLine],
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      'access-code': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const { url, token, 'access-code': accessCode, json: isJson } = values;
  if (url === undefined && (token ?? accessCode) !== undefined) {
    throw new UsageError('--token and --access-code are for the relay at --url.');
  }
  return { isJson, url: url === undefined ? undefined : relayUrlOf(url), token, accessCode };
}

async function runOutside(
  asked: Asked & { readonly url: string },
  { output, signal }: Pick<DoctorOptions, 'output' | 'signal'>,
): Promise<number> {
  let hasFailed = false;
  try {
    for await (const step of tryFromOutside({ ...asked, signal })) {
      hasFailed ||= step.works === false;
      if (asked.isJson) output.write(`${JSON.stringify(step)}\n`);
      else printStep(output, step);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return INTERRUPTED;
  }
  if (!asked.isJson) output.write(`\n${hasFailed ? 'No call gets through.' : CALLS_PASS}\n`);
  return hasFailed ? 1 : 0;
}

async function examine(
  candidate: KnownCandidate,
  { config, values, chosen, prices }: Configuration & { readonly prices: PriceList },
  context: ProviderContext,
  question: Int16Array,
  signal: AbortSignal,
): Promise<Finding> {
  const { stage, name } = candidate;
  const place = chosen[stage].indexOf(candidate) + 1;
  const isConfigured = candidate.isConfigured(values);
  const price = prices.find(name, candidate.model?.(values));
  const ceiling = isConfigured ? `not known, counts ${prices.ceilingInWords(stage)}` : null;
  const known = {
    stage,
    provider: name,
    place: place === 0 ? null : place,
    configured: isConfigured,
    reachable: null,
    works: null,
    first_byte_ms: null,
    price: price === undefined ? ceiling : priceInWords(price),
    advice: null,
  };
  if (!known.configured) {
    return { ...known, detail: `needs ${neededSettings(candidate)}` };
  }
  if (name === BROWSER) return { ...known, detail: 'is tried in the page' };
  const patient = { stage, access: candidate.access?.(values), variables: variablesOf(candidate) };
  const explained = async (error: unknown) => ({
    detail: failureInWords(error),
    advice: (await adviceFor(error, patient, signal)) ?? null,
  });
  // What the adapter got over by itself, e.g. that its server refuses tools.
  const notes: string[] = [];
  const remark = async ({ isOddlyPaced, works, firstMs = 0 }: Trip) => {
    if (isOddlyPaced === true) return PACE_ADVICE;
    if (!works && stage === 'transcriber') return MISHEARD_ADVICE;
    if (stage === 'generator' && firstMs > config.providers.firstWordMs) return SLOW_ADVICE;
    const [note] = notes;
    if (note === undefined) return null;
    const overcome = new ProviderError({ provider: name, stage, fault: 'rejected', note });
    return (await adviceFor(overcome, patient, signal)) ?? null;
  };
  let provider: Owned<Provider> | undefined;
  try {
    const opened = await candidate.create(values, { ...context, logger: noteLogger(notes) });
    provider = opened;
    try {
      await within(PROBE_DEADLINE_MS, signal, async (bounded) => opened.probe?.(bounded));
    } catch (error) {
      return { ...known, reachable: false, works: false, ...(await explained(error)) };
    }
    const { language } = config.providers;
    const trip = await within(TRIP_DEADLINE_MS, signal, (bounded) =>
      roundTrip(stage, opened, { question, language, signal: bounded }),
    );
    return {
      ...known,
      reachable: true,
      works: trip.works,
      first_byte_ms: trip.firstMs === undefined ? null : Math.round(trip.firstMs),
      ...(trip.error === undefined
        ? { detail: trip.detail, advice: await remark(trip) }
        : await explained(trip.error)),
    };
  } catch (error) {
    return { ...known, works: false, ...(await explained(error)) };
  } finally {
    await provider?.[Symbol.asyncDispose]?.();
  }
}

/** Aborts the work at its deadline, and does not wait for work that ignores that. */
async function within<T>(
  deadlineMs: number,
  signal: AbortSignal,
  work: (bounded: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const late = new DOMException('No answer in time.', 'TimeoutError');
  try {
    return await withDeadline(
      work(AbortSignal.any([signal, abort.signal])),
      deadlineMs,
      systemClock,
      () => late,
    );
  } finally {
    abort.abort(late);
  }
}

/** Writes nothing but the causes that an adapter logs, into `notes`. */
function noteLogger(notes: string[]): Logger {
  return pino(
    { level: 'warn' },
    {
      write(line: string) {
        const { note } = JSON.parse(line) as { readonly note?: string };
        if (note !== undefined) notes.push(note);
      },
    },
  );
}
