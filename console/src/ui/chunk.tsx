import { type ComponentType, type ReactNode, useEffect, useState } from "react";

import { SkeletonLines } from "./States";

/** The default export of a module. */
type Load<P> = () => Promise<{ default: ComponentType<P> }>;

interface Chunk<P> {
  (props: P): ReactNode;
  /** Fetches it before it is wanted. */
  preload: () => Promise<void>;
}

/**
 * A component in a chunk of its own. Without Suspense, for React shows a fallback for at least 300 ms,
 * also when the chunk is there at once.
 */
export function chunk<P extends object>(load: Load<P>, waiting: ReactNode = null): Chunk<P> {
  let loaded: ComponentType<P> | null = null;
  const preload = async () => {
    loaded = (await load()).default;
  };

  function Chunk(props: P) {
    const [Loaded, setLoaded] = useState(() => loaded);
    const [failure, setFailure] = useState<{ error: unknown } | null>(null);
    useEffect(() => {
      if (Loaded !== null) return;
      let wanted = true;
      preload().then(
        () => wanted && setLoaded(() => loaded),
        (error: unknown) => wanted && setFailure({ error }),
      );
      return () => {
        wanted = false;
      };
    }, [Loaded]);
    if (failure !== null) throw failure.error;
    return Loaded === null ? waiting : <Loaded {...props} />;
  }
  Chunk.preload = preload;
  return Chunk;
}

/** A screen: lines of grey until it is there. */
export const screen = <P extends object>(load: Load<P>): Chunk<P> =>
  chunk(
    load,
    <div className="cl">
      <SkeletonLines />
    </div>,
  );
