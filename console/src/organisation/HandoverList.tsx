import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { Handover as Answer } from "../api/schema";
import { fullTime } from "../format/dates";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { Loaded } from "../ui/Loaded";
import { KINDS, LABELS, sumOf, undoAll } from "./handovers";
import { handoverPage } from "./useOrganisation";

const TONES = { open: "w", done: "o", undoing: "w", undone: "n" } as const;

interface Props {
  /** The one whose result is shown above. */
  except: string | null;
}

/** Handovers, newest first; recent ones can be undone. */
export function HandoverList({ except }: Props) {
  const t = useT();
  const found = useInfiniteQuery({
    queryKey: ["handovers"],
    queryFn: ({ pageParam, signal }) => handoverPage(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const all = found.data?.pages.flatMap((page) => page.data).filter((each) => each.handoverId !== except) ?? [];
  return (
    <section aria-label={t("hand.past")} style={{ marginTop: 24 }}>
      <h2 className="seth">{t("hand.past")}</h2>
      <Loaded found={found} lines={3}>
        {() => all.length === 0 ? (
          <p className="mut">{t("hand.none")}</p>
        ) : (
          <div className="card clip">{all.map((each) => <Entry key={each.handoverId} handover={each} />)}</div>
        )}
      </Loaded>
      {found.hasNextPage && (
        <Button small look="ghost" busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("hand.more")}
        </Button>
      )}
    </section>
  );
}

function Entry({ handover }: { handover: Answer }) {
  const t = useT();
  const names = useNames();
  const { language } = usePreferences();
  const queries = useQueryClient();
  const [now] = useState(() => Date.now());
  const undoing = useMutation({
    mutationFn: () => undoAll(handover),
    onSuccess: (answer) => toast(t("hand.took", { n: sumOf(answer.returned) })),
    onError: (error) => toast(error.message, { tone: "danger" }),
    onSettled: () => void queries.invalidateQueries(),
  });
  const { state } = handover;
  const counts = state === "undone" ? handover.returned : handover.given;
  const told = KINDS.filter((kind) => counts[kind] > 0).map((kind) => `${t(LABELS[kind])} ${counts[kind]}`);
  const until = handover.undoableUntil;
  const open = until !== null && Date.parse(until) > now && state !== "undone";
  return (
    <div className="li wrap">
      <span className="col sp g4" style={{ minWidth: 220 }}>
        <span className="row g8 wrap">
          <b>{names(handover.fromUserId)}</b>
          <span className="mut">→</span>
          <span>{handover.to.map((each) => names(each.userId)).join(t("today.comma"))}</span>
          <span className={`tag ${TONES[state]}`}>{t(`hand.state.${state}`)}</span>
        </span>
        <span className="sm ink2">{told.join(" · ") || t("hand.nothing")}</span>
        <span className="sm mut">
          {[handover.createdAt && fullTime(handover.createdAt, language), handover.handedBy && names(handover.handedBy)].filter(Boolean).join(" · ")}
        </span>
      </span>
      {open && until && (
        <span className="row g12 wrap">
          <span className="sm mut">{t("hand.until", { time: fullTime(until, language) })}</span>
          <Button small icon="undo" busy={undoing.isPending} onClick={() => undoing.mutate()}>
            {t("action.undo")}
          </Button>
        </span>
      )}
    </div>
  );
}
