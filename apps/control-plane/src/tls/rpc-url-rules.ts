import type { Settings } from '@stacyvm/config';
import { createRpcUrlPolicy, type RpcUrlPolicy } from '@stacyvm/worker-rpc';
import type { ReloadedPart } from '../settings-reload.js';

/** Where workers may be called, by the settings in force. */
export interface RpcUrlRules extends ReloadedPart {
  current(): RpcUrlPolicy;
}

/** @throws WorkerRpcError `invalid_configuration` for an entry of `worker_rpc.allowed_hosts` that is none */
export function createRpcUrlRules(settings: Settings): RpcUrlRules {
  const requireTls = settings['worker.rpc_tls.enabled'];
  let current = policyOf(settings, requireTls);
  let rules = rulesIn(settings);
  return {
    current: () => current,
    prepare(next) {
      const policy = policyOf(next, requireTls);
      return () => {
        // Another policy means other connections to every worker.
        if (rulesIn(next) === rules) return;
        rules = rulesIn(next);
        current = policy;
      };
    },
  };
}

function policyOf(settings: Settings, requireTls: boolean): RpcUrlPolicy {
  return createRpcUrlPolicy({
    allowedHosts: settings['worker_rpc.allowed_hosts'],
    allowedSchemes: settings['worker_rpc.allowed_schemes'],
    requireTls,
  });
}

function rulesIn(settings: Settings): string {
  return JSON.stringify([settings['worker_rpc.allowed_hosts'], settings['worker_rpc.allowed_schemes']]);
}
