import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { given } from '../../given.js';
import { writeToldOnce } from '../../new-file.js';
import { formatOption, localTime, notice, print, printJson } from '../../output.js';
import { keysOf, ownerOption } from './owner.js';

const TENANT_ROLES = ['viewer', 'api', 'operator', 'tenant_admin'] as const;
const PLATFORM_ROLES = ['viewer', 'api', 'operator', 'admin'] as const;

export const createKeyCommand = defineCommand({
  command: 'create',
  describe: 'Make an API key of a tenant, also by its administrators, or of the platform; it is shown once',
  builder: (yargs) =>
    ownerOption(formatOption(connectionOptions(yargs)))
      .option('name', { type: 'string', demandOption: true, requiresArg: true, describe: 'What it is for' })
      .option('role', {
        choices: ['viewer', 'api', 'operator', 'tenant_admin', 'admin'] as const,
        demandOption: true,
        describe: 'What it may do; tenant_admin is of tenants, admin of the platform',
      })
      .option('ttl', {
        type: 'string',
        requiresArg: true,
        describe: 'How long it can be used, such as 2160h; without it, until it is revoked',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Write the key to this new file, readable by its owner only',
      })
      .example('stacyvm apikey create --tenant tn-… --name ci --role api --out ci.key', 'for a program'),
  handler: async ({ name, role, ttl, out, ...args }) => {
    const { owner, people } = keysOf(args);
    const wanted = { name, ...given({ ttl }) };
    const create = async () =>
      owner === undefined
        ? people.createPlatformKey({ ...wanted, role: roleOf(role, PLATFORM_ROLES, 'of the platform') })
        : people.createTenantKey(owner, { ...wanted, role: roleOf(role, TENANT_ROLES, 'of a tenant') });
    const created = await writeToldOnce(
      out,
      create,
      ({ key }) => `${key}\n`,
      ({ id }) => `the key is lost, revoke ${id} and make another`,
    );
    const { key, ...facts } = created;
    if (args.format === 'json') return printJson(out === undefined ? created : { ...facts, file: out });
    if (out === undefined) print(key);
    const end =
      facts.expires_at === undefined ? 'until it is revoked' : `until ${localTime(facts.expires_at)}`;
    notice(`${facts.id}, role ${facts.role}, can be used ${end}`);
  },
});

function roleOf<Role extends string>(role: string, roles: readonly Role[], whose: string): Role {
  const found = roles.find((each) => each === role);
  if (found !== undefined) return found;
  throw new CommandFailure(`a key ${whose} has a role of ${roles.join(', ')}; it is ${role}`, 2);
}
