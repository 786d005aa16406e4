import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { api, body } from "../api/client";
import { ApiError } from "../api/errors";
import { caller } from "../api/resources";
import type { Duplicate } from "../api/schema";
import { newRequestId } from "../state/intent";
import type { Draft } from "../records/values";
import { useComposing } from "../ui/hooks";
import { criteriaOf } from "./criteria";

export type { Duplicate };

const PAUSE = 400;
const MINUTE = 60_000;

interface Duplicates {
  matches: Duplicate[];
  /** Why nothing more is checked today, in the reader's words. */
  spent: string | null;
  /** Whether the matches are those of what is typed now. */
  checked: boolean;
}

/** What may be the same customer, in the whole tenant, once the reader pauses. Each check counts and is audited. */
export function useDuplicates(draft: Draft): Duplicates {
  const [spent, setSpent] = useState<string | null>(null);
  const wanted = JSON.stringify(criteriaOf(draft));
  const [asked, setAsked] = useState("{}");
  const composing = useComposing();
  useEffect(() => {
    if (composing) return;
    const timer = window.setTimeout(() => setAsked(wanted), PAUSE);
    return () => window.clearTimeout(timer);
  }, [wanted, composing]);
  const { data, error } = useQuery({
    queryKey: ["duplicates", asked],
    queryFn: ({ signal }) => {
      const header = { ...caller(), "X-Request-ID": newRequestId() };
      return body(api.POST("/duplicates/check", { params: { header }, body: JSON.parse(asked) as object, signal }));
    },
    enabled: asked !== "{}" && spent === null,
    staleTime: MINUTE,
    gcTime: MINUTE,
  });
  useEffect(() => {
    if (error instanceof ApiError && error.status === 429) setSpent(error.message);
  }, [error]);
  // What was found for another name says nothing about this one.
  return { matches: wanted === "{}" ? [] : (data?.matches ?? []), spent, checked: wanted !== "{}" && wanted === asked && data !== undefined };
}
