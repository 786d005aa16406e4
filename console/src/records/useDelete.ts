import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { asApiError } from "../api/errors";
import { remove, type Resource, restore } from "../api/resources";
import { useT } from "../i18n/translate";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";

/** Deletes at once and offers to undo it, instead of asking for confirmation. */
export function useDelete(resource: Resource) {
  const t = useT();
  const queries = useQueryClient();
  return useCallback(
    async (id: string, name: string): Promise<boolean> => {
      const refresh = () => queries.invalidateQueries({ queryKey: [resource] });
      const bringBack = async () => {
        try {
          await restore(resource, id, newRequestId());
          await refresh();
          toast(t("record.restored", { name }));
        } catch (error) {
          toast(asApiError(error).message, { tone: "danger" });
        }
      };
      try {
        await remove(resource, id, newRequestId());
      } catch (error) {
        toast(asApiError(error).message, { tone: "danger" });
        return false;
      }
      await refresh();
      toast(t("record.deleted", { name }), { actions: [{ label: t("action.undo"), run: () => void bringBack() }] });
      return true;
    },
    [queries, resource, t],
  );
}
