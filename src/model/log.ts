/** The logger as the parts see it; pino satisfies it. Fields first, then one sentence a person understands. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
