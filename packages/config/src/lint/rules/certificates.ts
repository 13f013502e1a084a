import type { X509Certificate } from 'node:crypto';
import { mayBeUsedBy, namesOf, subjectOf, weakCryptographyOf } from '../certificate.js';
import { certificateFilesOf, certificatesIn, type LoadedPair } from '../certificate-files.js';
import { advice, failure, type LintCheck, type Outcome, pass, problem } from '../rule.js';
import { counted, shown } from '../shown.js';
import type { LintView } from '../view.js';

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;
const VERY_SOON_DAYS = 7;

type Outcomes = readonly Outcome[] | Outcome | undefined;

/** What the certificate files of the configuration are worth. The reference does not look at them. */
export const CERTIFICATE_CHECKS: readonly LintCheck[] = [
  {
    id: 'tls.certificate_files',
    demands: 'The files of certificates, keys and authorities exist and hold what they should.',
    level: 'problem',
    role: 'both',
    key: 'config',
    check: files,
  },
  {
    id: 'tls.key_match',
    demands: 'Each private key belongs to its certificate.',
    level: 'problem',
    role: 'both',
    key: 'config',
    check: (view) => perPair(view, keyMatch, 'every private key belongs to its certificate'),
  },
  {
    id: 'tls.expiry',
    demands: `Certificates are valid, and for more than ${SOON_DAYS} days.`,
    level: 'failure',
    role: 'both',
    key: 'config',
    check: expiry,
  },
  {
    id: 'tls.strength',
    demands: 'No certificate has an RSA key below 2048 bits or a signature with SHA-1.',
    level: 'problem',
    role: 'both',
    key: 'config',
    check: strength,
  },
  {
    id: 'tls.names',
    demands: 'The certificates of servers carry the name at which they are called.',
    level: 'problem',
    role: 'both',
    key: 'config',
    check: (view) => perPair(view, names, 'the certificates of servers carry their names'),
  },
  {
    id: 'tls.usage',
    demands: 'The extended key usage of each certificate allows what it is for.',
    level: 'problem',
    role: 'both',
    key: 'config',
    check: (view) => perPair(view, usage, 'every certificate may be used for what it is for'),
  },
  {
    id: 'tls.authority',
    demands: 'The files of authorities hold certificates of authorities.',
    level: 'problem',
    role: 'both',
    key: 'config',
    check: authorities,
  },
];

function files(view: LintView): Outcomes {
  const { pairs, authorities } = certificateFilesOf(view);
  const contents = [
    ...pairs.flatMap(({ cert, chain, key, privateKey }) => [
      [cert, chain] as const,
      [key, privateKey] as const,
    ]),
    ...authorities.map(({ key, certificates }) => [key, certificates] as const),
  ].filter(([, content]) => content !== undefined);
  if (contents.length === 0) return undefined;
  const found = contents.flatMap(([key, content]) =>
    content !== undefined && 'unusable' in content
      ? [
          problem(
            `${shown(view.settings[key])} ${content.unusable}`,
            `put the right file there, or correct ${key}`,
            { key },
          ),
        ]
      : [],
  );
  return found.length > 0 ? found : pass(`${counted(contents.length, 'file')} of certificates and keys read`);
}

/** Runs a check for the certificate of each holder that could be read; passes once when it has nothing to say of any. */
function perPair(
  view: LintView,
  check: (pair: LoadedPair, own: X509Certificate, view: LintView) => Outcome | undefined,
  right: string,
): Outcomes {
  const pairs = certificateFilesOf(view).pairs.flatMap((pair) =>
    certificatesIn(pair.chain)
      .slice(0, 1)
      .map((own) => ({ pair, own })),
  );
  if (pairs.length === 0) return undefined;
  const found = pairs.flatMap(({ pair, own }) => {
    const outcome = check(pair, own, view);
    return outcome === undefined ? [] : [{ key: pair.cert, ...outcome }];
  });
  return found.length > 0 ? found : pass(right);
}

function keyMatch({ cert, key, privateKey }: LoadedPair, own: X509Certificate): Outcome | undefined {
  if (privateKey === undefined || 'unusable' in privateKey || own.checkPrivateKey(privateKey.value))
    return undefined;
  return problem(`the private key does not belong to the certificate of ${cert}`, `set ${key} to its key`, {
    key,
  });
}

function expiry(view: LintView): Outcomes {
  const { pairs, authorities } = certificateFilesOf(view);
  const holders = pairs.flatMap(({ cert, chain }) =>
    certificatesIn(chain).map((one) => ({ key: cert, one })),
  );
  // An authority that has ended among others is what is left of a change of authorities.
  const bundles = authorities.map(({ key, certificates }) => ({ key, all: certificatesIn(certificates) }));
  const left = bundles.flatMap(({ key, all }) => {
    const ended = all.filter((one) => daysLeft(one, view.now) <= 0);
    return ended.length > 0 && ended.length < all.length
      ? [
          advice(
            `${counted(ended.length, 'authority', 'authorities')} expired, beside others that are valid`,
            'remove them from the file',
            { key },
          ),
        ]
      : [];
  });
  const judged = [
    ...holders,
    ...bundles.flatMap(({ key, all }) => {
      const valid = all.filter((one) => daysLeft(one, view.now) > 0);
      return (valid.length > 0 ? valid : all).map((one) => ({ key, one }));
    }),
  ];
  if (judged.length === 0) return undefined;
  const found = [...judged.flatMap(({ key, one }) => validity(one, view.now, key)), ...left];
  const shortest = Math.min(...judged.map(({ one }) => daysLeft(one, view.now)));
  return found.length > 0
    ? found
    : pass(
        `${counted(judged.length, 'certificate')} valid, the first to expire in ${Math.floor(shortest)} days`,
      );
}

