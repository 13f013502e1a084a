import type { TenantMember, TenantMemberRole } from '@stacyvm/api';
import type { Argv } from 'yargs';
import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { collect, formatOption, localTime, print, printJson, table } from '../../output.js';
import { tenantsOf } from '../../tenant-administration.js';

const ROLES: readonly TenantMemberRole[] = ['viewer', 'operator', 'admin'];

const ofTenant = <T>(yargs: Argv<T>) =>
  formatOption(connectionOptions(yargs)).positional('id', {
    type: 'string',
    demandOption: true,
    describe: 'Id of the tenant',
  });

const ofUser = <T>(yargs: Argv<T>) =>
  ofTenant(yargs).positional('user', {
    type: 'string',
    demandOption: true,
    describe: 'The sub of the token; of a provider that has a name, NAME:SUB',
  });

const memberListCommand = defineCommand({
  command: 'list <id>',
  aliases: ['ls'],
  describe: 'List the members of a tenant, oldest first',
  builder: (yargs) => ofTenant(yargs),
  handler: async (args) => {
    const members = await collect(tenantsOf(args).members.list(args.id));
    if (args.format === 'json') return printJson(members);
    if (members.length === 0) return print('no members');
    const row = ({ user_id, role, updated_at }: TenantMember) => [user_id, role, localTime(updated_at)];
    print(table(['USER', 'ROLE', 'SINCE'], members.map(row)));
  },
});

const memberSetCommand = defineCommand({
  command: 'set <id> <user> <role>',
  describe: 'Add a member to a tenant, or give it another role',
  builder: (yargs) =>
    ofUser(yargs).positional('role', {
      choices: ROLES,
      demandOption: true,
      describe: 'What it may do there',
    }),
  handler: async (args) => {
    const member = await tenantsOf(args).members.set(args.id, args.user, args.role);
    if (args.format === 'json') printJson(member);
    else print(`${member.user_id} is ${member.role} of ${member.tenant_id}`);
  },
});

const memberRemoveCommand = defineCommand({
  command: 'remove <id> <user>',
  aliases: ['rm'],
  describe: 'Remove a member from a tenant',
  builder: (yargs) => ofUser(yargs),
  handler: async (args) => {
    await tenantsOf(args).members.remove(args.id, args.user);
    if (args.format === 'json') printJson({ tenant_id: args.id, user_id: args.user, status: 'removed' });
    else print(`${args.user} is no member of ${args.id} any more`);
  },
});

/** What stands below the words `tenant member`. */
export const memberCommand = defineCommand({
  command: 'member',
  describe: 'List, set and remove the members of a tenant; also for its own administrators',
  builder: (yargs) =>
    yargs
      .command(memberListCommand)
      .command(memberSetCommand)
      .command(memberRemoveCommand)
      .demandCommand(
        1,
        'stacyvm tenant member takes a word: list, set or remove; stacyvm tenant member --help',
      ),
  handler: async () => undefined,
});
