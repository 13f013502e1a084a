import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '@stacyvm/api';
import { generateSigningKey, readSigningKey } from '@stacyvm/audit';
import pg from 'pg';
import { type CommandResult, runCommand } from '../command.js';
import { createSystem, eventually, type System } from '../system.js';

/** A control plane that signs its audit, and what two tenants did there. */
export interface AuditedSystem {
  readonly system: System;
  /** With the admin key. */
  readonly client: ApiClient;
  /** The file of the public key that was kept away from the control plane. */
  readonly publicKeyFile: string;
  /** Runs a command with the admin key. */
  run(...args: readonly string[]): Promise<CommandResult>;
  /** Asks for a sandbox. No worker is there to run it, but the policies have decided by then. */
  spawn(image: string, tenant: string): Promise<void>;
  /** Waits until all that was recorded is signed. */
  signed(): Promise<void>;
  stop(): Promise<void>;
}

export async function startAuditedSystem(): Promise<AuditedSystem> {
  const system = await createSystem();
  const pem = generateSigningKey();
  const config = readFileSync(join(system.directory, 'control-plane-0.yaml'), 'utf8');
  system.write('audit-key', pem);
  system.write(
    'control-plane-0.yaml',
    `${config}audit: { signing_key_file: audit-key, checkpoint_interval: 1s }\n`,
  );
  const publicKeyFile = system.write('audit.pub', readSigningKey(pem).publicKeyPem);
  await system.startControlPlane();
  const { url: baseUrl, adminKey: apiKey } = system;
  const client = createApiClient({ baseUrl, apiKey });
  for (const id of ['tn-a', 'tn-b']) await client.tenants.create({ id, name: id });
  return {
    system,
    client,
    publicKeyFile,
    run: (...args) =>
      runCommand([...args, '--server', system.url, '--api-key-file', system.adminKeyFile], {
        cwd: system.directory,
      }),
    async spawn(image, tenant) {
      const ofTenant = createApiClient({ baseUrl, apiKey, ...(tenant === '' ? {} : { tenant }) });
      await ofTenant.spawn({ image, provider: 'bubblewrap' }).catch(() => undefined);
    },
    signed: () =>
      eventually(async () => {
        for await (const chain of client.audit.chains()) {
          if (chain.tenant_id !== '' && chain.checkpoint_sequence < chain.sequence) return false;
        }
        return true;
      }),
    stop: () => system.stop(),
  };
}

/** A superuser of the database, for whom no trigger and no foreign key holds. */
export async function openIntruder(system: System): Promise<pg.Client> {
  const dsn = readFileSync(join(system.directory, 'dsn'), 'utf8').trim();
  const intruder = new pg.Client({ connectionString: dsn });
  await intruder.connect();
  await intruder.query('set session_replication_role = replica');
  return intruder;
}
