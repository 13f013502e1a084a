import type { OperationId } from '@stacyvm/api';
import { type AsAdmin, newName, type Row } from './row.js';

const byPath = ({ file }: { readonly file: string }) => `?path=${file}`;

const newSandbox = async (asAdmin: AsAdmin) => ({
  sandbox: String((await asAdmin('/sandboxes', { body: { provider: 'mock' } })).body['id']),
});

/** In the sandbox that the caller is going to ask for, whosesoever it is. */
const newFile = async (asAdmin: AsAdmin, { sandbox }: { readonly sandbox: string }) => {
  const file = `/workspace/${newName('file')}`;
  await asAdmin(`/sandboxes/${sandbox}/files`, { body: { path: file, content: 'x' } });
  return { file };
};

/** Sandboxes, their files and their events. */
export const sandboxRows = {
  spawnSandbox: {
    needs: 'api:*',
    status: 201,
    body: () => ({ provider: 'mock', ttl: '5m' }),
    after: (asAdmin, { body }) => asAdmin(`/sandboxes/${body['id']}`, { method: 'DELETE' }),
  },
  listSandboxes: { needs: 'read:*' },
  getSandbox: { needs: 'read:*', id: 'sandbox' },
  destroySandbox: { needs: 'api:*', id: 'sandbox', fresh: newSandbox },
  extendSandbox: { needs: 'api:*', id: 'sandbox', body: () => ({ ttl: '1h' }) },
  execInSandbox: { needs: 'api:*', id: 'sandbox', body: () => ({ command: 'true' }) },
  getSandboxLogs: { needs: 'read:*', id: 'sandbox' },
  readFile: { needs: 'read:*', id: 'sandbox', query: byPath },
  uploadFile: {
    needs: 'api:*',
    id: 'sandbox',
    query: '?path=/workspace/uploaded',
    body: () => 'x',
    headers: { 'Content-Type': 'application/octet-stream' },
  },
  writeFile: {
    needs: 'api:*',
    id: 'sandbox',
    body: () => ({ path: '/workspace/written', content: 'x' }),
  },
  deleteFile: { needs: 'api:*', id: 'sandbox', query: byPath, fresh: newFile },
  listFiles: { needs: 'read:*', id: 'sandbox', query: '?path=/workspace' },
  statFile: { needs: 'read:*', id: 'sandbox', query: byPath },
  globFiles: { needs: 'read:*', id: 'sandbox', query: '?pattern=/workspace/*' },
  moveFile: {
    needs: 'api:*',
    id: 'sandbox',
    body: ({ file }) => ({ old_path: file, new_path: `${file}-moved` }),
    fresh: newFile,
  },
  chmodFile: { needs: 'api:*', id: 'sandbox', body: ({ file }) => ({ path: file, mode: '0644' }) },
  streamEvents: { needs: 'read:*', query: '?follow=false' },
} as const satisfies Partial<Record<OperationId, Row>>;
