import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { type Field, whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { Person } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { ConflictRow, SettledRow } from "./ConflictRow";
import type { Conflict, Saving } from "./save";
import { SuspectedDialog } from "./SuspectedDialog";
import { useConflict } from "./useConflict";

/** Both values side by side; one's own is preselected. */
export function ConflictDialog({ saving, fields }: { saving: Saving; fields: Field[] }) {
  if (saving.conflict === null) return <SuspectedDialog saving={saving} />;
  return <Choosing conflict={saving.conflict} saving={saving} fields={fields} />;
}

function Choosing({ conflict, saving, fields }: { conflict: Conflict; saving: Saving; fields: Field[] }) {
  const t = useT();
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const { who, inConflict, others, merged, mineWords, theirWords, textOf, mine } = useConflict(conflict, fields);
  const current = conflict.current.row;
  const choose = (name: string, ofTheirs: boolean) => {
    const next = new Set(theirs);
    if (ofTheirs) next.add(name);
    else next.delete(name);
    setTheirs(next);
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void saving.resolve(Object.fromEntries(Object.entries(conflict.changes).filter(([name]) => !theirs.has(name))));
  };
  return (
    <Dialog title={t("conflict.title")} width={680} onClose={saving.dismiss}>
      <form onSubmit={submit}>
        <p className="ink2 md">{t(who ? "conflict.who" : "conflict.hint", { name: who?.name ?? "", at: who?.at ?? "", n: inConflict.length })}</p>
        <Heads
          who={who}
          onMine={() => setTheirs(new Set())}
          onTheirs={() => setTheirs(new Set(conflict.fields))}
        />
        {inConflict.map((field, at) => (
          <ConflictRow
            key={field.name}
            field={field}
            mine={textOf(field, mine)}
            theirs={textOf(field, current)}
            before={textOf(field, conflict.seen)}
            ofTheirs={theirs.has(field.name)}
            first={at === 0}
            onChoose={(ofTheirs) => choose(field.name, ofTheirs)}
          />
        ))}
        {all && others.map((field) => <SettledRow key={field.name} field={field} mine={textOf(field, mine)} theirs={textOf(field, current)} />)}
        {merged > 0 && (
          <p className="note n" style={{ marginTop: 16 }}>
            <Icon name="merge" />
            <span>
              {t("conflict.merged", { n: merged })}
              {[mineWords && t("conflict.mergedMine", { values: mineWords }), theirWords && t("conflict.mergedTheirs", { name: who?.name ?? t("conflict.other"), values: theirWords })]
                .filter(Boolean)
                .join(t("list.comma"))}
            </span>
          </p>
        )}
        <div className="dlg-foot">
          {others.length > 0 && (
            <button type="button" className="link md" aria-expanded={all} onClick={() => setAll(!all)}>
              {t(all ? "conflict.few" : "conflict.all")}
            </button>
          )}
          <span className="sp" />
          <Button onClick={saving.dismiss}>{t("conflict.back")}</Button>
          <Button type="submit" look="primary">
            {t(merged > 0 ? "conflict.saveMerged" : "conflict.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Heads({ who, onMine, onTheirs }: { who: { id: string; name: string } | null; onMine: () => void; onTheirs: () => void }) {
  const t = useT();
  const names = useNames();
  const { data: caller } = useQuery(whoami);
  return (
    <div className="cf cfh">
      <span />
      <div className="row g8">
        {caller?.user && <Person id={caller.user} name={names(caller.user)} />}
        <b>{t("conflict.mine")}</b>
        <button type="button" className="link md" onClick={onMine}>{t("conflict.allMine")}</button>
      </div>
      <div className="row g8">
        {who && <Person id={who.id} name={who.name} />}
        <b className="el">{who ? t("conflict.theirsOf", { name: who.name }) : t("conflict.theirs")}</b>
        <button type="button" className="link md nw" onClick={onTheirs}>{t("conflict.allTheirs")}</button>
      </div>
    </div>
  );
}
