import type { Stage } from '@parley/shared';
import { editDistance } from '../src/base/config/near-misses.ts';
import { ProviderError, type ProviderFault } from '../src/call/stages/provider-error.ts';
import type { FailureNote } from '../src/providers/vendor-kit/http-client/failure-note.ts';
import { onBase } from '../src/providers/vendor-kit/vendor-url.ts';
import type { AccessVariables, ServerAccess } from '../src/providers/vendor-kit/vendor.ts';
import { ServerInspection } from './server-inspection.ts';

/** Names of models that are told, at most. */
const MAX_MODELS = 5;

/** What failed, and what is known of how it is asked. */
export interface Patient {
  readonly stage: Stage;
  /** undefined if it is not asked as OpenAI's API is: then nothing more can be found out. */
  readonly access: ServerAccess | undefined;
  /** The vendor's own, if there is no access. */
  readonly variables: AccessVariables;
}

/**
 * The cause of a failure and what to change, in a sentence or two, without secrets.
 *
 * @returns undefined if the failure says all there is to say
 */
export async function adviceFor(
  error: unknown,
  { stage, access, variables: ofVendor }: Patient,
  signal: AbortSignal,
): Promise<string | undefined> {
  const variables = access?.variables ?? ofVendor;
  const inspection = access === undefined ? undefined : new ServerInspection(access, signal);
  const { fault, note, status } = failureOf(error);
  const address = access === undefined ? 'the address' : onBase(access.baseUrl, '');
  switch (note as FailureNote | undefined) {
    case 'no such host':
      return `There is no host of this name. Correct ${variables.baseUrl}.`;
    case 'connection refused':
      return `No program listens at ${address}. Start the server, or correct ${variables.baseUrl}.`;
    case 'not TLS':
      return `The server speaks plain http. Begin ${variables.baseUrl} with http://.`;
    case 'plain HTTP':
      return `The server speaks https only. Begin ${variables.baseUrl} with https://.`;
    case 'certificate':
      return 'The server’s certificate is not trusted. Set NODE_EXTRA_CA_CERTS to the file of its authority.';
    case 'credentials in URL':
      return `A name and a password cannot stand in ${variables.baseUrl}. Send them as a header: Authorization: Basic …`;
    case 'blocked port':
      return `No HTTP client may ask this port, which is kept for another protocol. Start the server at another, and correct ${variables.baseUrl}.`;
    case 'not HTTP':
      return `What listens at ${address} does not speak HTTP. Correct ${variables.baseUrl}.`;
    case 'quota':
      return 'The account has used up its quota or its credit. Its owner must raise it with the vendor.';
    case 'context':
      return 'Parley’s instructions and tools alone are longer than the model’s context. Start the server with a longer one (llama.cpp: -c 8192; Ollama: OLLAMA_CONTEXT_LENGTH=8192).';
    case 'tools':
      return 'The server refuses tools, without which there are no timers and no MCP servers. Start it with them (vLLM: --enable-auto-tool-choice and --tool-call-parser; llama.cpp: --jinja), or use another model.';
    case 'voice':
      return `The server does not have the voice that it is asked for. Correct ${voicesVariable(variables)}.`;
    case 'header':
      return headerAdvice(await inspection?.header(), access);
    case 'model':
      return modelAdvice(await inspection?.models(), access, variables);
    case 'empty answer':
      return 'The model was asked but said nothing. If it thinks, that has used up its tokens: raise GENERATOR_MAX_TOKENS, or use a model that does not think.';
    case 'redirect':
      return redirectAdvice(await inspection?.redirection(), access, variables);
    case 'wrong path':
      return placeAdvice(await inspection?.elsewhere(), false, access, variables);
    case 'HTML': {
      const gate = gateAdvice(fault, status, access);
      return gate ?? placeAdvice(await inspection?.elsewhere(), true, access, variables);
    }
    default:
      break;
  }
  switch (fault) {
    case 'unauthorized':
      return access !== undefined && access.headers['authorization'] === undefined
        ? `The server wants a key. Set ${variables.apiKey}.`
        : `The server does not accept the key. Correct ${variables.apiKey}.`;
    case 'closed':
    case 'unreachable':
      return (await inspection?.answersOtherScheme()) === true
        ? `The server speaks ${otherScheme(access!)} there. Begin ${variables.baseUrl} with ${otherScheme(access!)}://.`
        : `The connection ends without an answer. Another program may listen at ${address}; else the server’s own log says why.`;
    case 'rate-limited':
      return 'The vendor allows fewer requests than are sent. Wait, or ask for more.';
    case 'timeout':
      return 'The server takes requests but does not answer. It is frozen, still loads its model, or is too slow for a call.';
    case 'overloaded':
      return 'The server fails by itself; its own log says why. It may still load its model.';
    case 'malformed': {
      const what = await inspection?.isNoApi();
      return what === undefined
        ? malformedAdvice(stage, access, variables)
        : placeAdvice(await inspection?.elsewhere(), what === 'page', access, variables);
    }
    case 'rejected':
      return 'The server refuses what Parley sends; its own log says why.';
    case 'out-of-descriptors':
      return 'This process may open too few files. Raise `ulimit -n`.';
    case undefined:
      return undefined;
  }
}

