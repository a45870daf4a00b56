import { matchesGlob, posix } from 'node:path';
import type { ImportGraph } from './import-graph.ts';

/** Unit tests of one mutation at most, and how many imports may lie between. */
const UNIT_TESTS = 12;
const UNIT_HOPS = 5;
const RELAY_HOPS = 6;

const TEST = /(?<!\.speech)\.test\.ts$/;
const RELAY_TEST = /^relay\/(test|simulators|bench)\//;
/** They test the tools; the product is far behind what they import. */
const TOOLS_TEST = /^relay\/tools\//;

/** Programs: what they import is the product, and fakes and rigs are not. */
const ENTRIES = /^(relay\/src\/main\.ts|web\/src\/main\.tsx|.*\/src\/.*\.(worker|worklet)\.ts)$/;

/**
 * The tests with a whole relay that are near to a room of the product, the quickest first. A file
 * has the tests of the first row that it stands in.
 */
export const NEAR_ROOMS: readonly (readonly [room: string, tests: readonly string[]])[] = [
  [
    'relay/src/keeping/storage/**',
    [
      'storage/{encrypted,migrations,query-plans,isolation}',
      'history',
      'storage/{database,embedded,leaving,unlucky,backup,outage}',
    ],
  ],
  [
    'relay/src/people/metering/**',
    ['usage-routes', 'plan-limits', 'spending*', 'strangers-spending'],
  ],
  ['relay/src/people/accounts/export/**', ['account-routes', 'history']],
  [
    'relay/src/people/accounts/**',
    ['continued-conversation', 'usage-routes', 'account-routes', 'history', 'spending*'],
  ],
  ['relay/src/keeping/recordings/**', ['call-recording', 'account-routes', 'storage/leaving']],
  [
    'relay/src/call/session/**',
    ['call', 'overload', 'slow-clients', 'call-recording', 'order', 'bad-input', 'resume'],
  ],
  [
    'relay/src/call/turn/**',
    ['call', 'call-events', 'turn-model', 'page-model', 'long-conversation', 'order', 'resume'],
  ],
  [
    'relay/src/call/stages/**',
    ['languages', 'ladder', 'faults/{refused-requests,failover,fault-table}'],
  ],
  ['relay/src/providers/vendors/cartesia/**', ['conformance/cartesia*']],
  ['relay/src/providers/vendors/deepgram/**', ['conformance/deepgram*']],
  ['relay/src/providers/vendors/elevenlabs/**', ['conformance/elevenlabs*']],
  ['relay/src/providers/vendors/openai/**', ['conformance/openai*', 'compatible-server']],
  [
    'relay/src/providers/{vendors,vendor-kit}/language-model*/**',
    ['reasoning', 'mcp-servers', 'conformance/generator*'],
  ],
  ['relay/src/providers/vendor-kit/http-client/**', ['conformance/openai*', 'servers/vices']],
  [
    'relay/src/providers/vendor-kit/{synthesis,transcription,websocket}/**',
    ['conformance/{cartesia,elevenlabs,deepgram}*'],
  ],
  ['relay/src/providers/{vendors,vendor-kit}/**', ['conformance/cartesia*', 'servers/broken-*']],
  [
    'relay/src/people/limits/**',
    ['refusal-flood', 'plan-limits', 'admin-settings', 'limits', 'strangers'],
  ],
  [
    'relay/src/people/auth/**',
    ['guest-renewal', 'hosts', 'sign-in', 'strangers', 'storage/leaving'],
  ],
  [
    'relay/src/http/**',
    [
      'hosts',
      'process/exposed',
      'usage-routes',
      'page',
      'secure-transport',
      'bad-requests',
      'tls',
      'account-routes',
      'admin-settings',
      'client',
    ],
  ],
  ['relay/src/watching/logs/**', ['logs', 'process/{log-*,full-disk}']],
  [
    'relay/src/watching/{monitoring,metrics}/**',
    ['monitoring/{*-document,secrets,access,restart,outage,prometheus,accounting}'],
  ],
  ['relay/src/watching/exporters/**', ['page-reports', 'error-reports', 'process/traces']],
  ['relay/src/{base/config,providers/registry}/**', ['configuration-document', 'servers/broken-*']],
  ['relay/src/{app,relay-process}.ts', ['call', 'shutdown', 'process/stopping', 'commands']],
  ['relay/src/base/lib/**', ['call', 'logs', 'process/{log-*,uncaught-errors,supervisor}']],
  ['relay/packages/turn-model/src/**', ['turn-model']],
  ['shared/src/protocol/**', ['protocol-document', 'call', 'bad-input', 'client']],
  ['shared/src/link/**', ['client', 'resume', 'bad-connections']],
  ['shared/src/{audio,flight}/**', ['call', 'replay']],
];

/** Which files of a tree may be mutated, and which tests may find it out. */
export class NearTests {
  readonly #graph: ImportGraph;
  readonly #unitTests: readonly string[];
  readonly #relayTests: readonly string[];

  constructor(graph: ImportGraph) {
    this.#graph = graph;
    const tests = graph.files.filter((file) => TEST.test(file));
    this.#unitTests = tests.filter(
      (file) => ![RELAY_TEST, TOOLS_TEST].some((one) => one.test(file)),
    );
    this.#relayTests = tests.filter((file) => RELAY_TEST.test(file));
  }

  /** Files of the product without markup that have a test near them. */
  pool(): readonly string[] {
    const entries = this.#graph.files.filter((file) => ENTRIES.test(file));
    const product = this.#graph.distances(entries, 'imports');
    const byUnits = this.#graph.distances(this.#unitTests, 'imports', UNIT_HOPS);
    const byRelays = this.#graph.distances(this.#relayTests, 'imports', RELAY_HOPS);
    return this.#graph.files.filter(
      (file) =>
        /\/src\/.*\.ts$/.test(file) &&
        product.has(file) &&
        (byUnits.has(file) || (byRelays.has(file) && this.relayTests(file).length > 0)),
    );
  }

  /** The nearest unit tests by imports, then by folders. */
  unitTests(file: string): readonly string[] {
    const distances = this.#graph.distances([file], 'importers', UNIT_HOPS);
    const farness = (test: string) => [distances.get(test) ?? Infinity, foldersBetween(test, file)];
    return this.#unitTests
      .filter((test) => distances.has(test))
      .map((test) => ({ test, farness: farness(test) }))
      .toSorted((a, b) => {
        const [imports = 0, folders = 0] = a.farness;
        const [otherImports = 0, otherFolders = 0] = b.farness;
        return imports - otherImports || folders - otherFolders;
      })
      .slice(0, UNIT_TESTS)
      .map(({ test }) => test);
  }

  relayTests(file: string): readonly string[] {
    const [, globs = []] = NEAR_ROOMS.find(([room]) => matchesGlob(file, room)) ?? [];
    return globs.flatMap((glob) => this.#relayTests.filter((test) => isIn(test, glob)));
  }
}

/** @param glob - below relay/test, without the end that all tests have */
export function isIn(test: string, glob: string): boolean {
  return matchesGlob(test, `relay/test/${glob}.test.ts`);
}

function foldersBetween(one: string, other: string): number {
  return posix.relative(posix.dirname(one), posix.dirname(other)).split('/').length;
}
