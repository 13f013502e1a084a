import { readFileSync } from 'node:fs';
import { ConfigError } from './errors.js';

/** What a program does between its start and its end. */
export interface RunningProgram {
  /** Ends everything in an orderly way. */
  stop(): Promise<void>;
  /** Reads the settings again, on SIGHUP. */
  reload?(): void;
}

export interface ProgramHost {
  readonly on: (event: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'disconnect', listener: () => void) => unknown;
  readonly exit: (code: number) => void;
  readonly printError: (text: string) => void;
}

const PROCESS: ProgramHost = {
  on: (event, listener) => process.on(event, listener),
  exit: (code) => process.exit(code),
  printError: (text) => {
    process.stderr.write(`${text}\n`);
  },
};

/** One Ctrl-C reaches a program from the terminal and again from the programs above it. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Runs a program until SIGTERM, SIGINT or the end of the process that started it, and exits: 0 after an orderly stop,
 * 1 after a failure, 2 when it was called wrongly. A later second signal ends it at once.
 */
export async function runProgram(
  start: () => Promise<RunningProgram | undefined>,
  host: ProgramHost = PROCESS,
): Promise<void> {
  let program: RunningProgram | undefined;
  let stoppingSince: number | undefined;
  const stop = (): void => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > SAME_SIGNAL_MS) host.exit(1);
      return;
    }
    stoppingSince = performance.now();
    void end();
  };
  const end = async (): Promise<void> => {
    try {
      await starting;
      await program?.stop();
      host.exit(0);
    } catch (error) {
      host.printError(`stopping failed: ${messageOf(error)}`);
      host.exit(1);
    }
  };
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) host.on(event, stop);

  host.on('SIGHUP', () => program?.reload?.());

  const starting = start().then((started) => {
    program = started;
  });
  try {
    await starting;
    if (program === undefined) host.exit(0);
  } catch (error) {
    host.printError(messageOf(error));
    host.exit(error instanceof ConfigError && error.problems.some(({ key }) => key === 'arguments') ? 2 : 1);
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { syscall, code = '' } = error as NodeJS.ErrnoException;
  const advice = syscall === 'listen' ? LISTEN_ADVICE[code] : undefined;
  return advice === undefined ? error.message : `${error.message}; ${advice}`;
}

/** What Node says when a port cannot be had is no more than the code. */
const LISTEN_ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program listens there: stop it, or set server.port or worker.listen_addr to what is free; stacyvm doctor tells whether it is one of ours',
  EADDRNOTAVAIL: 'this host has no such address: set server.host or worker.listen_addr to one that it has',
  EACCES: 'ports below 1024 are not for everybody: choose another, or give the program CAP_NET_BIND_SERVICE',
};

/** The version of the package whose built module is asking. @param moduleUrl `import.meta.url` of a file in `dist/` */
export function packageVersion(moduleUrl: string): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', moduleUrl), 'utf8')) as {
    version: string;
  };
  return version;
}
