import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DOCUMENT = fileURLToPath(new URL('../../../../docs/embed.md', import.meta.url));
const [, after = ''] = readFileSync(DOCUMENT, 'utf8').split('## The client package\n');
const [CHAPTER = ''] = after.split('\n## ');

/** The documentation's examples in a language, in order, for this relay. */
export function clientExamples(language: 'html' | 'js' | 'sh' | '', relay: string): string[] {
  return [...CHAPTER.matchAll(/```(\w*)\n([\s\S]*?)```/g)]
    .filter(([, found]) => found === language)
    .map(([, , code = '']) => forRelay(code, relay));
}

/** The content security policies that it names: with the relay's files, and with a copy of them. */
export function clientPolicies(relay: string): string[] {
  return clientExamples('', relay).flatMap(
    (text) => /^Content-Security-Policy: (.*)/.exec(text)?.[1] ?? [],
  );
}

function forRelay(text: string, relay: string): string {
  return text
    .replaceAll('https://relay.example', relay)
    .replaceAll('wss://relay.example', relay.replace('http', 'ws'));
}
