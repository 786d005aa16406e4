import { useQuery } from "@tanstack/react-query";

import { list } from "../api/resources";
import { useT } from "../i18n/translate";
import { useRecord } from "../records/useRecord";
import { Time } from "../records/Value";
import { Failed } from "../ui/States";
import { useStages } from "./stages";

/** When the deal entered which stage. */
export function StageHistory({ id }: { id: string }) {
  const t = useT();
  const { fields } = useRecord("opportunity", id);
  const { open, won, lost } = useStages(fields);
  const names = new Map([...open, won, lost].flatMap((each) => (each ? [[each.value, each.name]] : [])));
  const { data, error, refetch } = useQuery({
    queryKey: ["opportunity", "history", id],
    queryFn: ({ signal }) => list("opportunity", { pageSize: 50 }, signal, id, "history"),
  });
  return (
    <section aria-label={t("deal.history")}>
      <h3 className="h">{t("deal.history")}</h3>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {data && data.data.length > 0 && (
        <div className="card clip">
          {data.data.map((row, at) => (
            <div key={at} className="li">
              <span className="stc sp">
                <i className={`dot s${row["toStage"] as number}`} />
                {names.get(row["toStage"] as number)}
              </span>
              <Time value={row["createdAt"] as string} />
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
