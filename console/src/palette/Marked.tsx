import type { Hit } from "../api/resources";

/** The title with the characters that matched. */
export function Marked({ hit }: { hit: Hit }) {
  const match = hit.matched.find((each) => each.text === hit.title);
  if (!match) return <>{hit.title}</>;
  const characters = Array.from(hit.title);
  const within = (at: number) => match.ranges.some(([from, to]) => at >= (from as number) && at < (to as number));
  return (
    <>
      {characters.map((character, at) => (within(at) ? <mark key={at}>{character}</mark> : character))}
    </>
  );
}
