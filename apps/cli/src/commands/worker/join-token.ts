import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { given } from '../../given.js';
import { writeToldOnce } from '../../new-file.js';
import { collect, formatOption, localTime, print, printJson, table } from '../../output.js';

const createCommand = defineCommand({
  command: 'create',
  describe: 'Make a token with which one worker can join once; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .option('worker-id', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'The one worker that may use it',
      })
      .option('ttl', {
        type: 'string',
        requiresArg: true,
        describe: 'How long it can be used; 10m unless told, at most 24h',
      })
      .option('pool', { type: 'string', requiresArg: true, describe: 'The pool that the worker joins' })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Write the token to this new file, readable by its owner only',
      })
      .example(
        'stacyvm worker join-token create --worker-id worker-a --out worker-a.join',
        'for one new host',
      ),
  handler: async (args) => {
    const client = connect(args);
    const create = () =>
      client.workerIdentity.createJoinToken({
        worker_id: args.workerId,
        ...given({ ttl: args.ttl, pool: args.pool }),
      });
    const created = await writeToldOnce(
      args.out,
      create,
      ({ token }) => `${token}\n`,
      ({ id }) => `the join token is lost, delete ${id} and make another`,
    );
    const { token, ...rest } = created;
    if (args.format === 'json')
      return printJson(args.out === undefined ? created : { ...rest, file: args.out });
    if (args.out === undefined) print(token);
    process.stderr.write(
      `${created.id} for ${created.worker_id} must be used before ${localTime(created.expires_at)}\n`,
    );
  },
});

const listCommand = defineCommand({
  command: 'list',
  aliases: ['ls'],
  describe: 'List join tokens and who tried to use them, newest first; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs)).option('worker-id', {
      type: 'string',
      describe: 'Only of this worker',
    }),
  handler: async (args) => {
    const tokens = await collect(connect(args).workerIdentity.joinTokens({ workerId: args.workerId }));
    if (args.format === 'json') return printJson(tokens);
    if (tokens.length === 0) return print('no join tokens');
    print(
      table(
        ['ID', 'WORKER', 'STATE', 'USE BEFORE', 'REDEEMED', 'REFUSED', 'LAST REFUSED FROM'],
        tokens.map((token) => [
          token.id,
          token.worker_id,
          token.state,
          localTime(token.expires_at),
          token.redeemed_at === undefined
            ? ''
            : `${localTime(token.redeemed_at)} ${token.redeemed_from ?? ''}`,
          String(token.refused_redemptions),
          token.last_refused_from ?? '',
        ]),
      ),
    );
  },
});

const deleteCommand = defineCommand({
  command: 'delete <id>',
  describe: 'Delete a join token, so that it cannot be used any more; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs)).positional('id', {
      type: 'string',
      demandOption: true,
      describe: 'Id of the join token, such as jt-…',
    }),
  handler: async (args) => {
    await connect(args).workerIdentity.deleteJoinToken(args.id);
    if (args.format === 'json') printJson({ id: args.id, status: 'deleted' });
    else print(`${args.id} deleted`);
  },
});

export const joinTokenCommand = defineCommand({
  command: 'join-token',
  describe: 'Make, list and delete the tokens with which workers join',
  builder: (yargs) =>
    yargs
      .command(createCommand)
      .command(listCommand)
      .command(deleteCommand)
      .demandCommand(1, 'stacyvm worker join-token takes create, list or delete.'),
  handler: async () => undefined,
});
