import { useState } from "react";

import { type Key, useT } from "../i18n/translate";
import { useChildren } from "../records/useRecord";
import { Button } from "../ui/Button";
import { Failed, SkeletonLines } from "../ui/States";
import { TimelineEntry } from "./TimelineEntry";
import { daysBefore, useTitles } from "./timelineWords";
import { useTimeline } from "./useTimeline";
import { WaitingNotes } from "./WaitingNotes";

const STEP = 20;

const KINDS: { types: string; label: Key }[] = [
  { types: "", label: "timeline.all" },
  { types: "followUp", label: "timeline.followUps" },
  { types: "stage,contract,payment", label: "timeline.sales" },
  { types: "task,transfer,change", label: "timeline.system" },
];

interface Props {
  customerId: string;
  first?: number;
  filters?: boolean;
  /** A button for what is older. */
  older?: boolean;
}

/** What was said, moved, signed and paid, newest first. */
export function Timeline({ customerId, first = STEP, filters = false, older = true }: Props) {
  const t = useT();
  const titleOf = useTitles(customerId);
  const notes = useChildren("follow_up", { customerId }).data?.total;
  const [types, setTypes] = useState("");
  const found = useTimeline(customerId, types, first);
  if (found.error) return <Failed error={found.error} retry={() => void found.refetch()} />;
  const items = found.data?.pages.flatMap((each) => each.data);
  return (
    <>
      {filters && (
        <div className="row g6 wrap tlf" role="group" aria-label={t("record.activity")}>
          {KINDS.map((each) => (
            <button key={each.types} type="button" className={`chip q${types === each.types ? " on" : ""}`} aria-pressed={types === each.types} onClick={() => setTypes(each.types)}>
              {t(each.label)}
              {each.types === "followUp" && notes != null && <span>{notes}</span>}
            </button>
          ))}
        </div>
      )}
      <WaitingNotes customerId={customerId} />
      {!items && <SkeletonLines />}
      {items?.length === 0 && <p className="mut" style={{ padding: "8px 0" }}>{t("follow.empty")}</p>}
      {items && items.length > 0 && (
        <ol className={`tl${found.isPlaceholderData ? " dim" : ""}`}>
          {items.map((item, at) => (
            <TimelineEntry key={`${item.type} ${item.at} ${at}`} item={item} days={daysBefore(item, items.slice(at + 1))} titleOf={titleOf} />
          ))}
        </ol>
      )}
      {older && found.hasNextPage && (
        <Button small busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("timeline.older")}
        </Button>
      )}
    </>
  );
}
