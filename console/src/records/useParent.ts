import { useQuery } from "@tanstack/react-query";

import { get } from "../api/resources";
import { recordKey } from "./save";
import type { Draft } from "./values";

const NONE: Draft = {};

/** The customer that a new record is for, where the reader comes from one; undefined while it is read. */
export function useParent(customerId: string | null): Draft | undefined {
  const { data, isLoading } = useQuery({
    queryKey: recordKey("customer", customerId ?? ""),
    queryFn: () => get("customer", customerId ?? ""),
    enabled: customerId !== null,
  });
  if (customerId === null) return NONE;
  if (isLoading) return undefined;
  return data ? { customerId: { id: customerId, title: data.row["name"] as string } } : NONE;
}
