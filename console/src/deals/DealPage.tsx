import { useEffect, useState } from "react";
import { Link, useLocation } from "wouter";

import type { Row } from "../api/resources";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { Timeline } from "../followups/Timeline";
import { Composer } from "../followups/Composer";
import { ConflictDialog } from "../records/ConflictDialog";
import { Facts } from "../records/Facts";
import { useSave } from "../records/save";
import { useDelete } from "../records/useDelete";
import { useRecord } from "../records/useRecord";
import { Tasks } from "../tasks/Tasks";
import { remember } from "../state/recent";
import { IconButton } from "../ui/Button";
import { Drop, MenuList } from "../ui/Drop";
import { Failed, SkeletonLines } from "../ui/States";
import { EndButtons, useEndItems } from "./EndButtons";
import { LostDialog } from "./LostDialog";
import { StageHistory } from "./StageHistory";
import { type Deal, type Stage, useMove, useStages } from "./stages";
import { Stepper } from "./Stepper";

const OPEN = 1;
const WON = 2;

export default function DealPage({ id }: { id: string }) {
  const t = useT();
  const [, go] = useLocation();
  const { data, error, refetch, fields } = useRecord("opportunity", id);
  const saving = useSave("opportunity");
  const erase = useDelete("opportunity");
  const { open, won, lost } = useStages(fields);
  const move = useMove();
  const [losing, setLosing] = useState(false);
  const begin = (row: Row, stage: Stage) => {
    if (stage.value === lost?.value) setLosing(true);
    else void move(dealOf(row), stage);
  };
  const title = (data?.row["title"] as string | undefined) ?? "";
  useEffect(() => {
    if (title) remember({ path: `/deals/${id}`, title, type: "opportunity" });
  }, [id, title]);
  const deleted = () => void erase(id, title).then((done) => done && go("/deals"));
  const customer = data?.row["customer"] as Row | null | undefined;
  const customerId = data?.row["customerId"] as string;
  const ends = useEndItems({ won, lost, onMove: (stage) => data && begin(data.row, stage) }, data?.row["status"] === OPEN);
  const stepper = (row: Row) => <Stepper stages={[...open, ...(won ? [won] : [])]} lost={lost} row={row} onMove={(stage) => begin(row, stage)} />;
  return (
    <>
      <header className="top">
        <Link href="/deals" className="ink2">
          {t("nav.deals")}
        </Link>
        <span className="mut" aria-hidden="true">›</span>
        <h1 className="el sp">{title}</h1>
        {data?.row["status"] === OPEN && <EndButtons won={won} lost={lost} onMove={(stage) => begin(data.row, stage)} />}
        <Drop right label={t("action.more")} button={({ toggle }) => <IconButton icon="more" label={t("action.more")} onClick={toggle} />}>
          {(close) => <MenuList close={close} items={[...ends, { icon: "trash", danger: true, label: t("action.delete"), act: deleted }]} />}
        </Drop>
      </header>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!error && !data && <div className="cl"><SkeletonLines lines={10} /></div>}
      {data && (
        <div className="tri">
          <section className="c1" aria-label={t("record.facts")}>
            <h2 className="name">{title}</h2>
            <Link href={`/customers/${customerId}`} className="link">
              {customer?.["name"] as string | undefined}
            </Link>
            <div className="figs">
              <div>
                <b>{money(data.row["amountCents"] as number, data.row["currency"] as string)}</b>
              </div>
            </div>
            <div className="only-phone">{stepper(data.row)}</div>
            <Facts resource="opportunity" fields={fields} row={data.row} saving={saving} except={["title", "customerId", "stage"]} />
          </section>
          <section className="c2" aria-label={t("record.activity")}>
            <div className="hide-phone">{stepper(data.row)}</div>
            <Composer customerId={customerId} name={(customer?.["name"] as string | undefined) ?? title} />
            <Timeline customerId={customerId} />
          </section>
          <section className="c3" aria-label={t("record.related")}>
            <Tasks customerId={customerId} />
            <StageHistory id={id} />
            {data.row["status"] === WON && (
              <Link className="btn" style={{ marginTop: 12 }} href={`/contracts?new&customerId=${customerId}&opportunityId=${id}`}>
                {t("deal.contract")}
              </Link>
            )}
          </section>
        </div>
      )}
      <ConflictDialog saving={saving} fields={fields} />
      {losing && (
        <LostDialog
          title={title}
          fields={fields}
          onClose={() => setLosing(false)}
          onLose={(why) => {
            setLosing(false);
            if (data && lost) void move(dealOf(data.row), lost, why);
          }}
        />
      )}
    </>
  );
}

const dealOf = (row: Row): Deal => ({
  opportunityId: row["opportunityId"] as string,
  title: row["title"] as string,
  stage: row["stage"] as number,
});
