/** The little of the WebAssembly JavaScript interface the kernel uses; neither `es2023` nor Node's own declarations have it. */
declare namespace WebAssembly {
  type Imports = Record<string, Record<string, (...args: number[]) => void>>;
  type Module = object;
  interface Instance {
    readonly exports: object;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  const Module: new (bytes: Uint8Array) => Module;
  const Instance: new (module: Module, imports: Imports) => Instance;
}
