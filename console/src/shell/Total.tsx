import type { Page } from "../api/resources";

/** How many rows a list has, as far as the service has counted. */
export function Total({ of }: { of: Page | undefined }) {
  if (of?.total == null) return null;
  return (
    <i>
      {of.total.toLocaleString("en-US")}
      {of.totalIsMinimum && "+"}
    </i>
  );
}