function failureOf(error: unknown): Partial<Pick<ProviderError, 'fault' | 'note' | 'status'>> {
  if (error instanceof ProviderError) return error;
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  return isLate ? { fault: 'timeout' } : {};
}

function otherScheme({ baseUrl }: ServerAccess): string {
  return baseUrl.startsWith('https:') ? 'http' : 'https';
}

function redirectAdvice(
  target: string | undefined,
  access: ServerAccess | undefined,
  { baseUrl }: AccessVariables,
): string {
  if (access === undefined || target === undefined)
    return `The server sends us on to another address. Correct ${baseUrl}.`;
  const base = target.endsWith(access.path) ? target.slice(0, -access.path.length) : undefined;
  return base === undefined
    ? `The server sends us on to ${target}, perhaps to sign in. Correct ${baseUrl}, or open this address in a browser.`
    : `The server has moved. Set ${baseUrl}=${base}, if you trust that address.`;
}

/**
 * What a page means that is not of the server but of a proxy before it.
 *
 * @returns undefined if it may be the server's own
 */
function gateAdvice(
  fault: ProviderFault | undefined,
  status: number | undefined,
  access: ServerAccess | undefined,
): string | undefined {
  if (status === 413)
    return 'A proxy before the server takes nothing as long as a recording. Raise its limit (nginx: client_max_body_size 25m).';
  if (fault === 'overloaded')
    return 'A proxy answers with a page of its own: the server behind it is down, or does not answer in time.';
  const headers = access?.variables.headers;
  if (fault !== 'unauthorized' || headers === undefined) return undefined;
  return `A proxy before the server lets us not in. It may want a header, e.g. ${headers}=Authorization: Basic …, or allow only certain addresses.`;
}

function headerAdvice(name: string | undefined, access: ServerAccess | undefined): string {
  const variable = access?.variables.headers;
  if (variable === undefined) return 'The server wants a header that Parley does not send.';
  return `The server wants a header. Set ${variable}=${name ?? 'Name'}: … to what its owner gave you.`;
}

function modelAdvice(
  models: readonly string[] | undefined,
  access: ServerAccess | undefined,
  variables: AccessVariables,
): string | undefined {
  const setting = variables.model ?? 'the setting of its model';
  if (access === undefined) return `The vendor does not have this model. Correct ${setting}.`;
  const { model } = access;
  const missing = `The server has no model "${model}".`;
  if (models === undefined || models.length === 0) return `${missing} Correct ${setting}.`;
  if (models.includes(model))
    return `The server lists "${model}" but does not serve it; its own log says why.`;
  const byNearness = models.toSorted((one, other) => distance(model, one) - distance(model, other));
  const [nearest] = byNearness;
  const others = byNearness.slice(0, MAX_MODELS).join(', ');
  const more = models.length > MAX_MODELS ? ` and ${models.length - MAX_MODELS} more` : '';
  return `${missing} It has ${others}${more}. Set ${setting}=${nearest}, or another of these.`;
}

/** What stands around a model's name is often left out: `llama3.2` means `meta/llama3.2:3b`. */
function distance(wanted: string, model: string): number {
  return editDistance(bareName(wanted), bareName(model));
}

function bareName(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1);
  return name.split(':')[0]!.toLowerCase();
}

type Place = Awaited<ReturnType<ServerInspection['elsewhere']>>;

function placeAdvice(
  place: Place,
  isPage: boolean,
  access: ServerAccess | undefined,
  variables: AccessVariables,
): string {
  if (access === undefined)
    return `There is nothing of use at the address. Correct ${variables.baseUrl}.`;
  const asked = onBase(access.baseUrl, access.path);
  const what = isPage ? `${asked} answers with a web page.` : `There is nothing at ${asked}.`;
  if (place !== undefined) return `${what} ${moveAdvice(place, access)}`;
  const path = access.variables.path === undefined ? '' : `, or ${access.variables.path}`;
  return `${what} Correct ${variables.baseUrl}${path}; the server must speak the OpenAI API.`;
}

function moveAdvice(place: NonNullable<Place>, { path, variables }: ServerAccess): string {
  const isOtherPath = place.path !== path;
  const settings = [
    `${variables.baseUrl}=${place.baseUrl}`,
    ...(isOtherPath && variables.path !== undefined ? [`${variables.path}=${place.path}`] : []),
  ];
  return `Set ${settings.join(' and ')}: there the server answers.`;
}

function malformedAdvice(
  stage: Stage,
  access: ServerAccess | undefined,
  variables: AccessVariables,
): string | undefined {
  if (access === undefined) return undefined;

  return stage === 'synthesizer'
    ? 'The server sends no audio that Parley reads: raw 16-bit samples (response_format "pcm") or WAV. Use a server or a model that does.'
    : `What came is not of the OpenAI API. Correct ${variables.baseUrl}, or use another server.`;
}

function voicesVariable({ baseUrl }: AccessVariables): string {
  return baseUrl.replace(/(?:_SPEECH)?_BASE_URL$/, '_VOICES');
}
