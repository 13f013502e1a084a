import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { entryOf } from '../system.js';

export interface ProgramOptions {
  readonly name: string;
  readonly app: 'control-plane' | 'worker';
  readonly configFile: string;
  /** What to write before its command, such as to run it in another network. */
  readonly enter?: readonly string[] | undefined;
  /** What it logs when its start is over. */
  readonly startedMessage: string;
  /** Asked at every start: how far its clock is off. */
  readonly clockOffsetMs: () => number;
  /** Told of every end that nobody asked for. */
  readonly onCrash: (crash: ProgramCrash) => void;
}

export interface ProgramCrash {
  readonly name: string;
  /** Ended while it started, which it may, where it cannot reach what it needs. */
  readonly whileStarting: boolean;
  readonly exit: string;
  readonly lastLines: string;
}

/** A program of the system that is started again whenever it ends, as an operator's supervisor does. */
export interface SupervisedProgram {
  readonly name: string;
  /** When it was killed, by `performance.now()`. */
  readonly deaths: readonly number[];
  /** Whether it runs, and its start is over. */
  isUp(): boolean;
  start(): void;
  /** SIGKILL; it is started again after this long. */
  kill(restartAfterMs: number): Promise<void>;
  /** SIGSTOP, and SIGCONT after this long. */
  pause(ms: number): Promise<void>;
  /** SIGTERM, for good. Tells the exit code, or the signal that ended it. */
  stop(): Promise<string>;
  log(): string;
}

const SKEWED_CLOCK = new URL('./skewed-clock.mjs', import.meta.url).href;
const CRASH_RESTART_MS = 300;
const STOP_TIMEOUT_MS = 20_000;
const MAX_LOG_CHARACTERS = 16 * 1024 * 1024;

export function superviseProgram(options: ProgramOptions): SupervisedProgram {
  const { name } = options;
  const deaths: number[] = [];
  const killed = new WeakSet<ChildProcess>();
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let stopping = false;
  let log = '';
  /** The process whose start is over. */
  let started: ChildProcess | undefined;

  function start(): void {
    if (stopping) return;
    let said = '';
    const node = [process.execPath, '--import', SKEWED_CLOCK];
    const command = [...(options.enter ?? []), ...node, entryOf(options.app), '--config', options.configFile];
    const program = spawn(command[0]!, command.slice(1), {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: '/nonexistent',
        STACYVM_FAULTS_CLOCK_OFFSET_MS: String(options.clockOffsetMs()),
      },
    });
    child = program;
    program.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (log.length < MAX_LOG_CHARACTERS) log += text;
      if (started === program) return;
      said += text;
      if (said.includes(options.startedMessage)) started = program;
    });
    program.on('exit', (code, signal) => {
      if (stopping || killed.has(program)) return;
      options.onCrash({
        name,
        whileStarting: started !== program,
        exit: String(signal ?? code),
        lastLines: log.split('\n').slice(-4).join('\n'),
      });
      startAfter(CRASH_RESTART_MS);
    });
  }

  function startAfter(ms: number): void {
    clearTimeout(restart);
    restart = setTimeout(start, ms);
  }

  return {
    name,
    deaths,
    isUp: () => child !== undefined && child === started && !hasEnded(child),
    start,
    log: () => log,
    async kill(restartAfterMs) {
      const program = child;
      if (program === undefined || hasEnded(program)) return;
      killed.add(program);
      const ended = once(program, 'exit');
      deaths.push(performance.now());
      program.kill('SIGKILL');
      await ended;
      startAfter(restartAfterMs);
    },
    async pause(ms) {
      const program = child;
      if (program === undefined || hasEnded(program)) return;
      program.kill('SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, ms));
      program.kill('SIGCONT');
    },
    async stop() {
      stopping = true;
      clearTimeout(restart);
      const program = child;
      if (program === undefined) return 'never started';
      if (!hasEnded(program)) {
        const ended = once(program, 'exit');
        program.kill('SIGCONT');
        program.kill('SIGTERM');
        const timer = setTimeout(() => program.kill('SIGKILL'), STOP_TIMEOUT_MS);
        await ended;
        clearTimeout(timer);
      }
      return String(program.signalCode ?? program.exitCode);
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