function validity(certificate: X509Certificate, now: Date, key: string): readonly Outcome[] {
  const name = shown(subjectOf(certificate));
  const from = new Date(certificate.validFrom);
  const days = daysLeft(certificate, now);
  const until = new Date(certificate.validTo).toISOString().slice(0, 10);
  const fix = 'renew it';
  if (from > now)
    return [
      problem(`${name} is not valid before ${from.toISOString()}`, 'wait, or check the clock', { key }),
    ];
  if (days <= 0) return [failure(`${name} expired on ${until}`, fix, { key })];
  if (days <= VERY_SOON_DAYS)
    return [problem(`${name} expires within ${VERY_SOON_DAYS} days, on ${until}`, fix, { key })];
  return days <= SOON_DAYS
    ? [advice(`${name} expires within ${SOON_DAYS} days, on ${until}`, fix, { key })]
    : [];
}

function daysLeft(certificate: X509Certificate, now: Date): number {
  return (new Date(certificate.validTo).getTime() - now.getTime()) / DAY_MS;
}

function strength(view: LintView): Outcomes {
  const { pairs, authorities } = certificateFilesOf(view);
  const all = [
    ...pairs.flatMap(({ cert, chain }) => certificatesIn(chain).map((one) => ({ key: cert, one }))),
    ...authorities.flatMap(({ key, certificates }) =>
      certificatesIn(certificates).map((one) => ({ key, one })),
    ),
  ];
  if (all.length === 0) return undefined;
  const found = all.flatMap(({ key, one }) => {
    const weakness = weakCryptographyOf(one);
    return weakness === undefined
      ? []
      : [
          problem(
            `${shown(subjectOf(one))} ${weakness}`,
            'issue it anew with an EC key, or RSA of 3072 bits, and SHA-256',
            { key },
          ),
        ];
  });
  return found.length > 0 ? found : pass('keys and signatures of certificates are strong');
}

function names({ names: wanted }: LoadedPair, own: X509Certificate, view: LintView): Outcome | undefined {
  const { dns, ip, uri } = namesOf(own);
  if (wanted === 'none') return undefined;
  if (wanted === 'any-host') {
    return dns.length + ip.length > 0
      ? undefined
      : problem(
          'the certificate names no host: no client accepts it',
          'issue it with a SAN, such as DNS:stacyvm.mycompany.net',
        );
  }
  const serverName = view.reads('worker.rpc_tls.server_name')
    ? view.settings['worker.rpc_tls.server_name']
    : '';
  const id = view.settings['worker.id'];
  const accepted = [serverName, id || view.hostname]
    .filter((name) => name !== '')
    .map((name) => name.toLowerCase());
  const isNamed =
    dns.some((name) => accepted.includes(name)) ||
    uri.some(
      (name) =>
        /^spiffe:\/\/[^/]+\/(?:.*\/)?worker\/[^/]+$/.test(name) && accepted.includes(lastSegment(name)),
    );
  if (isNamed) return undefined;
  const fix = 'issue it with DNS:<worker id> or URI:spiffe://<domain>/worker/<worker id> among its SANs';
  // On another machine than the one that it is for, its host name is not known.
  return id === '' && serverName === '' && dns.length + uri.length > 0
    ? advice(
        'the certificate does not name this machine, which is the identity of a worker without worker.id',
        `set worker.id, or ${fix}`,
      )
    : problem(`the certificate does not name the worker ${shown(id || view.hostname)}`, fix);
}

function lastSegment(uri: string): string {
  return (uri.split('/').at(-1) ?? '').toLowerCase();
}

function usage({ side }: LoadedPair, own: X509Certificate): Outcome | undefined {
  return mayBeUsedBy(own, side)
    ? undefined
    : problem(
        `the extended key usage of the certificate does not include ${side === 'server' ? 'serverAuth' : 'clientAuth'}`,
        `issue it for ${side === 'server' ? 'servers' : 'clients'}`,
      );
}

function authorities(view: LintView): Outcomes {
  const files = certificateFilesOf(view).authorities.filter(
    ({ certificates }) => certificatesIn(certificates).length > 0,
  );
  if (files.length === 0) return undefined;
  const found = files.flatMap(({ key, certificates }) => {
    const others = certificatesIn(certificates).filter(({ ca }) => !ca);
    return others.length === 0
      ? []
      : [
          problem(
            `${counted(others.length, 'certificate')} in it is of no authority`,
            'leave only the certificates of authorities in the file',
            { key },
          ),
        ];
  });
  return found.length > 0 ? found : pass(`${counted(files.length, 'file')} of authorities read`);
}
