import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { defineCommand } from '../../command.js';
import { CommandFailure } from '../../failure.js';
import { writeNewFile } from '../../new-file.js';
import { formatOption, print, printJson } from '../../output.js';
import { signingKey, signingKeyOptions } from '../../worker-token/signing-key.js';
import { workerIdArgument } from '../../worker-token/token-request.js';

export const deriveKeyCommand = defineCommand({
  command: 'derive-key <worker-id>',
  describe: 'Derive the key of one worker from the master key',
  builder: (yargs) =>
    formatOption(signingKeyOptions(yargs))
      .positional('worker-id', {
        type: 'string',
        demandOption: true,
        describe: 'Worker that the key is for',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'File to write the key to, readable by its owner only; without it the key is printed',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file if it exists' })
      .example(
        'stacyvm worker token derive-key worker-a --signing-key-file master.key --out worker-a.key',
        '',
      ),
  handler: async (args) => {
    const workerId = workerIdArgument(args.workerId);
    if (args.force && args.out === undefined) throw new CommandFailure('--force goes with --out', 2);
    const key = deriveWorkerKey(await signingKey(args), workerId);
    const fingerprint = keyFingerprint(key);
    if (args.out !== undefined) await writeNewFile(args.out, `${key}\n`, { replace: args.force });
    if (args.format === 'json') {
      const place = args.out === undefined ? { key } : { file: args.out };
      printJson({ worker_id: workerId, key_fingerprint: fingerprint, ...place });
    } else if (args.out === undefined) {
      print(key);
    } else {
      print(`${args.out}: key of ${workerId}, fingerprint ${fingerprint}`);
    }
  },
});
