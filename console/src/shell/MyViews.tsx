import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";

import { list, type Resource } from "../api/resources";
import { useT } from "../i18n/translate";
import { applyColumns } from "../records/useLayout";
import { open } from "../state/layers";
import { IconButton } from "../ui/Button";
import { filterOf, useViews, type View } from "../views/useViews";
import { Total } from "./Total";

const MOST = 6;
const MINUTE = 60_000;
/** The first screen is drawn before anything is counted for the margin. */
const AFTER = 1500;
const LISTS: Partial<Record<string, string>> = { customer: "/customers", opportunity: "/deals" };

/** The saved views of the two lists of every day, with how many rows they have. */
export function MyViews() {
  const t = useT();
  const [path, go] = useLocation();
  const views = [...useViews("customer"), ...useViews("opportunity")].slice(0, MOST);
  const [counting, setCounting] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setCounting(true), AFTER);
    return () => window.clearTimeout(timer);
  }, []);
  const add = () => {
    if (!Object.values(LISTS).includes(path)) go("/customers");
    open({ view: true });
  };
  return (
    <section aria-labelledby="my-views">
      <h2 className="h6" id="my-views">
        <span className="sp">{t("view.mine")}</span>
        <IconButton small icon="plus" label={t("view.saveAs")} onClick={add} />
      </h2>
      {views.length === 0 && <p className="mut md" style={{ padding: "4px 8px" }}>{t("view.mineHint")}</p>}
      {views.map((view) => (
        <Entry key={view.viewId} view={view} counting={counting} />
      ))}
    </section>
  );
}

function Entry({ view, counting }: { view: View; counting: boolean }) {
  const [params] = useSearchParams();
  const resource = view.resource as Resource;
  const filter = filterOf(view);
  const { data } = useQuery({
    queryKey: [resource, "count", filter],
    queryFn: ({ signal }) => list(resource, { filter, pageSize: 1, ...(filter && { withTotal: true }) }, signal),
    staleTime: MINUTE,
    enabled: counting,
  });
  const query = new URLSearchParams({
    ...(resource === "opportunity" && { mode: "table" }),
    view: view.viewId,
    ...(filter && { filter }),
    ...(view.sort && { sort: view.sort }),
  });
  const on = params.get("view") === view.viewId;
  return (
    <Link
      href={`${LISTS[resource] ?? ""}?${query.toString()}`}
      className={`it v${on ? " on" : ""}`}
      aria-current={on ? "page" : undefined}
      onClick={() => view.columns.length > 0 && applyColumns(resource, view.columns)}
    >
      <span className="vd" aria-hidden="true" />
      <span className="el">{view.name}</span>
      <Total of={data} />
    </Link>
  );
}
