import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { createApiClient } from '@stacyvm/api';
import { defineCommand } from '../command.js';
import { createLogPrinter } from '../dev/log-printer.js';
import { portOrFree } from '../dev/port.js';
import { describeProof, proveSystem } from '../dev/proof.js';
import { CommandFailure } from '../failure.js';
import { onInterrupt } from '../interrupt.js';
import { print } from '../output.js';

const DEFAULT_PORT = 7423;

export const devCommand = defineCommand({
  command: 'dev',
  describe: 'Run a whole system here: Postgres, a control plane and a worker, in one directory',
  builder: (yargs) =>
    yargs
      .option('data-dir', {
        type: 'string',
        default: '.stacyvm',
        describe: 'Directory for everything, secrets included',
      })
      .option('port', {
        type: 'number',
        describe: `Port of the control plane; ${DEFAULT_PORT}, or a free one when that is taken`,
      })
      .option('prove', {
        type: 'boolean',
        default: false,
        describe: 'Show that it works: run a program in a sandbox',
      })
      .option('once', { type: 'boolean', default: false, describe: 'Prove it, stop, and exit with 0 or 1' }),
  handler: async (args) => {
    if (args.port !== undefined && !(Number.isInteger(args.port) && args.port > 0 && args.port < 65_536)) {
      throw new CommandFailure('--port must be a number from 1 to 65535', 2);
    }
    const { prepareDataDirectory, refuseSecondStart } = await import('../dev/data-directory.js');
    const { createDevSystem } = await import('../dev/system.js');
    await refuseSecondStart(args.dataDir);
    const interrupt = onInterrupt();
    const port = args.port ?? (await portOrFree(DEFAULT_PORT));
    if (args.port === undefined && port !== DEFAULT_PORT)
      print(`Port ${DEFAULT_PORT} is taken; using ${port}.`);
    const directory = prepareDataDirectory(args.dataDir, port);
    const url = `http://127.0.0.1:${port}`;
    const proving = args.prove || args.once;
    const printer = createLogPrinter({
      write: (line) => process.stderr.write(`${line}\n`),
      showAll: !proving,
    });
    if (proving) print('Starting Postgres, a control plane and a worker …');
    const system = createDevSystem(directory, printer);
    try {
      const client = createApiClient({
        baseUrl: url,
        apiKey: readFileSync(directory.apiKeyFile, 'utf8').trim(),
      });
      await system.start(client, interrupt.signal);
      if (proving) print(describeProof(await proveSystem(client, port, interrupt.signal)));
      if (args.once) return;
      print(nextSteps(url, relative(process.cwd(), directory.apiKeyFile) || directory.apiKeyFile));
      printer.showAll();
      await untilEnd(system.failed, interrupt.signal);
    } catch (error) {
      if (!interrupt.signal.aborted) throw error;
    } finally {
      await system.stop();
      interrupt.release();
    }
  },
});

function nextSteps(url: string, keyFile: string): string {
  const options = `--server ${url} --api-key-file ${keyFile}`;
  return `
StacyVM is up at ${url}; the API key is in ${keyFile}. Try:
  npx stacyvm run ${options} -- sh -c 'echo hello from $(hostname)'
  npx stacyvm list ${options}
  sed 's/^/X-API-Key: /' ${keyFile} | curl -H @- ${url}/api/v1/workers
Ctrl-C stops it.
`;
}

async function untilEnd(failed: Promise<never>, signal: AbortSignal): Promise<void> {
  const interrupted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([failed, interrupted]);
}
