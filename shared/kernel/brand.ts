/** A nominal type: a plain value at run time, a type of its own for the compiler. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };
