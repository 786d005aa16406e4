import { useQuery } from "@tanstack/react-query";

import { list } from "../api/resources";
import { type Step, stepsOf } from "./path";

/** The stages that a deal has been through, the first first. */
export function useStageHistory(id: string) {
  const found = useQuery({
    queryKey: ["opportunity", "history", id],
    queryFn: ({ signal }) => list("opportunity", { pageSize: 50 }, signal, id, "history"),
  });
  const steps: Step[] | undefined = found.data && stepsOf(found.data.data);
  return { ...found, steps };
}
