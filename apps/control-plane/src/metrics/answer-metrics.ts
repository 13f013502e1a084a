import type { Registry } from 'prom-client';
import type { HeldAnswersStatus } from '../held-answers.js';
import { readMetrics } from './read-metrics.js';

export function observeHeldAnswers(registry: Registry, status: () => HeldAnswersStatus): void {
  const { gauge, counter } = readMetrics(registry);
  gauge(
    'answer_bytes_held',
    'Long answers of workers that their callers do not have yet, in bytes.',
    () => status().heldBytes,
  );
  gauge('answer_bytes_limit', 'How much of them there may be.', () => status().limitBytes);
  gauge('answers_waiting', 'Long answers of workers that wait to be read.', () => status().waiting);
  counter('answer_waits_total', 'Long answers that had to wait.', () => status().waitsTotal);
  counter(
    'answer_refusals_total',
    'Long answers that waited in vain, and were dropped.',
    () => status().refusalsTotal,
  );
}
