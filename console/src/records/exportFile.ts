import { asApiError } from "../api/errors";
import { download, idField, type Query, type Resource } from "../api/resources";
import { isoDay } from "../format/dates";
import type { Translate } from "../i18n/translate";
import { toast } from "../state/toasts";
import { written } from "./filter";

/** A workbook of the chosen records, or of all that the filter finds. */
export async function exportFile(resource: Resource, ids: string[], query: Query, t: Translate): Promise<void> {
  const chosen = { any: false, conditions: [{ field: idField(resource), op: "in", value: ids }] };
  const filter = ids.length > 0 ? written(chosen) : query["filter"];
  try {
    const file = await download(resource, { filter, sort: query["sort"], format: "xlsx", columns: "labels" });
    const url = URL.createObjectURL(file);
    const link = document.createElement("a");
    link.href = url;
    link.download = `${resource}-${isoDay(new Date())}.xlsx`;
    link.click();
    URL.revokeObjectURL(url);
    toast(link.download);
  } catch (error) {
    toast(asApiError(error).message || t("error.title"), { tone: "danger" });
  }
}
