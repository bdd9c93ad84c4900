import type { ArgumentsCamelCase, InferredOptionTypes, Options, PositionalOptions } from 'yargs';

type OptionTable = Readonly<Record<string, Options>>;
type PositionalTable = Readonly<Record<string, PositionalOptions & { readonly type: 'string' }>>;

/** What a command can ask of the command line itself. */
export interface CommandLine {
  /** Prints the script for completion. */
  readonly printCompletion: () => void;
}

/** A row of the table of commands. */
export interface Command {
  readonly name: string;
  /** What stands behind the name, as yargs writes it: `<needed> [optional]`. */
  readonly takes: string;
  readonly says: string;
  readonly positionals: PositionalTable;
  readonly options: OptionTable;
  /** Calls without the name of the program, each with what it is for. */
  readonly examples: readonly (readonly [call: string, why: string])[];
  /** @returns the exit code. Rejects with a ForwarderError. */
  readonly run: (given: unknown, line: CommandLine) => Promise<number>;
}

interface Row<O extends OptionTable, P extends PositionalTable> {
  readonly name: string;
  readonly takes?: string;
  readonly says: string;
  readonly positionals?: P;
  readonly options?: O;
  readonly examples?: Command['examples'];
  readonly run: (
    given: ArgumentsCamelCase<InferredOptionTypes<O> & Record<keyof P & string, string>>,
    line: CommandLine,
  ) => Promise<number>;
}

/** A row whose function takes what its options give. */
export function command<O extends OptionTable, P extends PositionalTable>(row: Row<O, P>): Command {
  const run = row.run as Command['run'];
  return { takes: '', positionals: {}, options: {}, examples: [], ...row, run };
}

/** The options of a command that may be repeated. */
export const listsOf = ({ options }: Command): string[] =>
  Object.entries(options).flatMap(([name, { array }]) => (array === true ? [name] : []));
