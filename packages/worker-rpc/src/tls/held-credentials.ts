import { watchCertificateExpiry } from './certificate-expiry.js';
import type { TlsCredentials, TlsCredentialsOptions } from './tls-credentials.js';
import type { TlsCertificate } from './tls-files.js';

/** All that one program speaks TLS with. */
export interface HeldTlsCredentials {
  /** Those in force. */
  certificates(): readonly TlsCertificate[];
  /** Looks at the files now. */
  reload(): void;
  close(): void;
}

/** Handles the credentials of a program together, and warns when a certificate of them comes to its end. */
export function holdTlsCredentials(
  credentials: readonly (TlsCredentials | undefined)[],
  options: Pick<TlsCredentialsOptions, 'logger' | 'clock'>,
): HeldTlsCredentials {
  const held = credentials.filter((each) => each !== undefined);
  const certificates = () => held.flatMap((each) => each.certificates());
  const expiry = watchCertificateExpiry({ certificates, logger: options.logger, clock: options.clock });
  return {
    certificates,
    reload() {
      for (const each of held) each.reload();
    },
    close() {
      expiry.close();
      for (const each of held) each.close();
    },
  };
}
