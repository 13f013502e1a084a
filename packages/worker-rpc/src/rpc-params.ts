import { DurationError, parseDuration } from '@stacyvm/duration';
import { presentMembers } from './json-encoding.js';
import type {
  ExecMode,
  ExecParamsWire,
  LogsParamsWire,
  RenewLeaseParamsWire,
  SandboxParamsWire,
  SpawnParamsWire,
} from './rpc-messages.js';
import { type Checked, schemaCheck } from './schema-check.js';

/** Names a sandbox, with the defaults of the protocol applied. */
export interface SandboxParams {
  readonly sandboxId: string;
  /** Empty: the worker's default provider. */
  readonly provider: string;
  readonly runtimeId: string;
}

export interface SpawnParams {
  readonly sandboxId: string;
  readonly image: string;
  /** Empty: the worker's default provider. */
  readonly provider: string;
  /** 0: the worker's default. */
  readonly memoryMb: number;
  /** 0: the worker's default. */
  readonly vcpus: number;
  readonly ownerId: string;
  readonly ttlMs?: number;
  /** Empty: the one that the provider is set up with. */
  readonly networkMode: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface RenewLeaseParams {
  readonly resourceId: string;
  readonly ttlMs: number;
}

export interface LogsParams extends SandboxParams {
  /** 0: as many as the worker keeps. */
  readonly lines: number;
}

export interface ExecParams extends SandboxParams {
  readonly command: string;
  readonly args: readonly string[];
  readonly mode: ExecMode;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir?: string;
  /** Absent: no limit. */
  readonly timeoutMs?: number;
  readonly stdin?: Uint8Array;
}

const NO_NUL = '^[^\\u0000]*$';
const SANDBOX_ID = { type: 'string', pattern: '^\\s*[A-Za-z0-9][A-Za-z0-9._-]{0,127}\\s*$' };
const NAME = { type: 'string', maxLength: 256 };
const COUNT = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const TEXT_MAP = { type: 'object', additionalProperties: { type: 'string' } };
export const SANDBOX_PROPERTIES = { sandbox_id: SANDBOX_ID, provider: NAME, runtime_id: NAME };

const checkSpawn = schemaCheck<SpawnParamsWire>({
  type: 'object',
  required: ['sandbox_id'],
  properties: {
    sandbox_id: SANDBOX_ID,
    image: { type: 'string', maxLength: 1024 },
    provider: NAME,
    memory_mb: COUNT,
    vcpus: COUNT,
    owner_id: NAME,
    ttl: { type: 'string' },
    network_mode: NAME,
    metadata: TEXT_MAP,
  },
});

const checkSandbox = schemaCheck<SandboxParamsWire>({
  type: 'object',
  required: ['sandbox_id'],
  properties: SANDBOX_PROPERTIES,
});

const checkLogs = schemaCheck<LogsParamsWire>({
  type: 'object',
  required: ['sandbox_id'],
  properties: { ...SANDBOX_PROPERTIES, lines: COUNT },
});

const checkRenewLease = schemaCheck<RenewLeaseParamsWire>({
  type: 'object',
  required: ['resource_id', 'ttl'],
  properties: { resource_id: NAME, ttl: { type: 'string' } },
});

const checkExec = schemaCheck<ExecParamsWire>({
  type: 'object',
  required: ['sandbox_id'],
  properties: {
    ...SANDBOX_PROPERTIES,
    command: { type: 'string', pattern: NO_NUL },
    args: { type: 'array', items: { type: 'string', pattern: NO_NUL } },
    mode: { type: 'string' },
    env: {
      type: 'object',
      propertyNames: { pattern: '^[^=\\u0000]+$' },
      additionalProperties: { type: 'string', pattern: NO_NUL },
    },
    workdir: { type: 'string', pattern: NO_NUL },
    timeout: { type: 'string' },
    stdin: { type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$' },
  },
});

export function parseSpawnParams(params: unknown): Checked<SpawnParams> {
  const checked = checkSpawn(presentMembers(params) ?? params);
  if (!checked.ok) return checked;
  const wire = checked.value;
  const ttl = optionalDuration('ttl', wire.ttl);
  if (!ttl.ok) return ttl;
  return {
    ok: true,
    value: {
      sandboxId: wire.sandbox_id.trim(),
      image: wire.image ?? '',
      provider: (wire.provider ?? '').trim(),
      memoryMb: wire.memory_mb ?? 0,
      vcpus: wire.vcpus ?? 0,
      ownerId: wire.owner_id ?? '',
      ...(ttl.value === undefined ? {} : { ttlMs: ttl.value }),
      networkMode: wire.network_mode ?? '',
      metadata: wire.metadata ?? {},
    },
  };
}

export function parseSandboxParams(params: unknown): Checked<SandboxParams> {
  const checked = checkSandbox(presentMembers(params) ?? params);
  return checked.ok ? { ok: true, value: sandboxParams(checked.value) } : checked;
}

export function parseLogsParams(params: unknown): Checked<LogsParams> {
  const checked = checkLogs(presentMembers(params) ?? params);
  if (!checked.ok) return checked;
  return { ok: true, value: { ...sandboxParams(checked.value), lines: checked.value.lines ?? 0 } };
}

export function parseRenewLeaseParams(params: unknown): Checked<RenewLeaseParams> {
  const checked = checkRenewLease(presentMembers(params) ?? params);
  if (!checked.ok) return checked;
  const ttl = optionalDuration('ttl', checked.value.ttl);
  if (!ttl.ok) return ttl;
  if (ttl.value === undefined) return { ok: false, problem: 'ttl must be a positive duration' };
  return { ok: true, value: { resourceId: checked.value.resource_id.trim(), ttlMs: ttl.value } };
}

export function parseExecParams(params: unknown): Checked<ExecParams> {
  const checked = checkExec(presentMembers(params) ?? params);
  if (!checked.ok) return checked;
  const wire = checked.value;
  const mode = (wire.mode ?? '').trim() || 'shell';
  if (mode !== 'shell' && mode !== 'argv') {
    return { ok: false, problem: `unsupported exec mode ${JSON.stringify(mode.slice(0, 32))}` };
  }
  if (mode === 'argv' && (wire.command ?? '').trim() === '') {
    return { ok: false, problem: 'command is required in mode argv' };
  }
  if ((wire.stdin ?? '').length % 4 !== 0) return { ok: false, problem: '/stdin must be padded base64' };
  const timeout = optionalDuration('timeout', wire.timeout);
  if (!timeout.ok) return timeout;
  return {
    ok: true,
    value: {
      ...sandboxParams(wire),
      command: wire.command ?? '',
      args: wire.args ?? [],
      mode,
      env: wire.env ?? {},
      ...(wire.workdir ? { workdir: wire.workdir } : {}),
      ...(timeout.value === undefined ? {} : { timeoutMs: timeout.value }),
      ...(wire.stdin === undefined ? {} : { stdin: Buffer.from(wire.stdin, 'base64') }),
    },
  };
}

export function sandboxParams(wire: SandboxParamsWire): SandboxParams {
  const sandboxId = wire.sandbox_id.trim();
  const runtimeId = (wire.runtime_id ?? '').trim();
  return {
    sandboxId,
    provider: (wire.provider ?? '').trim(),
    runtimeId: runtimeId === '' ? sandboxId : runtimeId,
  };
}

/** Blank, zero and negative durations mean that there is no limit, as in the reference. */
function optionalDuration(name: string, text: string | undefined): Checked<number | undefined> {
  const trimmed = (text ?? '').trim();
  if (trimmed === '') return { ok: true, value: undefined };
  try {
    const milliseconds = parseDuration(trimmed);
    return { ok: true, value: milliseconds > 0 ? milliseconds : undefined };
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    return { ok: false, problem: `${name}: ${error.message}` };
  }
}
