import { basename, posix } from 'node:path';
import { defineCommand } from '../command.js';
import { connect, connectionOptions } from '../connection.js';
import { checkLocalFile, downloadFile, localTarget, uploadFile } from '../copy-file.js';
import { CommandFailure } from '../failure.js';
import { onInterrupt } from '../interrupt.js';
import { notice } from '../output.js';

/** `SANDBOX:PATH`. What begins with `/` or `.` is a local path, whatever it has in it. */
const IN_SANDBOX = /^([a-z0-9][a-z0-9-]{0,63}):(.+)$/s;

export const cpCommand = defineCommand({
  command: 'cp <source> <target>',
  describe: 'Copy a file into a sandbox or out of it; one of the two is SANDBOX:PATH',
  builder: (yargs) =>
    connectionOptions(yargs)
      .positional('source', { type: 'string', demandOption: true, describe: 'LOCAL or SANDBOX:PATH' })
      .positional('target', { type: 'string', demandOption: true, describe: 'SANDBOX:PATH or LOCAL' })
      .example('stacyvm cp data.csv sb-…:/workspace/', 'copy a file in, under its name')
      .example('stacyvm cp sb-…:result.json .', 'copy a file of /workspace out'),
  handler: async (args) => {
    const [source, target] = [inSandbox(args.source), inSandbox(args.target)];
    if ((source === undefined) === (target === undefined)) {
      throw new CommandFailure(
        'one of the two must be SANDBOX:PATH and the other a local file (./NAME, if it has a colon)',
        2,
      );
    }
    const interrupt = onInterrupt();
    const { signal } = interrupt;
    try {
      if (target !== undefined) {
        const local = args.source;
        await checkLocalFile({ local });
        const path = target.path.endsWith('/') ? `${target.path}${basename(local)}` : target.path;
        const size = await uploadFile(connect(args), target.id, { local, target: path }, signal);
        notice(`${local} -> ${target.id}:${path} (${size} bytes)`);
      } else if (source !== undefined) {
        const local = await localTarget(args.target, posix.basename(source.path));
        const size = await downloadFile(connect(args), source.id, source.path, local, signal);
        notice(`${source.id}:${source.path} -> ${local} (${size} bytes)`);
      }
    } catch (error) {
      const exitCode = interrupt.exitCode();
      if (exitCode === undefined) throw error;
      process.exitCode = exitCode;
    } finally {
      interrupt.release();
    }
  },
});

function inSandbox(text: string): { readonly id: string; readonly path: string } | undefined {
  const [, id, path] = IN_SANDBOX.exec(text) ?? [];
  return id === undefined || path === undefined ? undefined : { id, path };
}
