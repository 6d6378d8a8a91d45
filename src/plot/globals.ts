// What the declarations of figures name and a project's `lib` may not have: a page's elements. Interfaces merge with those of "dom".

declare global {
  interface Document {}
  interface Element {}
  interface SVGElement extends Element {}
  interface SVGSVGElement extends SVGElement {}
}

export {};
