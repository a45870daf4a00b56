import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { RIG_RECORDING_ARGUMENTS, ROOM_HZ, RoomRecording } from './room-recording.ts';

const READY_DEADLINE_MS = 10_000;
const COMMAND_DEADLINE_MS = 5_000;
const STOP_DEADLINE_MS = 3_000;
const POLL_MS = 50;
/** Beyond the length of what is played: opening the stream, and playing what is buffered. */
const PLAY_SLACK_MS = 5_000;
/** Samples are handed over in time, and a late thread does not show. */
const PLAY_LATENCY_MS = 60;

/** How much of the speaker the room's microphone hears. */
export interface RoomEcho {
  /** As it is set, 0 or less; what arrives differs by a few dB: measure it. */
  readonly levelDb: number;
  /** From the speaker to the microphone, at least about 20 ms. */
  readonly delayMs: number;
}

/**
 * A room without sound cards: a PulseAudio server of its own, in which a browser's speaker is one
 * pair of channels and the room another, all on one clock.
 *
 * | channel | holds |
 * | --- | --- |
 * | 0, 1 | the speaker |
 * | 2 | the room: the person and, if set, the echo of the speaker. The microphone hears this |
 * | 3 | the person alone |
 *
 * A program in `environment` finds the speaker and the microphone as its default devices.
 */
export interface AudioRig extends AsyncDisposable {
  /** For a program that is to live in this room; to be added to its own. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * A person speaks into the room.
   *
   * @param samples - PCM16, mono
   * @returns once all was played
   */
  play(samples: Int16Array, rateHz: number): Promise<void>;
  /** From here on the microphone hears the speaker as loud and as late; or not, which is so at first. */
  setEcho(echo: RoomEcho | 'off'): Promise<void>;
  /** Records all channels from now on. */
  record(): Promise<RoomRecording>;
}

