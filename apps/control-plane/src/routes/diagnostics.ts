import type { AuditedHandler } from '../audit/audited-handlers.js';
import { type DiagnosticsState, diagnose } from '../diagnostics/diagnostics.js';
import { type Handlers, handle } from './handler.js';

export function diagnosticsHandlers(
  state: DiagnosticsState,
  audited: AuditedHandler,
): Handlers<'getDiagnostics' | 'getAdminDiagnostics'> {
  return {
    getDiagnostics: handle(async (_request, response) => {
      response.json(await diagnose(state));
    }),
    getAdminDiagnostics: audited('getAdminDiagnostics', async () => ({ body: await diagnose(state) })),
  };
}
