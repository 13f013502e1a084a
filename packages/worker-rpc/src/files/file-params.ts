import { presentMembers } from '../json-encoding.js';
import { SANDBOX_PROPERTIES, type SandboxParams, sandboxParams } from '../rpc-params.js';
import { type Checked, schemaCheck } from '../schema-check.js';
import type { FileParamsWire } from './file-messages.js';

/** The params of every method of files; what a request does not say is empty. */
export interface FileParams extends SandboxParams {
  readonly path: string;
  readonly mode: string;
  readonly recursive: boolean;
  readonly oldPath: string;
  readonly newPath: string;
  readonly pattern: string;
  /** Of a write in one piece. */
  readonly content: Uint8Array;
}

const PATH = { type: 'string', maxLength: 4096 };

const checkFile = schemaCheck<FileParamsWire>({
  type: 'object',
  required: ['sandbox_id'],
  properties: {
    ...SANDBOX_PROPERTIES,
    path: PATH,
    content: { type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$' },
    mode: { type: 'string', maxLength: 16 },
    recursive: { type: 'boolean' },
    old_path: PATH,
    new_path: PATH,
    pattern: PATH,
  },
});

export function parseFileParams(params: unknown): Checked<FileParams> {
  const checked = checkFile(presentMembers(params) ?? params);
  if (!checked.ok) return checked;
  const wire = checked.value;
  const content = wire.content ?? '';
  if (content.length % 4 !== 0) return { ok: false, problem: '/content must be padded base64' };
  return {
    ok: true,
    value: {
      ...sandboxParams(wire),
      path: wire.path ?? '',
      mode: wire.mode ?? '',
      recursive: wire.recursive ?? false,
      oldPath: wire.old_path ?? '',
      newPath: wire.new_path ?? '',
      pattern: wire.pattern ?? '',
      content: Buffer.from(content, 'base64'),
    },
  };
}
