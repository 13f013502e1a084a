import { formatDuration } from '@stacyvm/duration';
import type {
  ExecParamsWire,
  ExecRequest,
  LogsParamsWire,
  LogsRequest,
  SandboxParamsWire,
  SandboxTarget,
  SpawnParamsWire,
  SpawnRequest,
} from './rpc-messages.js';

export function sandboxParams(target: SandboxTarget): SandboxParamsWire {
  return {
    sandbox_id: target.sandboxId,
    provider: target.provider ?? '',
    ...(target.runtimeId ? { runtime_id: target.runtimeId } : {}),
  };
}

export function logsParams(request: LogsRequest): LogsParamsWire {
  return {
    ...sandboxParams(request),
    ...(request.lines ? { lines: request.lines } : {}),
  };
}

export function spawnParams(request: SpawnRequest): SpawnParamsWire {
  return {
    sandbox_id: request.sandboxId,
    image: request.image,
    provider: request.provider ?? '',
    memory_mb: request.memoryMb,
    vcpus: request.vcpus,
    ...(request.ownerId ? { owner_id: request.ownerId } : {}),
    ttl: request.ttlMs ? formatDuration(request.ttlMs) : '',
    ...(request.networkMode ? { network_mode: request.networkMode } : {}),
    ...(request.metadata === undefined ? {} : { metadata: request.metadata }),
  };
}

export function execParams(request: ExecRequest): ExecParamsWire {
  return {
    ...sandboxParams(request),
    command: request.command,
    ...(request.args === undefined ? {} : { args: request.args }),
    ...(request.mode === undefined ? {} : { mode: request.mode }),
    ...(request.env === undefined ? {} : { env: request.env }),
    ...(request.workdir ? { workdir: request.workdir } : {}),
    ...(request.timeoutMs ? { timeout: formatDuration(request.timeoutMs) } : {}),
    ...(request.stdin === undefined ? {} : { stdin: Buffer.from(request.stdin).toString('base64') }),
  };
}
