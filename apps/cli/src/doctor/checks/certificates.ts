import type { X509Certificate } from 'node:crypto';
import type { SettingKey } from '@stacyvm/config';
import { namesWorker, parseSubjectNames } from '@stacyvm/worker-rpc';
import {
  CertificateFileError,
  chainProblem,
  isValidAt,
  keyMatches,
  nameOf,
  namesIn,
  readCertificates,
} from '../certificate.js';
import {
  type Check,
  type CheckGroup,
  type Finding,
  failure,
  skipped,
  success,
  warning,
  weakness,
} from '../check.js';
import { runsControlPlane, runsWorker, type Subject } from '../subject.js';

type PathKey = Extract<SettingKey, `${string}_file`>;

interface CertificateUse {
  readonly program: 'control-plane' | 'worker';
  readonly purpose: 'server' | 'client';
  readonly cert: PathKey;
  readonly key: PathKey;
  /** Where the other side keeps the authorities that it must come from, when it is one of ours. */
  readonly authorities?: PathKey;
  readonly names?: 'worker' | 'control-plane';
}

const CERTIFICATES: readonly CertificateUse[] = [
  {
    program: 'control-plane',
    purpose: 'server',
    cert: 'server.tls.cert_file',
    key: 'server.tls.key_file',
    authorities: 'worker.control_plane_ca_file',
  },
  {
    program: 'control-plane',
    purpose: 'client',
    cert: 'worker.rpc_tls.client_cert_file',
    key: 'worker.rpc_tls.client_key_file',
    authorities: 'worker.rpc_tls.client_ca_file',
    names: 'control-plane',
  },
  {
    program: 'worker',
    purpose: 'server',
    cert: 'worker.rpc_tls.server_cert_file',
    key: 'worker.rpc_tls.server_key_file',
    authorities: 'worker.rpc_tls.ca_file',
    names: 'worker',
  },
  {
    program: 'worker',
    purpose: 'client',
    cert: 'worker.control_plane_client_cert_file',
    key: 'worker.control_plane_client_key_file',
    authorities: 'server.tls.client_ca_file',
  },
  {
    program: 'control-plane',
    purpose: 'client',
    cert: 'audit.syslog_tls.cert_file',
    key: 'audit.syslog_tls.key_file',
  },
];

const AUTHORITIES: ReadonlyArray<readonly [program: 'control-plane' | 'worker', key: PathKey]> = [
  ['control-plane', 'server.tls.client_ca_file'],
  ['control-plane', 'worker.rpc_tls.ca_file'],
  ['control-plane', 'audit.syslog_tls.ca_file'],
  ['worker', 'worker.rpc_tls.client_ca_file'],
  ['worker', 'worker.control_plane_ca_file'],
];

const EXTENDED_KEY_USAGE = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

const DAY_MS = 24 * 60 * 60 * 1_000;
const SOON_MS = 30 * DAY_MS;
const VERY_SOON_MS = 7 * DAY_MS;

/** Every configured file: it parses, the key fits, it is valid, it comes from the configured authority. */
export function certificateChecks(subject: Subject): CheckGroup {
  const runs = { 'control-plane': runsControlPlane(subject), worker: runsWorker(subject) };
  const configured = (key: PathKey): boolean => subject.settings[key] !== '';
  return {
    id: 'certificates',
    title: 'certificates',
    checks() {
      const uses = CERTIFICATES.filter(({ program, cert }) => runs[program] && configured(cert));
      const authorities = AUTHORITIES.filter(([program, key]) => runs[program] && configured(key));
      if (uses.length + authorities.length === 0) return skipped('none is configured');
      return [
        ...uses.map((use) => certificateGroup(subject, use)),
        ...authorities.map(([, key]) => authorityCheck(subject, key)),
      ];
    },
  };
}

function certificateGroup(subject: Subject, use: CertificateUse): CheckGroup {
  const path = subject.settings[use.cert];
  return {
    id: use.cert.replaceAll('.', '_'),
    title: use.cert,
    checks() {
      const chain = readCertificates(path);
      const [leaf] = chain;
      return [
        check('expiry', 'valid', () => judgeExpiry(leaf, subject.clock())),
        check('key', 'key', () => judgeKey(subject, use, leaf)),
        check('names', 'names', () => judgeNames(subject, use, leaf)),
        check('purpose', 'purpose', () => judgePurpose(use, leaf)),
        check('chain', 'chain', () => judgeChain(subject, use, chain)),
      ];
    },
  };
}

