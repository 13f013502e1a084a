import type { operations } from './generated/contract.js';
import { openApiDocument } from './generated/document.js';

export type OperationId = keyof operations;

/** One route of the contract. */
export interface Operation {
  readonly id: OperationId;
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch';
  /** In the contract's form, such as `/sandboxes/{id}`, without the `/api/v1` in front. */
  readonly path: string;
  /** What a caller needs, such as `read:*`; `public` needs nothing. */
  readonly scope: string;
  /** It shows the whole fleet, so callers who belong to a tenant may not have it (`x-platform-only`). */
  readonly platformOnly: boolean;
  /** `control-plane`, or `worker-rpc` for the worker protocol's own endpoint. */
  readonly servedBy: string;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/**
 * Every operation of the contract.
 *
 * @throws Error when an operation has no id or no scope: such a contract must not be served
 */
export function listOperations(document: unknown = openApiDocument): readonly Operation[] {
  const { paths } = document as { paths: Record<string, Record<string, Record<string, unknown>>> };
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      const { operationId: id, 'x-scope': scope, 'x-served-by': servedBy = 'control-plane' } = operation;
      const platformOnly = operation['x-platform-only'] === true;
      if (typeof id !== 'string') throw new Error(`${method} ${path} has no operationId`);
      if (typeof scope !== 'string' || scope === '') throw new Error(`${method} ${path} has no x-scope`);
      return [{ id: id as OperationId, method, path, scope, platformOnly, servedBy: String(servedBy) }];
    }),
  );
}
