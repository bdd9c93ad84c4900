/** The option that names the config file. */
export const CONFIG = {
  config: {
    alias: 'c',
    type: 'string',
    default: 'config.yaml',
    requiresArg: true,
    describe: 'Config file; - for standard input',
    coerce: (file: string) => {
      if (file !== '') return file;
      throw new Error('Not enough arguments following: config');
    },
  },
} as const;
