import { once } from 'node:events';
import type { ApiClient, ExecRequest } from '@stacyvm/api';
import type { Argv } from 'yargs';
import { CommandFailure } from './failure.js';
import { parsePairs } from './pairs.js';

export interface ProgramArguments {
  readonly shell: boolean;
  readonly env: readonly string[];
  readonly workdir: string | undefined;
  readonly timeout: string | undefined;
  readonly stdin: boolean;
  /** What stands before `--`. */
  readonly words: readonly string[];
  /** What stands after it. */
  readonly '--'?: unknown;
}

/** The options of commands that run a program in a sandbox. */
export function programOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('shell', { type: 'boolean', default: false, describe: 'Join the words and run them with sh -c' })
    .option('env', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'NAME=VALUE for the program; repeatable',
    })
    .option('workdir', { type: 'string', describe: 'Directory to run in; /workspace unless told' })
    .option('timeout', { type: 'string', describe: 'Kill the program after this long, such as 30s' })
    .option('stdin', {
      alias: 'i',
      type: 'boolean',
      default: false,
      describe: 'Send standard input to the program, at most 2 MiB',
    });
}

const MAX_STDIN_BYTES = 2 * 1024 * 1024;

/** The request that runs the words of the command line as the options say. */
export async function programRequest(args: ProgramArguments): Promise<ExecRequest> {
  const words = [...args.words, ...((args['--'] as readonly string[] | undefined) ?? [])].map(String);
  const [command, ...rest] = words;
  if (command === undefined || command === '')
    throw new CommandFailure('give the program to run, after --', 2);
  return {
    ...(args.shell ? { mode: 'shell', command: words.join(' ') } : { mode: 'argv', command, args: rest }),
    ...(args.env.length === 0 ? {} : { env: parsePairs('env', args.env) }),
    ...(args.workdir === undefined ? {} : { workdir: args.workdir }),
    ...(args.timeout === undefined ? {} : { timeout: args.timeout }),
    ...(args.stdin ? { stdin: (await readStdin()).toString('base64'), stdin_encoding: 'base64' } : {}),
  };
}

/** Runs a program with its output on ours, and returns its exit code. */
export async function runLive(
  client: ApiClient,
  sandboxId: string,
  request: ExecRequest,
  signal: AbortSignal,
): Promise<number> {
  const exit = await client.execStream(
    sandboxId,
    request,
    async ({ stream, data }) => {
      const target = stream === 'stdout' ? process.stdout : process.stderr;
      if (!target.write(data)) await once(target, 'drain');
    },
    { signal },
  );
  return exit.exit_code;
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > MAX_STDIN_BYTES)
      throw new CommandFailure('standard input is larger than 2 MiB; copy a file into the sandbox instead');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
