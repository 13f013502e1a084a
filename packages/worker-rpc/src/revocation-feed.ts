import { isWorkerId } from '@stacyvm/token';
import { formatTime, parseTime } from './rfc3339.js';
import type { Checked } from './schema-check.js';

/** Something that is not valid any more, though its signature may be good. */
export type RevocationEntry =
  | { readonly kind: 'token'; readonly tokenId: string }
  /** Everything of the worker that was issued before a moment. */
  | { readonly kind: 'worker'; readonly workerId: string; readonly issuedBefore: Date }
  /** Everything that a key signed, or a key derived from it; 16 hexadecimal digits. */
  | { readonly kind: 'key'; readonly fingerprint: string };

/** The whole list of revocations. Versions are compared for equality only. */
export interface RevocationFeed {
  readonly version: number;
  readonly entries: readonly RevocationEntry[];
}

export interface RevocationFeedWire {
  readonly version: number;
  readonly entries: ReadonlyArray<{
    readonly kind: string;
    readonly subject: string;
    readonly issued_before?: string;
  }>;
}

export const REVOCATION_VERSION = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

/** What the members must be; `parseRevocationFeed` checks what they say. */
export const REVOCATION_FEED_SCHEMA = {
  type: 'object',
  required: ['version', 'entries'],
  properties: {
    version: REVOCATION_VERSION,
    entries: {
      type: 'array',
      items: {
        type: 'object',
        required: ['kind', 'subject'],
        properties: {
          kind: { type: 'string' },
          subject: { type: 'string', minLength: 1, maxLength: 256 },
          issued_before: { type: 'string' },
        },
      },
    },
  },
};

export function revocationFeedToWire({ version, entries }: RevocationFeed): RevocationFeedWire {
  return { version, entries: entries.map(entryToWire) };
}

function entryToWire(entry: RevocationEntry): RevocationFeedWire['entries'][number] {
  switch (entry.kind) {
    case 'token':
      return { kind: 'token', subject: entry.tokenId };
    case 'worker':
      return { kind: 'worker', subject: entry.workerId, issued_before: formatTime(entry.issuedBefore) };
    case 'key':
      return { kind: 'key', subject: entry.fingerprint };
  }
}

/** Reads a list. One entry that is not understood spoils it: what was to be revoked must not pass unnoticed. */
export function parseRevocationFeed(wire: RevocationFeedWire): Checked<RevocationFeed> {
  const entries: RevocationEntry[] = [];
  for (const [index, entry] of wire.entries.entries()) {
    const parsed = parseEntry(entry);
    if (typeof parsed === 'string') {
      return { ok: false, problem: `/revocations/entries/${index} ${parsed}` };
    }
    entries.push(parsed);
  }
  return { ok: true, value: { version: wire.version, entries } };
}

const FINGERPRINT = /^[0-9a-f]{16}$/;

/** The entry, or what is wrong with it. */
function parseEntry(entry: RevocationFeedWire['entries'][number]): RevocationEntry | string {
  const { kind, subject } = entry;
  switch (kind) {
    case 'token':
      return { kind, tokenId: subject };
    case 'worker': {
      const issuedBefore = parseTime(entry.issued_before ?? '');
      if (!isWorkerId(subject)) return 'has a subject that is no worker id';
      if (issuedBefore === undefined) return 'has no issued_before in RFC 3339';
      return { kind, workerId: subject, issuedBefore };
    }
    case 'key':
      return FINGERPRINT.test(subject)
        ? { kind, fingerprint: subject }
        : 'has a subject that is no fingerprint';
    default:
      return 'is of an unknown kind';
  }
}
