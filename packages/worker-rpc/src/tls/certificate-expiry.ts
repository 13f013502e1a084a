import { type Clock, systemClock } from '../clock.js';
import { type RpcLogger, silentLogger } from '../logger.js';
import type { TlsCertificate } from './tls-files.js';

export interface CertificateExpiryOptions {
  /** Those in force, asked for at each look. */
  readonly certificates: () => readonly TlsCertificate[];
  readonly logger?: Pick<RpcLogger, 'warn' | 'error'> | undefined;
  readonly clock?: Clock | undefined;
  /** Milliseconds between looks, by default a minute. */
  readonly checkMs?: number | undefined;
}

/** Watches until it is closed. */
export interface CertificateExpiryWatch {
  /** Looks now. */
  look(): void;
  close(): void;
}

const DAY_MS = 86_400_000;
const WARN_DAYS = [1, 7, 30] as const;
const DEFAULT_CHECK_MS = 60_000;

/**
 * Warns in the log when a certificate comes within 30, 7 and 1 days of its end, once each, and says when it has ended.
 * Looks at once. A renewed certificate is another one.
 */
export function watchCertificateExpiry(options: CertificateExpiryOptions): CertificateExpiryWatch {
  const { certificates, logger = silentLogger, clock = systemClock } = options;
  /** The threshold that was told of last, by what a certificate is and where. */
  let told = new Map<string, number>();

  function look(): void {
    const now = clock().getTime();
    const stillTold = new Map<string, number>();
    for (const certificate of certificates()) {
      const threshold = thresholdOf(certificate, now);
      if (threshold === undefined) continue;
      const name = `${certificate.path} ${certificate.fingerprint256}`;
      // One file may serve for several things.
      if (!stillTold.has(name) && threshold < (told.get(name) ?? Number.POSITIVE_INFINITY))
        tell(certificate, threshold, now);
      stillTold.set(name, threshold);
    }
    told = stillTold;
  }

  function tell(
    { kind, path, notAfter, fingerprint256 }: TlsCertificate,
    threshold: number,
    now: number,
  ): void {
    const fields = { kind, path, expires_at: notAfter.toISOString(), fingerprint: fingerprint256 };
    if (threshold === 0) logger.error('TLS certificate has expired; renew it', fields);
    else {
      const daysLeft = Math.floor((notAfter.getTime() - now) / DAY_MS);
      logger.warn('TLS certificate expires soon; renew it', { ...fields, days_left: daysLeft });
    }
  }

  look();
  const timer = setInterval(look, options.checkMs ?? DEFAULT_CHECK_MS).unref();
  return { look, close: () => clearInterval(timer) };
}

/** The smallest number of days that are not left any more; 0 when it has ended, undefined when there is time. */
function thresholdOf({ notAfter }: TlsCertificate, now: number): number | undefined {
  const left = notAfter.getTime() - now;
  return left <= 0 ? 0 : WARN_DAYS.find((days) => left <= days * DAY_MS);
}
