import type { EventPosition, SandboxEvent } from '@stacyvm/store';
import { badRequest } from '../http-errors.js';

const ID = /^evt-(\d{1,16})-(\d{1,16})$/;

export function eventId({ xact, id }: EventPosition): string {
  return `evt-${xact}-${id}`;
}

/** @throws RequestError 400 `invalid_event_id` */
export function eventPosition(text: string): EventPosition {
  const [, xact, id] = ID.exec(text) ?? [];
  const position = { xact: Number(xact), id: Number(id) };
  if (Number.isSafeInteger(position.xact) && Number.isSafeInteger(position.id)) return position;
  throw badRequest('invalid_event_id', 'Last-Event-ID: is not the id of an event');
}

/** An event of the stream: its id, by which a reader resumes, and one line of JSON. */
export function eventText({ position, type, sandboxId, at, data }: SandboxEvent): string {
  const id = eventId(position);
  return text(id, {
    id,
    type,
    sandbox_id: sandboxId,
    timestamp: at.toISOString(),
    ...(Object.keys(data).length === 0 ? {} : { data }),
  });
}

/** That events are gone which the reader has not seen. It goes on with the oldest that is kept, and has the id that was asked for. */
export function overflowText(after: EventPosition, now: Date): string {
  const id = eventId(after);
  return text(id, { id, type: 'overflow', timestamp: now.toISOString() });
}

/** That the reader may not have what comes behind, and why. */
export function endedText(after: EventPosition, now: Date, reason: string): string {
  const id = eventId(after);
  return text(id, { id, type: 'ended', timestamp: now.toISOString(), data: { reason } });
}

function text(id: string, event: Readonly<Record<string, unknown>>): string {
  return `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
}
