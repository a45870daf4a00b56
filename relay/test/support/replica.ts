import type { RelayOptions } from '../../src/app.ts';
import { systemClock } from '../../src/base/lib/clock.ts';
import type { Problems } from '../../src/base/lib/problems.ts';
import { createSession } from './api.ts';
import { freePort } from './free-port.ts';
import type { RedisServer } from './redis-server.ts';
import { ScriptedGenerator, words } from './scripted-generator.ts';
import { ScriptedSynthesizer } from './scripted-synthesizer.ts';
import type { TestCall } from './test-call.ts';
import { startTestRelay, type TestRelay } from './test-relay.ts';

export interface Replica extends TestRelay {
  readonly generator: ScriptedGenerator;
}

interface ReplicaOptions {
  /** Where the others look for it; by default where it listens. */
  readonly peerPort?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Without it money is not counted. */
  readonly money?: RelayOptions['money'];
  readonly problems?: Problems;
}

/** One of several relays with scripted providers, in this process. */
export async function startReplica(
  redis: Pick<RedisServer, 'url'>,
  { peerPort, env, money, problems }: ReplicaOptions = {},
): Promise<Replica> {
  const port = await freePort();
  const generator = new ScriptedGenerator({
    clock: systemClock,
    model: 'scripted',
    reply: ({ history }) => {
      const { text } = history.at(-1)!;
      // More than the three seconds of voice that are sent ahead.
      const sentences = { 'Tell me a story': 20, 'In short': 5 }[text];
      return [
        words(sentences === undefined ? `${text}!` : 'A sentence. '.repeat(sentences)),
        { give: { type: 'usage-reported', inputTokens: 7, outputTokens: 3 } },
      ];
    },
  });
  const relay = await startTestRelay({
    money,
    ...(problems && { problems }),
    providers: {
      generator,
      synthesizer: new ScriptedSynthesizer({ clock: systemClock, clauseMs: () => 1_000 }),
    },
    env: {
      PORT: String(port),
      REDIS_URL: redis.url,
      PEER_URL: `http://127.0.0.1:${peerPort ?? port}`,
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
      AUTH_SECRET: 'a secret that all relays of the test share',
      ...env,
    },
  });
  return { ...relay, generator };
}

/** From now on a call connects to another relay. */
export function moveTo(call: TestCall, { url }: TestRelay): void {
  const { ws_url } = call.grant;
  Object.assign(call.grant, { ws_url: ws_url.replace(new URL(ws_url).host, new URL(url).host) });
}

/** The grant of one relay, for the WebSocket of another. */
export async function grantFor(issuer: TestRelay, host: TestRelay) {
  const grant = await createSession(issuer.url);
  return {
    ...grant,
    ws_url: grant.ws_url.replace(new URL(grant.ws_url).host, new URL(host.url).host),
  };
}

/** What a generator was asked, as one text each. */
export const askedOf = ({ generator }: Replica) =>
  generator.requests.map(({ history }) => history.map(({ text }) => text).join(' | '));
