import type { ReactNode } from "react";

import { Failed, SkeletonLines } from "./States";

interface Props<T> {
  found: { data: T | undefined; error: unknown; refetch: () => unknown };
  /** As many as the answer will probably have, so that the page does not jump. */
  lines?: number;
  children: (data: T) => ReactNode;
}

/** The answer of a query; while it is loading a skeleton, and when it has failed a way to retry. */
export function Loaded<T>({ found: { data, error, refetch }, lines = 5, children }: Props<T>) {
  return (
    <>
      {error !== null && <Failed error={error} retry={() => void refetch()} />}
      {data === undefined && error === null && <SkeletonLines lines={lines} />}
      {data !== undefined && children(data)}
    </>
  );
}
