import { AUTH_SETTINGS } from '../../src/base/config/auth-settings.ts';
import { CORE_SETTINGS } from '../../src/base/config/core-settings.ts';
import type { SettingsDeclaration } from '../../src/base/config/settings.ts';
import { LOG_SETTINGS } from '../../src/base/config/log-settings.ts';
import { STORAGE_SETTINGS } from '../../src/base/config/storage-settings.ts';
import { ORDER_SETTINGS } from '../../src/providers/registry/configuration.ts';
import { VENDORS as ALL_VENDORS } from '../../src/providers/registry/vendors.ts';

/** Further servers of a kind have the first one's settings; the introduction says how they are named. */
const VENDORS = ALL_VENDORS.filter(({ repeats }) => repeats === undefined);

interface Section {
  readonly title: string;
  readonly settings: SettingsDeclaration;
}

const INTRODUCTION = `# Configuration

Parley needs none: \`npm start\` runs with its own recogniser, assistant and voice. Everything below is an environment variable, or a line of a file \`.env\` in the project's folder (copy [.env.example](../.env.example)); a variable that is really set wins over the file. An empty value means “not set”.

All errors are reported at once before anything listens, each with the variable's name, the value found and the values accepted. \`npm run doctor\` then tries every provider with a live round trip.

A key is enough to use a vendor: vendors with a key listen, answer and speak, in the order in which they stand below; \`TRANSCRIBERS\`, \`GENERATORS\` and \`SYNTHESIZERS\` choose another order, or fewer. The first healthy one is used; when it fails, the next takes over.

Any server that speaks the OpenAI API (Ollama, vLLM, llama.cpp, LM Studio, speaches, LocalAI, Kokoro-FastAPI) is used by its address and the names of its models:

\`\`\`sh
COMPATIBLE_BASE_URL=http://localhost:11434/v1
COMPATIBLE_CHAT_MODEL=llama3.2
\`\`\`

If each stage has a server of its own, each has an address of its own; [own-servers.md](own-servers.md) sets up a Parley of which nothing leaves the machine, step by step. Further servers of the same kind stand in for the first: \`COMPATIBLE_2_CHAT_BASE_URL\` to \`COMPATIBLE_9_CHAT_BASE_URL\`, and likewise every other \`COMPATIBLE_…\` setting. They are called \`compatible-2\` to \`compatible-9\`, and each has a health of its own.

[The page on one host, the relay on another](#the-page-on-one-host-the-relay-on-another) is explained at the end.

Secrets (marked so) never appear in logs, errors, tables or anything a client is sent.
`;

const TWO_HOSTS = `## The page on one host, the relay on another

The page is static files: any host can serve it, and the relay runs where a process can run. With the page at \`https://parley.example.com\` and the relay at \`https://relay.example.com\`, three places name an address.

1. The relay's environment. \`ALLOWED_ORIGINS\` is the page's origin, exactly as a browser shows it: scheme, host and, if it is not the usual one, port. \`PUBLIC_URL\` is where browsers reach the relay, through the proxy that adds TLS; without it \`ws_url\` would begin with \`ws://\`, and requests for the name would be refused.

   \`\`\`sh
   PUBLIC_URL=https://relay.example.com
   ALLOWED_ORIGINS=https://parley.example.com
   \`\`\`

2. The page's file \`parley.json\`, beside its \`index.html\` (in the repository: \`web/public/parley.json\`). The page reads it at each start, so a changed file takes effect without another build. Without the file, or without \`relay\` in it, the relay is at the page's own origin.

   \`\`\`json
   { "relay": "https://relay.example.com" }
   \`\`\`

3. The \`Content-Security-Policy\` that the page's host sends. [vercel.json](../vercel.json) has all headers that the relay sends with its own page, and how Vercel builds it; its \`connect-src 'self' https: wss: http://localhost:* ws://localhost:* http://127.0.0.1:* ws://127.0.0.1:*\` fits every relay with TLS, and one on the developer's own machine. To allow your relay alone, write \`connect-src 'self' https://relay.example.com wss://relay.example.com\`. On another host, send the same headers.

Several pages are separated by commas: \`ALLOWED_ORIGINS=https://parley.example.com,https://staging.example.com\`. To try a hosted page with a relay on your own machine, put \`{ "relay": "http://localhost:8787" }\` into its \`parley.json\` and start the relay with \`ALLOWED_ORIGINS=https://parley.example.com npm start\`; the browser may ask whether the page may reach your local network.

| the page says | what is wrong |
| --- | --- |
| “To allow it, add … to the relay's ALLOWED_ORIGINS” | the relay was not told of the page's origin, or it was misspelt |
| “No server could be reached at …” | the relay is down, its name or certificate is wrong, or \`connect-src\` leaves it out |
| “The connection for the voice does not get through” | a proxy before the relay drops WebSockets and the [requests in their place](protocol.md#where-websockets-are-blocked): see [Behind a proxy](operations.md#behind-a-proxy-or-under-a-name) |
| “The server at … does not speak Parley's protocol” | \`parley.json\` names another server, or none, and the page's host has no relay |
| “This page is not set up correctly” | \`parley.json\` cannot be read; the sentence goes on to say why |
`;

