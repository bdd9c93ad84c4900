import type { Start } from '../config/scalars.js';

/** What a person wants of a consumer group's checkpoints. */
export type CheckpointTask =
  | { readonly kind: 'show'; readonly json: boolean }
  | { readonly kind: 'export' }
  | { readonly kind: 'import'; readonly file: string; readonly force: boolean }
  | {
      readonly kind: 'set';
      readonly shard: number | 'all';
      readonly to: Start | { readonly cursor: string };
      readonly force: boolean;
    };
