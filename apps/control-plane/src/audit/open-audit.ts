import { type AuditSigningKey, makeStatement } from '@stacyvm/audit';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { MakeAnchor, Store } from '@stacyvm/store';
import { type AdminAudit, createAdminAudit } from './admin-audit.js';
import { type AuditLogStatus, createAuditLog } from './audit-log.js';
import { startCheckpoints } from './checkpoints.js';
import { createEndSigning, type SignEnd } from './end-signing.js';
import { openSigningKey } from './signing-key.js';
import { openAuditDelivery, type SinkReport } from './sinks/audit-delivery.js';
import type { SyslogTls } from './sinks/stream-dialers.js';

export interface AuditStatus extends AuditLogStatus {
  /** Refusals that only the log has: there were too many from one caller. */
  readonly unrecordedRefusals: number;
}

/** The audit of a control plane. */
export interface Auditing {
  readonly audit: AdminAudit;
  /** Undefined: what is said about chains is not signed. */
  readonly signingKey: AuditSigningKey | undefined;
  readonly signEnd: SignEnd;
  readonly makeAnchor: MakeAnchor;
  readonly status: () => AuditStatus;
  /** How the sinks of this control plane are. */
  readonly sinks: () => Promise<readonly SinkReport[]>;
  /** Begins to sign checkpoints, and to deliver to the sinks. */
  start(): void;
  /** Waits for what is being recorded, delivers it, and closes the sinks. */
  stop(): Promise<void>;
}

/** @throws AuditError or Error when the settings must not go live */
export function openAudit(options: {
  readonly settings: Settings;
  readonly store: Store;
  /** Undefined when no sink needs it. */
  readonly syslogTls?: SyslogTls | undefined;
  readonly logger: Logger;
  readonly clock: () => Date;
}): Auditing {
  const { settings, store, syslogTls, logger, clock } = options;
  const signingKey = openSigningKey(settings, logger);
  const signEnd = createEndSigning({ store, key: signingKey, logger });
  const delivery = openAuditDelivery({ settings, store, syslogTls, logger, clock });
  const log = createAuditLog({ store, onRecorded: delivery.wake, mode: settings['audit.mode'], logger });
  const audit = createAdminAudit(log, logger);
  let checkpoints: ReturnType<typeof startCheckpoints> | undefined;
  return {
    audit,
    signingKey,
    signEnd,
    makeAnchor: (content) => makeStatement(content, signingKey),
    status: () => ({
      ...log.status(),
      unrecordedRefusals: audit.unrecordedRefusals(),
    }),
    sinks: delivery.report,
    start() {
      delivery.start();
      if (signingKey === undefined) return;
      const intervalMs = settings['audit.checkpoint_interval'];
      checkpoints = startCheckpoints({ store, signEnd, intervalMs, logger, clock });
    },
    async stop() {
      await log.settle();
      await checkpoints?.stop();
      await delivery.stop();
    },
  };
}
