import type { Metrics } from '../metrics/metrics.js';
import { type Handlers, handle } from './handler.js';

export function metricsHandlers(
  metrics: Pick<Metrics, 'text' | 'contentType'>,
): Handlers<'getPrometheusMetrics'> {
  return {
    getPrometheusMetrics: handle(async (_request, response) => {
      response.set('Content-Type', metrics.contentType).send(await metrics.text());
    }),
  };
}
