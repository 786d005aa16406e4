import { useEffect, useState } from "react";
import { Link, useLocation } from "wouter";

import type { Row } from "../api/resources";
import { RecordFoot } from "../followups/RecordFoot";
import { useT } from "../i18n/translate";
import { ConflictDialog } from "../records/ConflictDialog";
import { useDelete } from "../records/useDelete";
import { useSave } from "../records/save";
import { useRecord } from "../records/useRecord";
import { remember } from "../state/recent";
import { toast } from "../state/toasts";
import { IconButton } from "../ui/Button";
import { Drop, MenuList } from "../ui/Drop";
import { useKeys } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Failed, SkeletonLines } from "../ui/States";
import { DealColumns } from "./DealColumns";
import { EndButtons, useEndItems } from "./EndButtons";
import { LostReason } from "./LostReason";
import { StageGate } from "./StageGate";
import { type Deal, type Stage, useStages } from "./stages";
import { useMove } from "./useMove";

const OPEN = 1;
/** Where the reason is asked for: below the end of the head. */
const WIDTH = 160;

function placeOfHead(): DOMRect {
  const head = document.querySelector(".top")?.getBoundingClientRect() ?? new DOMRect(0, 0, window.innerWidth, 0);
  return new DOMRect(head.right - WIDTH, head.top, WIDTH, head.height);
}

export default function DealPage({ id }: { id: string }) {
  const t = useT();
  const [, go] = useLocation();
  const { data, error, refetch, fields } = useRecord("opportunity", id);
  const saving = useSave("opportunity");
  const erase = useDelete("opportunity");
  const stages = useStages(fields);
  const { won, lost } = stages;
  const { move, gate, closeGate, refused } = useMove(fields, stages);
  const [losing, setLosing] = useState<DOMRect | null>(null);
  const begin = (row: Row, stage: Stage) => {
    if (stage.value === lost?.value) setLosing(placeOfHead());
    else void move({ deal: dealOf(row), stage, place: placeOfHead() });
  };
  const title = (data?.row["title"] as string | undefined) ?? "";
  useEffect(() => {
    if (title) remember({ path: `/deals/${id}`, title, type: "opportunity" });
  }, [id, title]);
  useKeys({ Escape: () => (losing || gate ? false : go("/deals")) });
  useEffect(() => {
    if (refused) toast(refused.reason, { tone: "danger" });
  }, [refused]);
  const deleted = () => void erase(id, title).then((done) => done && go("/deals"));
  const isOpen = data?.row["status"] === OPEN;
  const ends = useEndItems({ won, lost, onMove: (stage) => data && begin(data.row, stage) }, isOpen);
  return (
    <>
      <header className="top back">
        <Link href="/deals" className="ib only-phone" aria-label={t("action.back")}>
          <Icon name="left" size={20} />
        </Link>
        <Link href="/deals" className="ink2 hide-phone">
          {t("nav.deals")}
        </Link>
        <span className="hide-phone mut">
          <Icon name="right" size={14} />
        </span>
        <h1 className="el sp">{title}</h1>
        {data && isOpen && <EndButtons won={won} lost={lost} onMove={(stage) => begin(data.row, stage)} />}
        <Drop right label={t("action.more")} button={({ toggle }) => <IconButton icon="more" label={t("action.more")} onClick={toggle} />}>
          {(close) => <MenuList close={close} items={[...ends, { icon: "trash", danger: true, label: t("action.delete"), act: deleted }]} />}
        </Drop>
      </header>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!error && !data && <div className="cl"><SkeletonLines lines={10} /></div>}
      {data && <DealColumns id={id} row={data.row} fields={fields} saving={saving} stages={stages} onMove={(stage) => begin(data.row, stage)} />}
      {data && <RecordFoot about={{ customerId: data.row["customerId"] as string, name: nameOf(data.row["customer"]) ?? title, dealId: id }} call />}
      <ConflictDialog saving={saving} fields={fields} />
      {gate && <StageGate gate={gate} below onMove={move} onClose={closeGate} />}
      {losing && data && (
        <LostReason
          deal={{ title, customer: nameOf(data.row["customer"]), amountCents: data.row["amountCents"] as number, currency: data.row["currency"] as string }}
          place={losing}
          fields={fields}
          below
          onClose={() => setLosing(null)}
          onLose={(why) => {
            setLosing(null);
            if (lost) void move({ deal: dealOf(data.row), stage: lost, place: losing, more: why });
          }}
        />
      )}
    </>
  );
}

const nameOf = (of: unknown) => (of as Row | null | undefined)?.["name"] as string | undefined;

const dealOf = (row: Row): Deal => ({
  opportunityId: row["opportunityId"] as string,
  customerId: row["customerId"] as string,
  title: row["title"] as string,
  stage: row["stage"] as number,
});
