import type { OperationId } from '@stacyvm/api';
import { fleetRows } from './fleet-rows.js';
import type { Row } from './row.js';
import { sandboxRows } from './sandbox-rows.js';
import { tenantRows } from './tenant-rows.js';

/** One row an operation of the contract; the compiler misses none, and knows of none that there is not. */
export const ROWS: Readonly<Record<OperationId, Row>> = { ...sandboxRows, ...fleetRows, ...tenantRows };
