import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { BackgroundWork } from '@stacyvm/orchestrator';
import type { AuditSinkRecord, Store } from '@stacyvm/store';
import { createRecentCount } from '../../metrics/recent-count.js';
import { openSinks } from './open-sinks.js';
import { type SinkDelivery, type SinkDeliveryStatus, startSinkDelivery } from './sink-delivery.js';
import type { SyslogTls } from './stream-dialers.js';
import { watchUnservedSinks } from './unserved-sinks.js';

/** A sink of this control plane, and what waits for it, whoever delivers. */
export interface SinkReport extends SinkDeliveryStatus {
  readonly waitingRecords: number;
  readonly lagSeconds: number;
}

/** Delivers the audit to the sinks that are configured. */
export interface AuditDelivery {
  start(): void;
  /** Something was recorded. */
  wake(): void;
  /** What waits is counted at most once in ten seconds. */
  report(): Promise<readonly SinkReport[]>;
  /** Delivers what waits, and closes the sinks. */
  stop(): Promise<void>;
}

export interface AuditDeliveryOptions {
  readonly settings: Settings;
  readonly store: Pick<Store, 'auditSinks'>;
  readonly syslogTls: SyslogTls | undefined;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/** @throws Error when a sink cannot be one */
export function openAuditDelivery(options: AuditDeliveryOptions): AuditDelivery {
  const { settings, store, syslogTls, logger, clock } = options;
  const syncFiles = settings['audit.sync_files'];
  const sinks = openSinks(settings['audit.sinks'], { syncFiles, syslogTls });
  const holder = `${hostname()}:${process.pid}:${randomBytes(6).toString('hex')}`;
  const known = createRecentCount<readonly AuditSinkRecord[]>([], () => store.auditSinks.list(), clock);
  let deliveries: readonly SinkDelivery[] = [];
  let watch: BackgroundWork | undefined;
  return {
    start() {
      deliveries = sinks.map((sink) => startSinkDelivery({ sink, store, holder, logger }));
      watch = watchUnservedSinks({ store, holdMs: settings['audit.sink_hold'], logger, clock });
    },
    wake() {
      for (const delivery of deliveries) delivery.wake();
    },
    async report() {
      if (deliveries.length === 0) return [];
      const records = await known();
      return deliveries.map((delivery) => {
        const status = delivery.status();
        const record = records.find(({ id }) => id === status.id);
        const since = record?.waitingSince?.getTime() ?? clock().getTime();
        return {
          ...status,
          waitingRecords: record?.waitingRecords ?? 0,
          lagSeconds: Math.max(clock().getTime() - since, 0) / 1000,
        };
      });
    },
    async stop() {
      await watch?.stop();
      await Promise.all(deliveries.map((delivery) => delivery.stop()));
    },
  };
}
