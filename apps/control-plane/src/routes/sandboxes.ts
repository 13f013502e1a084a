import type { components } from '@stacyvm/api';
import type { Logger } from '@stacyvm/logging';
import type { Orchestrator } from '@stacyvm/orchestrator';
import { contextOf } from '../request-context.js';
import { sandboxJson } from '../wire.js';
import { type Handlers, handle, pageOf, pathParameter, sendPage } from './handler.js';

export type SandboxOperation =
  | 'spawnSandbox'
  | 'listSandboxes'
  | 'getSandbox'
  | 'destroySandbox'
  | 'getSandboxLogs';

export function sandboxHandlers(
  orchestrator: Orchestrator,
  logger: Pick<Logger, 'warn'>,
): Handlers<SandboxOperation> {
  /** A caller who goes away before the answer is out does not know the id of the sandbox. */
  const destroyUnheardOf = (id: string, gone: AbortSignal): void => {
    const destroy = (): void => {
      orchestrator
        .destroy(id)
        .catch((error: unknown) =>
          logger.warn('a sandbox nobody knows of lives on', { sandbox_id: id, error }),
        );
    };
    if (gone.aborted) destroy();
    else gone.addEventListener('abort', destroy, { once: true });
  };

  return {
    spawnSandbox: handle(async (request, response) => {
      const body = request.body as components['schemas']['SpawnRequest'];
      const { requestId, signal, principal } = contextOf(request);
      const warnings: string[] = [];
      const sandbox = await orchestrator.spawn(
        {
          image: body.image,
          provider: body.provider,
          memoryMb: body.memory_mb,
          vcpus: body.vcpus,
          ttl: body.ttl,
          template: body.template,
          networkMode: body.network_mode,
          ownerId: request.get('X-User-ID') ?? body.owner_id,
          // A key is shared by many owners; a token is of one person or program.
          callerId: principal?.kind === 'oidc' ? principal.id : undefined,
          metadata: body.metadata,
          requirements: body.requirements,
        },
        signal,
        { requestId, onPolicyWarning: (message) => void warnings.push(message) },
      );
      destroyUnheardOf(sandbox.id, signal);
      if (warnings.length > 0) response.setHeader('X-Policy-Warning', warnings.join('; '));
      response
        .status(201)
        .setHeader('Location', `/api/v1/sandboxes/${sandbox.id}`)
        .json(sandboxJson(sandbox));
    }),

    listSandboxes: handle(async (request, response) => {
      const { items, nextCursor } = await orchestrator.list(pageOf(request));
      sendPage(response, items.map(sandboxJson), nextCursor);
    }),

    getSandbox: handle(async (request, response) => {
      response.json(sandboxJson(await orchestrator.get(pathParameter(request, 'id'))));
    }),

    destroySandbox: handle(async (request, response) => {
      await orchestrator.destroy(pathParameter(request, 'id'));
      response.json({ status: 'destroyed' });
    }),

    getSandboxLogs: handle(async (request, response) => {
      const lines = Number(request.query['lines'] ?? 100);
      response.json(await orchestrator.logs(pathParameter(request, 'id'), lines));
    }),
  };
}
