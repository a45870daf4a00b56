import { causeOfRefusal } from './refusal.ts';

/**
 * The cause of a failure in a word or two, for logs and for advice. Chosen from here alone: nothing
 * of what a server or a library says is repeated.
 */
export type FailureNote =
  | 'no such host'
  | 'connection refused'
  | 'not TLS'
  | 'certificate'
  | 'not HTTP'
  | 'credentials in URL'
  | 'blocked port'
  | 'redirect'
  | 'HTML'
  | 'wrong path'
  | 'model'
  | 'voice'
  | 'empty answer'
  | 'tools'
  | 'context'
  | 'quota'
  | 'header'
  | 'plain HTTP';

const NETWORK: Readonly<Record<string, FailureNote>> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no such host',
  ECONNREFUSED: 'connection refused',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not TLS',
  EPROTO: 'not TLS',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate',
  CERT_HAS_EXPIRED: 'certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate',
};

/** @param error - what `fetch` threw, or its cause */
export function noteOfNetwork(error: unknown): FailureNote | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const note = NETWORK[(at as NodeJS.ErrnoException).code ?? ''];
    if (note !== undefined) return note;
    if (at.name === 'HTTPParserError') return 'not HTTP';
    if (at.message.includes('URL that includes credentials')) return 'credentials in URL';
    // The ports that the standard of `fetch` forbids, e.g. 6000 and 10080.
    if (at.message === 'bad port') return 'blocked port';
    // A name with several addresses, none of which answered.
    if (at instanceof AggregateError) return noteOfNetwork(at.errors[0]);
  }
  return undefined;
}

const QUOTA =
  /insufficient_quota|exceeded your current quota|quota (?:is )?exhausted|credit balance|billing/i;
/** Not: a parameter that a model does not take. */
const MODEL =
  /\bmodels?\b.{0,120}\b(?:not (?:be )?(?:found|exist|available|loaded|installed|recogni[sz]ed)|does ?n[o']t exist|decommissioned|deprecated|unknown)|(?:invalid|unknown|unsupported|no such|no) models?\b|model_(?:not|decom)/i;
const VOICE = /\bvoice/i;
/** A header that is asked for by its name, which a key alone cannot be. */
const HEADER = /\b(?:x-(?!request-id)[a-z0-9-]{2,40}|api-key|ocp-apim-subscription-key)\b/i;
/** Not: one that was sent but has a wrong value. */
const IS_MISSING = /missing|requir|must|without|not (?:found|provided|present|set|given)/i;
/** LM Studio's answer to a path that it does not know; its status is 200. */
const NO_ENDPOINT = /unexpected endpoint/i;
const PLAIN_HTTP = /plain HTTP request was sent to HTTPS|client sent an HTTP request to an HTTPS/i;

/** @param words - the body of a refusal, or its beginning; it may be of any form */
export function noteOfRefusal(status: number, words: string): FailureNote | undefined {
  if (status >= 300 && status < 400) return 'redirect';
  if (PLAIN_HTTP.test(words)) return 'plain HTTP';
  if (status === 402 || (status === 429 && QUOTA.test(words))) return 'quota';
  if (isHtml(words)) return 'HTML';
  if (status === 401 || status === 403) return isHeaderMissing(words) ? 'header' : undefined;
  switch (causeOfRefusal(words)) {
    case 'context':
      return 'context';
    case 'tools':
      return 'tools';
    case 'reasoning':
    case 'content':
      return undefined;
    case 'configuration':
      if (QUOTA.test(words)) return 'quota';
      if (MODEL.test(words)) return 'model';
      return VOICE.test(words) ? 'voice' : undefined;
    case 'request':
      if (isHeaderMissing(words)) return 'header';
      if (NO_ENDPOINT.test(words)) return 'wrong path';
      return status === 404 || status === 405 || status === 501 ? 'wrong path' : undefined;
  }
}

function isHeaderMissing(words: string): boolean {
  return HEADER.test(words) && IS_MISSING.test(words);
}

export function isHtml(words: string): boolean {
  return /^\s*<(?:!doctype html|html|head|body)\b/i.test(words);
}

/** The header that a refusal asks for by name, if it does. */
export function headerIn(words: string): string | undefined {
  return HEADER.exec(words)?.[0];
}
