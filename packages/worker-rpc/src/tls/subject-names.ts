/** The names in a certificate that mean something here. */
export interface SubjectNames {
  readonly dns: readonly string[];
  readonly uris: readonly string[];
}

/** `type:value`; a value with anything special in it is a JSON string (Node since CVE-2021-44532). */
const ENTRY = /^([A-Za-z0-9 ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/;

/**
 * Reads a subject alternative name as Node writes it. The subject's common name counts for nothing (RFC 9525, section
 * 2), and a text that is not understood to its end has no names.
 */
export function parseSubjectNames(subjectAltName: string | undefined): SubjectNames {
  const dns: string[] = [];
  const uris: string[] = [];
  let rest = subjectAltName ?? '';
  while (rest !== '') {
    const [whole, type, written = ''] = ENTRY.exec(rest) ?? [];
    const value = unquoted(written);
    if (whole === undefined || value === undefined) return { dns: [], uris: [] };
    if (type === 'DNS') dns.push(value);
    if (type === 'URI') uris.push(value);
    rest = rest.slice(whole.length);
  }
  return { dns, uris };
}

function unquoted(written: string): string | undefined {
  if (!written.startsWith('"')) return written;
  try {
    return String(JSON.parse(written));
  } catch {
    return undefined;
  }
}

/**
 * Whether a certificate names a worker: `DNS:<worker id>`, or a SPIFFE id whose path ends in `/worker/<worker id>`.
 * Ids are compared exactly and a wildcard is no name: `*.example` must not stand for a whole fleet.
 */
export function namesWorker({ dns, uris }: SubjectNames, workerId: string): boolean {
  return dns.includes(workerId) || uris.some((uri) => spiffeWorkerOf(uri) === workerId);
}

/** The grammar of worker ids has no character that a SPIFFE path would have to escape. */
function spiffeWorkerOf(uri: string): string | undefined {
  return /^spiffe:\/\/[a-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*\/worker\/([A-Za-z0-9._-]+)$/.exec(uri)?.[1];
}

/** The names as an operator would write them, for messages. */
export function listNames({ dns, uris }: SubjectNames): string {
  const names = [...dns, ...uris];
  return names.length === 0 ? 'nobody' : names.slice(0, 5).join(', ').slice(0, 200);
}
