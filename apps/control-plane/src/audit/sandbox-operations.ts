import type { components } from '@stacyvm/api';
import { redactText } from '@stacyvm/logging';
import type { Request } from 'express';
import type { ServedOperation } from '../contract.js';
import type { AuditedOperation } from './audited-operations.js';

type Schemas = components['schemas'];

/** What is done to sandboxes, and their files: announced before it happens. */
export const SANDBOX_OPERATIONS = {
  spawnSandbox: { action: 'sandbox.spawn', kind: 'sandbox' },
  destroySandbox: { action: 'sandbox.destroy', kind: 'sandbox' },
  extendSandbox: { action: 'sandbox.extend', kind: 'sandbox' },
  execInSandbox: { action: 'sandbox.exec', kind: 'sandbox' },
  readFile: { action: 'file.read', kind: 'sandbox' },
  uploadFile: { action: 'file.write', kind: 'sandbox' },
  writeFile: { action: 'file.write', kind: 'sandbox' },
  deleteFile: { action: 'file.delete', kind: 'sandbox' },
  moveFile: { action: 'file.move', kind: 'sandbox' },
  chmodFile: { action: 'file.chmod', kind: 'sandbox' },
} as const satisfies Partial<Record<ServedOperation, AuditedOperation>>;

export function sandboxOperation(id: string | undefined): AuditedOperation | undefined {
  return id !== undefined && Object.hasOwn(SANDBOX_OPERATIONS, id)
    ? SANDBOX_OPERATIONS[id as keyof typeof SANDBOX_OPERATIONS]
    : undefined;
}

/** Enough to recognise a command by. */
const SHOWN_COMMAND = 256;

/** What is asked for, without contents, and without what looks like a secret. */
export function sandboxDetail(id: string, request: Request): Readonly<Record<string, unknown>> {
  switch (id as keyof typeof SANDBOX_OPERATIONS) {
    case 'spawnSandbox': {
      const body = request.body as Schemas['SpawnRequest'];
      const { image, provider, memory_mb, vcpus, ttl, template, owner_id } = body;
      return present({ image, provider, memory_mb, vcpus, ttl, template, owner_id });
    }
    case 'extendSandbox': {
      const { ttl } = request.body as Schemas['ExtendRequest'];
      return { ttl };
    }
    case 'execInSandbox':
      return execDetail(request.body as Schemas['ExecRequest']);
    case 'moveFile': {
      const { old_path, new_path } = request.body as Schemas['FileMove'];
      return { old_path, new_path };
    }
    case 'writeFile':
    case 'chmodFile': {
      const { path, mode } = request.body as Partial<Schemas['FileChmod']>;
      return present({ path, mode });
    }
    default: {
      const { path, mode, recursive } = request.query;
      return present({ path, mode, recursive });
    }
  }
}

/** The command as far as it identifies what was run; of the environment the names alone. */
function execDetail({ command = '', args = [], mode, env, workdir, stdin }: Schemas['ExecRequest']) {
  const text = redactText([command, ...args].join(' ').slice(0, 4 * SHOWN_COMMAND));
  return present({
    command: text.slice(0, SHOWN_COMMAND),
    command_cut: text.length > SHOWN_COMMAND ? true : undefined,
    mode: mode === '' ? undefined : mode,
    env: env === undefined ? undefined : Object.keys(env).slice(0, 20),
    workdir,
    stdin: stdin === undefined ? undefined : true,
  });
}

function present(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
