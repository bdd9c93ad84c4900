/**
 * The kinds that a member of a record has in `layout.ts`. It is one 32-bit word, except:
 * - `text`: two words, `<name>` (address) and `<name>Length` (bytes). The bytes are UTF-8 and at least 16 readable bytes follow them.
 * - `list`: two words, `<name>` (address of the first record) and `<name>Count`.
 * - `v128`: four words.
 */
export type Kind = 'u32' | 'i32' | 'address' | 'text' | 'list' | 'v128';

/** Only the kernel writes such a member; it starts as 0. */
export type OwnKind = `own ${Kind}`;