function check(id: string, title: string, judge: () => Finding): Check {
  return {
    id,
    title,
    async run() {
      try {
        return judge();
      } catch (error) {
        if (!(error instanceof CertificateFileError)) throw error;
        return failure(error.message, 'correct the path or the file');
      }
    },
  };
}

function judgeExpiry(certificate: X509Certificate, now: Date): Finding {
  const end = new Date(certificate.validTo);
  const day = end.toISOString().slice(0, 10);
  if (now > end) return failure(`expired on ${day}`, 'renew it');
  if (!isValidAt(certificate, now)) {
    const begin = new Date(certificate.validFrom).toISOString();
    return failure(`begins at ${begin}`, 'wait for it, or look at the clock of this host');
  }
  const days = Math.floor((end.getTime() - now.getTime()) / DAY_MS);
  const message = `until ${day}, ${days} days`;
  const leftMs = end.getTime() - now.getTime();
  const advice = 'renew it; a new file is taken up without a restart';
  if (leftMs > SOON_MS) return success(message);
  return leftMs > VERY_SOON_MS ? warning(message, advice) : weakness(message, advice);
}

function judgeKey({ settings }: Subject, use: CertificateUse, leaf: X509Certificate): Finding {
  const path = settings[use.key];
  if (path === '') return failure(`${use.key} is not set`, 'set it to the private key of the certificate');
  return keyMatches(path, leaf)
    ? success(`${use.key} fits`)
    : failure(`${path} is the key of another certificate`, `correct ${use.key} or ${use.cert}`);
}

function judgeNames({ settings, workerId }: Subject, use: CertificateUse, leaf: X509Certificate): Finding {
  const names = namesIn(leaf.subjectAltName);
  const told = names.join(', ') || 'no name';
  if (use.names === 'worker') {
    const serverName = settings['worker.rpc_tls.server_name'];
    const fits =
      serverName === ''
        ? namesWorker(parseSubjectNames(leaf.subjectAltName), workerId)
        : leaf.checkHost(serverName) !== undefined;
    const wanted = serverName === '' ? `DNS:${workerId}` : `DNS:${serverName}`;
    if (!fits) return failure(`${told}; the control plane asks for ${wanted}`, `issue it for ${wanted}`);
  }
  const allowed = settings['worker.rpc_tls.allowed_client_names'];
  if (use.names === 'control-plane' && allowed.length > 0) {
    const bare = names.map((name) => name.replace(/^[A-Za-z ]+:/, ''));
    if (!allowed.some((name) => bare.includes(name))) {
      return failure(
        `${told}; none is in worker.rpc_tls.allowed_client_names`,
        'issue it for one of those names, or add its name there',
      );
    }
  }
  if (use.purpose === 'server' && names.length === 0) {
    return failure(
      'no name in it, and the common name does not count',
      'issue it with a subject alternative name',
    );
  }
  return success(told);
}

function judgePurpose({ purpose }: CertificateUse, leaf: X509Certificate): Finding {
  // Undefined when the certificate is for any purpose; the types do not know that.
  const usages: readonly string[] | undefined = leaf.keyUsage;
  if (usages === undefined || usages.length === 0) return success('any');
  return usages.includes(EXTENDED_KEY_USAGE[purpose])
    ? success(`TLS ${purpose}`)
    : failure(`it is not for a TLS ${purpose}`, `issue it with the extended key usage ${purpose}Auth`);
}

function judgeChain(
  { settings, clock }: Subject,
  use: CertificateUse,
  chain: readonly [X509Certificate, ...X509Certificate[]],
): Finding {
  if (use.authorities === undefined) return skipped('those who see it are not known here');
  const path = settings[use.authorities];
  if (path === '') return skipped(`${use.authorities} is not set here, so there is nothing to compare with`);
  const problem = chainProblem(chain, readCertificates(path), clock());
  if (problem === undefined) return success(`leads to ${use.authorities}`);
  return failure(
    `${problem} (${use.authorities})`,
    `put the authority into ${use.authorities}, or the intermediate certificates into ${use.cert}`,
  );
}

function authorityCheck({ settings, clock }: Subject, key: PathKey): Check {
  return check(key.replaceAll('.', '_'), key, () => {
    const certificates = readCertificates(settings[key]);
    const noAuthority = certificates.find(({ ca }) => !ca);
    if (noAuthority !== undefined) {
      return weakness(`${nameOf(noAuthority)} is no authority`, 'put certificates of authorities there');
    }
    const invalid = certificates.find((certificate) => !isValidAt(certificate, clock()));
    if (invalid !== undefined) return failure(`${nameOf(invalid)} is not valid now`, 'replace it');
    return success(certificates.map(nameOf).join('; '));
  });
}
