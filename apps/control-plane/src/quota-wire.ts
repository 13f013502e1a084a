import type { Quota, QuotaUsage, SetQuota } from '@stacyvm/api';
import { DurationError, formatDuration, parseDuration } from '@stacyvm/duration';
import type { QuotaStanding } from '@stacyvm/orchestrator';
import {
  MAX_QUOTA_EXEC_TIMEOUT_SECONDS,
  MAX_QUOTA_TTL_SECONDS,
  type QuotaLimits,
  type QuotaRecord,
  type QuotaSubject,
} from '@stacyvm/store';
import { badRequest } from './http-errors.js';

/** A quota as the contract shows it. */
export function quotaJson(quota: QuotaRecord): Quota {
  return {
    ...subjectJson(quota),
    max_sandboxes: quota.maxSandboxes,
    max_memory_mb: quota.maxMemoryMb,
    max_vcpus: quota.maxVcpus,
    max_ttl: durationOf(quota.maxTtlSeconds),
    max_exec_timeout: durationOf(quota.maxExecTimeoutSeconds),
    max_token_issues_per_minute: quota.maxTokenIssuesPerMinute,
    created_at: quota.createdAt.toISOString(),
    updated_at: quota.updatedAt.toISOString(),
  };
}

export function standingJson({ subject, usage, limits, isConfigured }: QuotaStanding): QuotaUsage {
  return {
    ...subjectJson(subject),
    active_sandboxes: usage.sandboxes,
    max_sandboxes: limits.maxSandboxes,
    active_memory_mb: usage.memoryMb,
    max_memory_mb: limits.maxMemoryMb,
    active_vcpus: usage.vcpus,
    max_vcpus: limits.maxVcpus,
    max_ttl: durationOf(limits.maxTtlSeconds),
    max_exec_timeout: durationOf(limits.maxExecTimeoutSeconds),
    max_token_issues_per_minute: limits.maxTokenIssuesPerMinute,
    quota_configured: isConfigured,
  };
}

/** @throws RequestError 400 `invalid_duration` */
export function quotaLimits(request: SetQuota): QuotaLimits {
  return {
    maxSandboxes: request.max_sandboxes ?? 0,
    maxMemoryMb: request.max_memory_mb ?? 0,
    maxVcpus: request.max_vcpus ?? 0,
    maxTtlSeconds: wholeSeconds('max_ttl', request.max_ttl, MAX_QUOTA_TTL_SECONDS),
    maxExecTimeoutSeconds: wholeSeconds(
      'max_exec_timeout',
      request.max_exec_timeout,
      MAX_QUOTA_EXEC_TIMEOUT_SECONDS,
    ),
    maxTokenIssuesPerMinute: request.max_token_issues_per_minute ?? 0,
  };
}

function subjectJson({ ownerId, tenantId }: QuotaSubject): Pick<Quota, 'owner_id' | 'tenant_id'> {
  return {
    ...(ownerId === '' ? {} : { owner_id: ownerId }),
    ...(tenantId === '' ? {} : { tenant_id: tenantId }),
  };
}

function durationOf(seconds: number): string {
  return formatDuration(seconds * 1000);
}

function wholeSeconds(field: string, text: string | undefined, highest: number): number {
  if (text === undefined || text === '') return 0;
  const invalid = (why: string): Error => badRequest('invalid_duration', `${field}: ${why}`);
  let milliseconds: number;
  try {
    milliseconds = parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) throw invalid(error.message);
    throw error;
  }
  const seconds = milliseconds / 1000;
  if (seconds < 0 || !Number.isInteger(seconds)) throw invalid('must be whole seconds, and not below zero');
  if (seconds > highest) throw invalid(`must be at most ${durationOf(highest)}`);
  return seconds;
}
