import { refuse } from './service-error.js';

interface WithBody {
  readonly body: Uint8Array;
}

/** @throws ServiceError JsonInfoInvalid */
export function jsonBody({ body }: WithBody): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as unknown;
  } catch {
    throw refuse.jsonInvalid('the body is not JSON');
  }
}

/** @throws ServiceError JsonInfoInvalid */
export function objectBody(call: WithBody): Readonly<Record<string, unknown>> {
  const value = jsonBody(call);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse.jsonInvalid('the body is no object');
  return value as Readonly<Record<string, unknown>>;
}
