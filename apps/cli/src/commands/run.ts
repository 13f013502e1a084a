import { defineCommand } from '../command.js';
import { connect, connectionOptions } from '../connection.js';
import { checkLocalFile, parseFileCopy, uploadFile } from '../copy-file.js';
import { onInterrupt } from '../interrupt.js';
import { programOptions, programRequest, runLive } from '../program-command.js';
import { printPolicyWarning, spawnOptions, spawnRequest } from '../spawn-options.js';

/** How long an interrupted command still waits for the sandbox that it asked for, to destroy it. */
const SPAWN_PATIENCE_MS = 10_000;

export const runCommand = defineCommand({
  command: 'run [words..]',
  describe: 'Run a program in a sandbox of its own: spawn, copy files in, run live, destroy',
  builder: (yargs) =>
    programOptions(spawnOptions(connectionOptions(yargs)))
      .option('file', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [] as string[],
        describe: 'LOCAL[:/workspace/PATH] to copy in first; repeatable',
      })
      .positional('words', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: 'Program and arguments, after --',
      })
      .example('stacyvm run --file job.py -- python3 job.py', 'run a local script'),
  handler: async (args) => {
    const copies = args.file.map(parseFileCopy);
    const request = await programRequest(args);
    await Promise.all(copies.map(checkLocalFile));
    const client = connect(args);
    const interrupt = onInterrupt();
    let sandboxId: string | undefined;
    try {
      // Given up at once, its answer could be on the way already: nobody would know of the sandbox then.
      sandboxId = (
        await client.spawn(spawnRequest(args), {
          signal: interrupt.signalAfter(SPAWN_PATIENCE_MS),
          onPolicyWarning: printPolicyWarning,
        })
      ).id;
      interrupt.signal.throwIfAborted();
      for (const copy of copies) await uploadFile(client, sandboxId, copy, interrupt.signal);
      process.exitCode = await runLive(client, sandboxId, request, interrupt.signal);
    } catch (error) {
      const exitCode = interrupt.exitCode();
      if (exitCode === undefined) throw error;
      process.exitCode = exitCode;
    } finally {
      // A control plane whose caller goes away while it spawns destroys the sandbox itself.
      if (sandboxId !== undefined) await client.destroy(sandboxId);
      interrupt.release();
    }
  },
});
