import type { Argv } from 'yargs';
import { defineCommand } from '../../command.js';
import { CommandFailure } from '../../failure.js';
import { credentialsCommand } from '../worker/credentials.js';
import {
  cordonCommand,
  drainCommand,
  removeCommand,
  uncordonCommand,
  undrainCommand,
} from '../worker/duties.js';
import { joinTokenCommand } from '../worker/join-token.js';
import { keysCommand } from '../worker/keys.js';
import { listWorkersCommand } from '../worker/list.js';
import { revocationsCommand, unrevokeCommand } from '../worker/revocations.js';
import { conformanceCommand } from './conformance.js';
import { conformanceResponderCommand } from './conformance-responder.js';
import { deriveKeyCommand } from './derive-key.js';
import { inspectCommand } from './inspect.js';
import { issueCommand } from './issue.js';
import { revokeCommand } from './revoke.js';
import { rotationPlanCommand } from './rotation-plan.js';
import { verifyCommand } from './verify.js';

const tokenCommand = defineCommand({
  command: 'token',
  describe: 'Issue, inspect and verify worker tokens, and handle their keys',
  builder: (yargs) =>
    yargs
      .command(issueCommand)
      .command(inspectCommand)
      .command(verifyCommand)
      .command(deriveKeyCommand)
      .command(revokeCommand)
      .command(rotationPlanCommand)
      .command(conformanceCommand)
      .command(conformanceResponderCommand)
      .fail(failWithoutQuoting),
  handler: async () => undefined,
});

/** What stands below the word `worker`; the program that it starts otherwise reads its own options. */
export const workerCommand = defineCommand({
  command: 'worker',
  describe: 'Run a worker; stacyvm worker --help lists its options, stacyvm worker token --help its tokens',
  builder: (yargs: Argv) =>
    yargs
      .command(listWorkersCommand)
      .command(cordonCommand)
      .command(uncordonCommand)
      .command(drainCommand)
      .command(undrainCommand)
      .command(removeCommand)
      .command(tokenCommand)
      .command(joinTokenCommand)
      .command(credentialsCommand)
      .command(keysCommand)
      .command(revocationsCommand)
      .command(unrevokeCommand)
      .demandCommand(1, 'stacyvm worker takes options, or a word such as token; stacyvm worker token --help'),
  handler: async () => undefined,
});

/**
 * A stray argument can be a token or a key, so it is not repeated; a name that may be a mistyped option is. A letter is none: a key
 * that begins with - is taken for one option a letter.
 */
function failWithoutQuoting(message: string, error: Error | undefined): never {
  if (error !== undefined) throw error;
  const [, stray] = /^Unknown arguments?: (.*)$/s.exec(message) ?? [];
  if (stray === undefined) throw new CommandFailure(message, 2);
  const names = stray.split(', ').filter((name) => /^[a-z][a-z-]{1,30}$/.test(name));
  throw new CommandFailure(
    names.length === 0 ? 'there is an argument too many' : `unknown option or argument: ${names.join(', ')}`,
    2,
  );
}
