// What Node 26 has and the TypeScript inside tslab (5.0) does not know. Cells see it; the house's own compiler
// has the same signatures already.

interface ReadonlyArray<T> {
  toSorted(compare?: (a: T, b: T) => number): T[];
  toReversed(): T[];
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  with(index: number, value: T): T[];
}

interface Array<T> {
  toSorted(compare?: (a: T, b: T) => number): T[];
  toReversed(): T[];
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  with(index: number, value: T): T[];
}

interface ObjectConstructor {
  groupBy<K extends PropertyKey, T>(
    items: Iterable<T>,
    key: (item: T, index: number) => K,
  ): Partial<Record<K, T[]>>;
}

interface MapConstructor {
  groupBy<K, T>(items: Iterable<T>, key: (item: T, index: number) => K): Map<K, T[]>;
}

interface Set<T> {
  union<U>(other: ReadonlySet<U>): Set<T | U>;
  intersection<U>(other: ReadonlySet<U>): Set<T & U>;
  difference<U>(other: ReadonlySet<U>): Set<T>;
  symmetricDifference<U>(other: ReadonlySet<U>): Set<T | U>;
  isSubsetOf(other: ReadonlySet<unknown>): boolean;
  isSupersetOf(other: ReadonlySet<unknown>): boolean;
  isDisjointFrom(other: ReadonlySet<unknown>): boolean;
}

interface PromiseConstructor {
  withResolvers<T>(): {
    promise: Promise<T>;
    resolve: (value: T | PromiseLike<T>) => void;
    reject: (reason?: unknown) => void;
  };
}
