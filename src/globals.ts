/// <reference lib="esnext.disposable" preserve="true" />

// What the declarations name and a project's `lib` may not have: it is there wherever kobai runs. Interfaces merge with those of "dom" or
// of Node's types, where there are any.

declare global {
  interface AbortSignal {}
  interface ReadableStream<R> {}
  interface Response {}
  interface URL {}
  namespace WebAssembly {
    interface Memory {}
    interface Module {}
  }
}

export {};
