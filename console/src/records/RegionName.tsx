import { useRegions } from "./regions";

/** A code that is not known is shown as it is. */
export function RegionName({ code, whole = false }: { code: string; whole?: boolean }) {
  const names = useRegions()?.get(code)?.names;
  if (names === undefined) return <span className="el">{code}</span>;
  return (
    <span className="el" title={`${names.join(" ")} ${code}`}>
      {(whole ? names : names.slice(-2)).join(" ")}
    </span>
  );
}
