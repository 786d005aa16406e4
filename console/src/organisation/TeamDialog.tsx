import { useMutation, useQueryClient } from "@tanstack/react-query";

import type { Team } from "../api/schema";
import { useT } from "../i18n/translate";
import { useColleagues, useNames } from "../people/useNames";
import { toast } from "../state/toasts";
import { useDialogForm } from "../state/useDialogForm";
import { Person } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice, Field, Text } from "../ui/Field";
import { FormFault } from "../ui/States";
import { branches, withBelow } from "./tree";
import { addTeam, changeTeam, deleteTeam } from "./useOrganisation";

type Part = "none" | "member" | "leader" | "both";

interface Draft {
  name: string;
  parentId: string;
  parts: Record<string, Part>;
}

function partIn(team: Team | null, id: string): Part {
  const [leads, belongs] = [team?.leaderIds.includes(id), team?.memberIds.includes(id)];
  if (leads) return belongs ? "both" : "leader";
  return belongs ? "member" : "none";
}

export function TeamDialog({ team, teams, onClose }: { team: Team | null; teams: Team[]; onClose: () => void }) {
  const t = useT();
  const names = useNames();
  const queries = useQueryClient();
  const colleagues = useColleagues();
  // Those who have left are still shown where they belong, to be taken out.
  const everybody = [...new Set([...colleagues.map((each) => each.userId), ...(team?.leaderIds ?? []), ...(team?.memberIds ?? [])])];
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: ["teams"] });
    void queries.invalidateQueries({ queryKey: ["people"] });
  };
  const partOf = (draft: Draft, id: string) => draft.parts[id] ?? partIn(team, id);
  const { draft, set, saving, refused, complete, submit, close } = useDialogForm<Draft>({
    key: `team.${team?.teamId ?? ""}`,
    start: () => ({ name: team?.name ?? "", parentId: team?.parentId ?? "", parts: {} }),
    isComplete: (draft) => draft.name.trim() !== "",
    save: (draft, requestId) => {
      const those = (...parts: Part[]) => everybody.filter((id) => parts.includes(partOf(draft, id)));
      const content = { name: draft.name.trim(), parentId: draft.parentId || null, leaderIds: those("leader", "both"), memberIds: those("member", "both") };
      return team ? changeTeam(team.teamId, requestId, content) : addTeam(requestId, content);
    },
    onSaved: (draft) => {
      toast(t(team ? "record.saved" : "form.created", { name: draft.name }));
      refresh();
    },
    onClose,
  });
  const erasing = useMutation({
    mutationFn: (id: string) => deleteTeam(id),
    onSuccess: () => {
      toast(t("record.deleted", { name: team?.name ?? "" }));
      refresh();
      close();
    },
  });
  const below = team ? withBelow(teams, team.teamId) : new Set<string>();
  const parents = branches(teams).filter((each) => !below.has(each.team.teamId));
  return (
    <Dialog title={team ? team.name : t("org.addTeam")} onClose={close}>
      <form onSubmit={submit} noValidate>
        <div className="form" style={{ margin: "16px 0" }}>
          <Field label={t("org.teamName")} fault={refused?.faultOf("name")}>
            {(control) => <Text {...control} autoFocus value={draft.name} onChange={(event) => set({ name: event.target.value })} />}
          </Field>
          <Field label={t("org.parent")} fault={refused?.faultOf("parentId")}>
            {(control) => (
              <Choice {...control} value={draft.parentId} onChange={(event) => set({ parentId: event.target.value })}>
                <option value="">{t("org.top")}</option>
                {parents.map(({ team: each, depth }) => <option key={each.teamId} value={each.teamId}>{"\u2003".repeat(depth) + each.name}</option>)}
              </Choice>
            )}
          </Field>
        </div>
        <h3 className="h">{t("org.people")}</h3>
        <div className="card scroll" style={{ maxHeight: 280 }}>
          {everybody.map((id) => (
            <div key={id} className="li">
              <Person id={id} name={names(id)} />
              <span className="sp el">{names(id)}</span>
              <Choice aria-label={t("org.partOf", { name: names(id) })} style={{ width: 160 }} value={partOf(draft, id)} onChange={(event) => set({ parts: { ...draft.parts, [id]: event.target.value as Part } })}>
                {(["none", "member", "both", "leader"] as const).map((part) => <option key={part} value={part}>{t(`org.part.${part}`)}</option>)}
              </Choice>
            </div>
          ))}
        </div>
        <FormFault error={saving.error ?? erasing.error} known={["name", "parentId"]} />
        <div className="dlg-foot">
          {team && <Button look="danger" busy={erasing.isPending} onClick={() => erasing.mutate(team.teamId)}>{t("action.delete")}</Button>}
          <span className="sp" />
          <Button onClick={close}>{t("action.cancel")}</Button>
          <Button type="submit" look="primary" busy={saving.isPending} disabled={!complete}>{t("action.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
