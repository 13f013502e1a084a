import type { components } from '@stacyvm/api';
import type { Principal } from '@stacyvm/auth';
import type { Logger } from '@stacyvm/logging';
import type { Orchestrator, Sandboxes } from '@stacyvm/orchestrator';
import type { Request } from 'express';
import type { RecordDecision } from '../audit/policy-decisions.js';
import { memberIdOf } from '../callers/tenant-of-request.js';
import type { HeldAnswers } from '../held-answers.js';
import { forbidden } from '../http-errors.js';
import { contextOf, reachOf } from '../request-context.js';
import { sandboxJson } from '../wire.js';
import { answerContext } from './answer-context.js';
import { type Handlers, handle, pageOf, pathParameter, sendPage } from './handler.js';

export type SandboxOperation =
  | 'spawnSandbox'
  | 'listSandboxes'
  | 'getSandbox'
  | 'destroySandbox'
  | 'extendSandbox'
  | 'getSandboxLogs';

/**
 * For whom a sandbox is spawned. A key is shared by many owners, and names them; a token is of one person or program, who
 * would otherwise pass its own limits by, and use up those of others. Administrators of the platform act for anybody.
 *
 * @throws RequestError `owner_not_caller`
 */
function ownerOf(named: string | undefined, principal: Principal | undefined) {
  if (principal?.kind !== 'oidc') return { ownerId: named };
  const isItself = !named || memberIdOf(named) === memberIdOf(principal.id);
  if (isItself) return { callerId: principal.id };
  if (principal.scopes.includes('admin:*')) return { ownerId: named };
  throw forbidden(
    'owner_not_caller',
    'X-User-ID, owner_id: whoever has a token spawns for itself; a key may name others',
  );
}

export function sandboxHandlers(
  orchestrator: Pick<Orchestrator, 'within'>,
  logger: Pick<Logger, 'warn'>,
  recordDecision: RecordDecision,
  answers: Pick<HeldAnswers, 'reserveFor'>,
): Handlers<SandboxOperation> {
  const sandboxesFor = (request: Request): Sandboxes => orchestrator.within(reachOf(request));

  /** A caller who goes away before the answer is out does not know the id of the sandbox. */
  const destroyUnheardOf = (sandboxes: Sandboxes, id: string, gone: AbortSignal): void => {
    const destroy = (): void => {
      sandboxes
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
      const { requestId, signal, principal, attempt } = contextOf(request);
      const warnings: string[] = [];
      const sandboxes = sandboxesFor(request);
      const sandbox = await sandboxes.spawn(
        {
          image: body.image,
          provider: body.provider,
          memoryMb: body.memory_mb,
          vcpus: body.vcpus,
          ttl: body.ttl,
          template: body.template,
          networkMode: body.network_mode,
          ...ownerOf(request.get('X-User-ID') ?? body.owner_id, principal),
          metadata: body.metadata,
          requirements: body.requirements,
        },
        signal,
        {
          requestId,
          onPolicyWarning: (message) => void warnings.push(message),
          onPolicyDecision: (decision) => recordDecision(request, decision),
        },
      );
      attempt?.note({ resource: `sandbox:${sandbox.id}` });
      destroyUnheardOf(sandboxes, sandbox.id, signal);
      if (warnings.length > 0) response.setHeader('X-Policy-Warning', warnings.join('; '));
      response
        .status(201)
        .setHeader('Location', `/api/v1/sandboxes/${sandbox.id}`)
        .json(sandboxJson(sandbox));
    }),

    listSandboxes: handle(async (request, response) => {
      const { items, nextCursor } = await sandboxesFor(request).list(pageOf(request));
      sendPage(response, items.map(sandboxJson), nextCursor);
    }),

    getSandbox: handle(async (request, response) => {
      const sandbox = await sandboxesFor(request).get(pathParameter(request, 'id'));
      response.json(sandboxJson(sandbox));
    }),

    destroySandbox: handle(async (request, response) => {
      await sandboxesFor(request).destroy(pathParameter(request, 'id'));
      response.json({ status: 'destroyed' });
    }),

    extendSandbox: handle(async (request, response) => {
      const { ttl } = request.body as components['schemas']['ExtendRequest'];
      const sandbox = await sandboxesFor(request).extend(pathParameter(request, 'id'), { ttl });
      response.json(sandboxJson(sandbox));
    }),

    getSandboxLogs: handle(async (request, response) => {
      const lines = Number(request.query['lines'] ?? 100);
      const context = answerContext(request, response, answers);
      response.json(await sandboxesFor(request).logs(pathParameter(request, 'id'), lines, context));
    }),
  };
}
