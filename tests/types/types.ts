/** Types for tests of types. */

/** Whether two types are one and the same: unlike two that can be assigned to each other, as anything can to `any`. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles where its argument is true. */
export type Expect<T extends true> = T;

/** The names of an options type that must be given. */
export type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];
