import { type CertificateName, certificate, encryptedKey, privateKey, VALID_DAYS } from '../certificates.js';
import type { RuleCase } from '../rule-case.js';

const SERVER = { 'server.tls.cert_file': 'cert.pem', 'server.tls.key_file': 'key.pem' };
const WORKER = { 'worker.rpc_tls.server_cert_file': 'cert.pem', 'worker.rpc_tls.server_key_file': 'key.pem' };
const CLIENT = { 'worker.rpc_tls.client_cert_file': 'cert.pem', 'worker.rpc_tls.client_key_file': 'key.pem' };
const TO_CONTROL_PLANE = {
  'worker.control_plane_client_cert_file': 'cert.pem',
  'worker.control_plane_client_key_file': 'key.pem',
};
const AUTHORITY = { 'worker.rpc_tls.ca_file': 'ca.pem' };

const files = (name: CertificateName) => ({ 'cert.pem': certificate(name), 'key.pem': privateKey(name) });
const daysBeforeTheEnd = (days: number) => ({
  now: new Date(Date.now() + (VALID_DAYS - days) * 86_400_000),
});

const FILES: readonly RuleCase[] = (
  [
    ['there and right', files('server'), 'note', undefined],
    [
      'no certificate file',
      { 'key.pem': privateKey('server') },
      'problem',
      /cert\.pem cannot be read \(ENOENT\)/,
    ],
    ['no key file', { 'cert.pem': certificate('server') }, 'problem', /key\.pem cannot be read \(ENOENT\)/],
    [
      'a certificate that is none',
      { ...files('server'), 'cert.pem': 'nonsense' },
      'problem',
      /holds no certificate in PEM/,
    ],
    [
      'a certificate that is broken',
      { ...files('server'), 'cert.pem': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' },
      'problem',
      /number 1\) that cannot be parsed/,
    ],
    [
      'a certificate instead of the key',
      { ...files('server'), 'key.pem': certificate('server') },
      'problem',
      /no private key/,
    ],
    [
      'a key with a passphrase',
      { ...files('server'), 'key.pem': encryptedKey('server') },
      'problem',
      /is encrypted/,
    ],
    [
      'a file of more than 1 MiB',
      { ...files('server'), 'cert.pem': 'x'.repeat(1_048_577) },
      'problem',
      /larger than 1 MiB/,
    ],
    [
      'one beginning after the other',
      { ...files('server'), 'cert.pem': '-----BEGIN CERTIFICATE-----\n'.repeat(37_000) },
      'problem',
      /holds no certificate/,
    ],
    ['a directory', { ...files('server'), 'cert.pem/inner': 'x' }, 'problem', /is not a file/],
  ] as const
).map(([when, given, says, message]) => ({
  rule: 'tls.certificate_files',
  when,
  says,
  settings: SERVER,
  files: Object.fromEntries(
    Object.entries(given).filter(([name]) => !('cert.pem/inner' in given && name === 'cert.pem')),
  ),
  ...(message === undefined ? {} : { message }),
}));

const EXPIRY: readonly RuleCase[] = [
  { rule: 'tls.expiry', when: 'no certificates', says: 'silent' },
  {
    rule: 'tls.expiry',
    when: 'valid for long',
    says: 'note',
    settings: SERVER,
    files: files('server'),
    message: /36[45] days/,
  },
  {
    rule: 'tls.expiry',
    when: '31 days left',
    says: 'note',
    settings: SERVER,
    files: files('server'),
    options: daysBeforeTheEnd(31),
  },
  {
    rule: 'tls.expiry',
    when: '30 days left',
    says: 'advice',
    settings: SERVER,
    files: files('server'),
    options: daysBeforeTheEnd(29.9),
    message: /within 30 days/,
  },
  {
    rule: 'tls.expiry',
    when: '7 days left',
    says: 'problem',
    settings: SERVER,
    files: files('server'),
    options: daysBeforeTheEnd(6.9),
    message: /within 7 days/,
  },
  {
    rule: 'tls.expiry',
    when: 'expired',
    says: 'failure',
    settings: SERVER,
    files: files('server'),
    options: daysBeforeTheEnd(-1),
    message: /expired on/,
  },
  {
    rule: 'tls.expiry',
    when: 'not yet valid',
    says: 'problem',
    settings: SERVER,
    files: files('server'),
    options: daysBeforeTheEnd(VALID_DAYS + 2),
    message: /not valid before/,
  },
  {
    rule: 'tls.expiry',
    when: 'an expired authority',
    says: 'failure',
    settings: AUTHORITY,
    files: { 'ca.pem': certificate('authority') },
    options: daysBeforeTheEnd(-1),
    key: 'worker.rpc_tls.ca_file',
  },
  {
    rule: 'tls.expiry',
    when: 'an expired one without a name',
    says: 'failure',
    settings: CLIENT,
    files: files('unnamed'),
    options: daysBeforeTheEnd(-1),
    message: /^the certificate expired/,
  },
  {
    rule: 'tls.expiry',
    when: 'an expired one further up the chain',
    says: 'failure',
    settings: SERVER,
    files: { 'cert.pem': certificate('server', 'authority'), 'key.pem': privateKey('server') },
    options: daysBeforeTheEnd(-1),
  },
];

const STRENGTH: readonly RuleCase[] = (
  [
    ['rsa-1024', 'problem', /RSA key of 1024 bits/],
    ['ec-sha1', 'problem', /signed with SHA-1/],
    ['rsa-sha1', 'problem', /signed with SHA-1/],
    ['pss-sha1', 'problem', /signed with SHA-1/],
    ['rsa-2048', 'note', /strong/],
    ['pss-sha256', 'note', /strong/],
    ['worker', 'note', /strong/],
  ] as const
).map(([name, says, message]) => ({
  rule: 'tls.strength',
  when: name,
  says,
  message,
  settings: WORKER,
  files: files(name),
}));

const named = (
  name: CertificateName,
  says: RuleCase['says'],
  settings: Readonly<Record<string, string>>,
  options: RuleCase['options'] = {},
): RuleCase => ({
  rule: 'tls.names',
  when: `${name} with ${JSON.stringify(settings)} ${JSON.stringify(options)}`,
  says,
  settings: { ...WORKER, ...settings },
  files: files(name),
  options,
});

const NAMES: readonly RuleCase[] = [
  { rule: 'tls.names', when: 'a host name', says: 'note', settings: SERVER, files: files('server') },
  { rule: 'tls.names', when: 'an address', says: 'note', settings: SERVER, files: files('address') },
  { rule: 'tls.names', when: 'no name', says: 'problem', settings: SERVER, files: files('nameless') },
  { rule: 'tls.names', when: 'a client needs none', says: 'note', settings: CLIENT, files: files('client') },
  named('worker', 'note', { 'worker.id': 'worker-a' }),
  named('worker', 'problem', { 'worker.id': 'worker-b' }),
  named('spiffe', 'note', { 'worker.id': 'worker-a' }),
  named('spiffe', 'problem', { 'worker.id': 'a' }),
  named('forged', 'problem', { 'worker.id': 'worker-a' }),
  named('server', 'note', { 'worker.id': 'worker-a', 'worker.rpc_tls.server_name': 'stacyvm.mycompany.net' }),
  named(
    'server',
    'problem',
    { 'worker.id': 'worker-a', 'worker.rpc_tls.server_name': 'stacyvm.mycompany.net' },
    { role: 'worker' },
  ),
  named('worker', 'note', {}, { hostname: 'worker-a' }),
  named('worker', 'advice', {}, { hostname: 'laptop' }),
  named('nameless', 'problem', {}, { hostname: 'laptop' }),
];

/** What the files of certificates, keys and authorities hold. */
export const CERTIFICATE_CASES: readonly RuleCase[] = [
  { rule: 'tls.certificate_files', when: 'none is named', says: 'silent' },
  {
    rule: 'tls.certificate_files',
    when: 'read by the other program',
    says: 'silent',
    settings: SERVER,
    options: { role: 'worker' },
  },
  ...FILES,
  {
    rule: 'tls.key_match',
    when: 'they belong together',
    says: 'note',
    settings: SERVER,
    files: files('server'),
  },
  {
    rule: 'tls.key_match',
    when: 'they do not',
    says: 'problem',
    settings: SERVER,
    files: { ...files('server'), 'key.pem': privateKey('client') },
    key: 'server.tls.key_file',
  },
  ...EXPIRY,
  ...STRENGTH,
  {
    rule: 'tls.strength',
    when: 'a root signed with SHA-1',
    says: 'note',
    settings: AUTHORITY,
    files: { 'ca.pem': certificate('sha1-authority') },
  },
  ...NAMES,
  {
    rule: 'tls.usage',
    when: 'a client certificate that serves',
    says: 'problem',
    settings: SERVER,
    files: files('client'),
    message: /serverAuth/,
  },
  {
    rule: 'tls.usage',
    when: 'a server certificate that calls',
    says: 'problem',
    settings: CLIENT,
    files: files('server'),
    message: /clientAuth/,
  },
  {
    rule: 'tls.usage',
    when: 'a server certificate that calls the control plane',
    says: 'problem',
    settings: TO_CONTROL_PLANE,
    files: files('server'),
    message: /clientAuth/,
  },
  { rule: 'tls.usage', when: 'no usage named', says: 'note', settings: CLIENT, files: files('worker') },
  { rule: 'tls.usage', when: 'any usage', says: 'note', settings: CLIENT, files: files('any') },
  { rule: 'tls.usage', when: 'the right one', says: 'note', settings: CLIENT, files: files('client') },
  { rule: 'tls.authority', when: 'no file', says: 'silent' },
  {
    rule: 'tls.authority',
    when: 'an authority',
    says: 'note',
    settings: AUTHORITY,
    files: { 'ca.pem': certificate('authority') },
  },
  {
    rule: 'tls.authority',
    when: 'a server among them',
    says: 'problem',
    settings: AUTHORITY,
    files: { 'ca.pem': certificate('authority', 'server') },
    message: /^1 certificate/,
  },
];
