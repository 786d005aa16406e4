import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { idOf, list, type Row } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { useFields } from "../records/fields";
import { written } from "../records/filter";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { FormFault, SkeletonLines } from "../ui/States";
import { MergeGrid } from "./MergeGrid";
import { countsOf, differing, takenBy } from "./merging";
import { useMerge } from "./useMerge";

const BESIDE = { 2: 760, 3: 900, 4: 1040, 5: 1160 } as const;

/** Which customer stays, and what it takes of the others. It can be undone for 30 days. */
export default function MergeDialog({ ids, onClose }: { ids: string[]; onClose: (merged: boolean) => void }) {
  const t = useT();
  const { embed } = useFields("customer");
  const filter = written({ any: true, conditions: ids.map((value) => ({ field: "customerId", op: "=", value })) });
  const { data, error } = useQuery({
    queryKey: ["customer", "merging", ids, embed],
    queryFn: ({ signal }) => list("customer", { filter, pageSize: ids.length, embed: embed.join(",") }, signal),
    staleTime: 0,
  });
  const found = data?.data ?? [];
  // In the order in which they were chosen, the first one stays unless somebody says otherwise.
  const rows = ids.map((id) => found.find((row) => idOf("customer", row) === id)).filter((row) => row !== undefined);
  const width = BESIDE[ids.length as keyof typeof BESIDE];
  return (
    <Dialog title={t("duplicates.mergeTitle")} width={width} onClose={() => onClose(false)}>
      {error && <FormFault error={error} />}
      {!data && !error && <SkeletonLines lines={6} />}
      {rows.length > 1 && <Choosing rows={rows} onClose={onClose} />}
    </Dialog>
  );
}

function Choosing({ rows, onClose }: { rows: Row[]; onClose: (merged: boolean) => void }) {
  const t = useT();
  const label = useLabel();
  const { fields } = useFields("customer");
  const [kept, keep] = useState(idOf("customer", rows[0] as Row));
  const [chosen, choose] = useState<Record<string, string>>({});
  const shown = differing(fields, rows);
  const others = rows.map((row) => idOf("customer", row)).filter((id) => id !== kept);
  // Choices that equal the default are not sent.
  const taken = Object.fromEntries(Object.entries(chosen).filter(([name, id]) => takenBy(rows, kept, {}, name) !== id));
  const { preview, merging } = useMerge(kept, others, taken, () => onClose(true));
  const counts = preview.data ? countsOf(preview.data.moved) : [];
  return (
    <>
      <p className="ink2 md">{t("duplicates.mergeHint")}</p>
      <MergeGrid
        rows={rows}
        fields={shown}
        kept={kept}
        takenFrom={(name) => takenBy(rows, kept, chosen, name)}
        onKeep={keep}
        onTake={(name, id) => choose({ ...chosen, [name]: id })}
        labelOf={(field) => label(field.label)}
      />
      <div className="note n" role="status">
        {preview.data ? (
          <span>
            {counts.length === 0 ? t("duplicates.movesNone") : t("duplicates.moves", { what: counts.map(([name, n]) => t(name, { n })).join(t("today.comma")) })}
            {Object.keys(preview.data.changes).length > 0 && ` ${t("duplicates.changes", { n: Object.keys(preview.data.changes).length })}`}
          </span>
        ) : (
          <span>{preview.isError ? t("error.title") : t("service.asking")}</span>
        )}
      </div>
      <FormFault error={merging.error ?? preview.error} />
      <div className="dlg-foot">
        <Button onClick={() => onClose(false)}>{t("action.cancel")}</Button>
        <Button look="primary" busy={merging.isPending} disabled={!preview.data} onClick={() => merging.mutate()}>
          {t("duplicates.mergeAll", { n: rows.length })}
        </Button>
      </div>
    </>
  );
}