/** docs/configuration.md, generated from the declarations. */
export function settingsDocument(): string {
  const parts = sections().map(({ title, settings }) => {
    const rows = Object.entries(settings).map(
      ([name, { type, unit, about, isSecret, ...rest }]) => {
        const kind = unit === undefined ? type : `${type}; ${unit}`;
        const fallback = shown(rest.default);
        const note = isSecret === true ? `${about} Secret.` : about;
        return `| \`${name}\` | ${cell(kind)} | ${fallback} | ${cell(note)} |`;
      },
    );
    return `## ${title}\n\n| variable | accepts | default | what it does |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return [INTRODUCTION, ...parts, TWO_HOSTS].join('\n');
}

/** .env.example: every setting, commented out, with its default. */
export function environmentExample(): string {
  const parts = sections().map(({ title, settings }) => {
    const entries = Object.entries(settings).map(([name, { about, type, unit, ...rest }]) => {
      const kind = unit === undefined ? type : `${type}; ${unit}`;
      const isWritable = rest.default !== undefined && !rest.default.includes(' ');
      return `# ${plain(about)}\n# (${plain(kind)})\n#${name}=${isWritable ? rest.default : ''}\n`;
    });
    return `# --- ${title} ---\n\n${entries.join('\n')}`;
  });
  return `# Copy this to .env and take the # from the lines you need. What each means in full:\n# docs/configuration.md\n\n${parts.join('\n')}`;
}

function sections(): readonly Section[] {
  const seen = new Set<string>();
  const unseen = (settings: SettingsDeclaration): SettingsDeclaration =>
    Object.fromEntries(
      Object.entries(settings).filter(([name]) => {
        if (seen.has(name)) return false;
        seen.add(name);
        return true;
      }),
    );
  const counts = new Map<string, number>();
  for (const vendor of VENDORS) {
    for (const name of Object.keys(vendor.settings)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const shared = Object.assign(
    {},
    ...VENDORS.map(({ settings }) => settings),
  ) as SettingsDeclaration;
  return [
    { title: 'Providers and their order', settings: unseen(ORDER_SETTINGS) },
    {
      title: 'What all language models share',
      settings: unseen(
        Object.fromEntries(Object.entries(shared).filter(([name]) => counts.get(name)! > 1)),
      ),
    },
    ...VENDORS.map(({ label, settings }) => ({ title: label, settings: unseen(settings) })),
    { title: 'Who may use it', settings: unseen(AUTH_SETTINGS) },
    { title: 'What is kept', settings: unseen(STORAGE_SETTINGS) },
    { title: 'Log files, traces and error reports', settings: unseen(LOG_SETTINGS) },
    { title: 'The relay', settings: unseen(CORE_SETTINGS) },
  ].filter(({ settings }) => Object.keys(settings).length > 0);
}

function shown(fallback: string | undefined): string {
  if (fallback === undefined) return '–';
  return fallback.includes(' ') ? fallback : `\`${fallback}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function plain(text: string): string {
  return text.replaceAll('`', '');
}