/** What the server loads. Remapped sinks share the clock of the one that they are channels of. */
function configurationOf(socket: string): string {
  const pair = 'channels=2 channel_map=front-left,front-right remix=no';
  const mono = 'channels=1 channel_map=mono remix=no';
  return [
    `load-module module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
    'load-module module-null-sink sink_name=ears channels=4 rate=48000 format=s16le channel_map=aux0,aux1,aux2,aux3',
    `load-module module-remap-sink sink_name=speaker master=ears ${pair} master_channel_map=aux0,aux1`,
    `load-module module-remap-sink sink_name=room master=ears ${pair} master_channel_map=aux2,aux3`,
    `load-module module-remap-sink sink_name=echo master=ears ${mono} master_channel_map=aux2`,
    `load-module module-remap-source source_name=microphone master=ears.monitor ${mono} master_channel_map=aux2`,
    'set-default-sink speaker',
    'set-default-source microphone',
    '',
  ].join('\n');
}

/**
 * Starts the room. Needs the programs of Debian's packages `pulseaudio` and `pulseaudio-utils`.
 *
 * @throws Error if the server does not start
 */
export async function startAudioRig(): Promise<AudioRig> {
  await using resources = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'parley-room-'));
  resources.defer(() => rmSync(folder, { recursive: true, force: true }));
  const socket = join(folder, 'native');
  const configuration = join(folder, 'room.pa');
  writeFileSync(configuration, configurationOf(socket));
  const daemon = join(folder, 'daemon.conf');
  writeFileSync(daemon, `default-sample-rate = ${ROOM_HZ}\n`);
  const environment = {
    PULSE_SERVER: `unix:${socket}`,
    PULSE_CONFIG: daemon,
    PULSE_COOKIE: join(folder, 'cookie'),
    PULSE_RUNTIME_PATH: folder,
    PULSE_STATE_PATH: folder,
    // The configuration, or bus, of the person who runs this must not matter.
    XDG_CONFIG_HOME: folder,
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
  };
  const programs = new RigPrograms({ ...process.env, ...environment });
  resources.use(programs);
  // A sound card does not wait for a busy processor.
  programs.start('pulseaudio', [
    ...['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--disallow-exit'],
    ...['--high-priority=yes', '--realtime=yes', '--log-level=error', '-F', configuration],
  ]);
  await programs.untilReady(socket);
  let echoModule: string | undefined;
  const owned = resources.move();
  return {
    environment,
    async play(samples, rateHz) {
      const lengthMs = (samples.length * 1_000) / rateHz;
      const player = programs.start('pacat', [
        ...['--playback', '--raw', '--device=room', '--format=s16le', '--channels=1'],
        ...[`--rate=${rateHz}`, `--latency-msec=${PLAY_LATENCY_MS}`],
      ]);
      player.stdin!.on('error', () => {});
      player.stdin!.end(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      await programs.untilEnded(player, lengthMs + PLAY_SLACK_MS);
    },
    async setEcho(echo) {
      if (echoModule !== undefined) await programs.command('unload-module', echoModule);
      echoModule = undefined;
      if (echo === 'off') return;
      echoModule = await programs.command(
        ...['load-module', 'module-loopback', 'source=speaker.monitor', 'sink=echo'],
        ...['source_dont_move=yes', 'sink_dont_move=yes', `latency_msec=${echo.delayMs}`],
      );
      const input = await programs.sinkInputOf(echoModule);
      await programs.command('set-sink-input-volume', input, `${echo.levelDb}dB`);
    },
    async record() {
      const recorder = programs.start('parec', RIG_RECORDING_ARGUMENTS);
      const recording = new RoomRecording(recorder.stdout!, () => recorder.kill());
      await recording.untilBegun(AbortSignal.timeout(COMMAND_DEADLINE_MS));
      return recording;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The rig's processes: what is started here lives no longer than this object. */
class RigPrograms implements AsyncDisposable {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #running = new Set<ChildProcess>();
  #complaints = '';

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  start(program: string, programArguments: readonly string[]): ChildProcess {
    const child = spawn(program, programArguments, {
      env: this.#environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    const over = () => this.#running.delete(child);
    child.once('exit', over);
    child.once('error', (error) => {
      this.#complaints += `${program}: ${error.message}\n`;
      over();
    });
    child.stderr.on('data', (data: Buffer) => {
      this.#complaints = (this.#complaints + data.toString()).slice(-2_000);
    });
    return child;
  }

  /** @throws Error if it fails, or takes longer */
  async untilEnded(child: ChildProcess, deadlineMs: number): Promise<void> {
    const signal = AbortSignal.timeout(deadlineMs);
    const isOver = child.exitCode !== null || child.signalCode !== null;
    try {
      if (!isOver) await once(child, 'exit', { signal });
    } catch {
      child.kill('SIGKILL');
      throw new Error(`${child.spawnfile} did not end in ${deadlineMs} ms. ${this.#complaints}`);
    }
    if (child.exitCode !== 0) {
      throw new Error(`${child.spawnfile} failed (${child.exitCode}). ${this.#complaints}`);
    }
  }

  /** Runs `pactl`. @returns what it printed */
  async command(...words: readonly string[]): Promise<string> {
    const child = this.start('pactl', words);
    const printed = text(child.stdout!);
    await this.untilEnded(child, COMMAND_DEADLINE_MS);
    return (await printed).trim();
  }

  async sinkInputOf(module: string): Promise<string> {
    const inputs = JSON.parse(await this.command('-f', 'json', 'list', 'sink-inputs')) as readonly {
      readonly index: number;
      readonly owner_module: number | string;
    }[];
    const input = inputs.find(({ owner_module: owner }) => String(owner) === module);
    if (input === undefined) throw new Error(`Module ${module} plays nothing.`);
    return String(input.index);
  }

  async untilReady(socket: string): Promise<void> {
    const deadlineMs = performance.now() + READY_DEADLINE_MS;
    while (performance.now() < deadlineMs) {
      if (existsSync(socket)) {
        const sinks = await this.command('list', 'short', 'sources').catch(() => '');
        if (sinks.includes('microphone')) return;
      }
      await delay(POLL_MS);
    }
    throw new Error(`PulseAudio did not start. ${this.#complaints}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.#running].map(async (child) => {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        const force = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
        await ended.finally(() => clearTimeout(force));
      }),
    );
  }
}
