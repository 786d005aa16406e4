import { useState } from "react";
import { Link } from "wouter";

import type { Saved } from "../api/resources";
import { useT } from "../i18n/translate";
import { RecordPlace } from "../records/RecordPlace";
import { useCall } from "../reveal/useCall";
import { Button, IconButton } from "../ui/Button";
import { Drop, type MenuItem, MenuList } from "../ui/Drop";
import { usePhone } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { useViews } from "../views/useViews";
import { CustomerDialogs, type Doing } from "./CustomerDialogs";

interface Props {
  id: string;
  name: string;
  data: Saved | undefined;
  /** Of the list that the page was opened from. */
  list: string | null;
  /** On the phone, where the name is out of sight. */
  named: boolean;
  onDelete: () => void;
}

/** Where one is, the place in the list, and what is done with the whole customer. */
export function CustomerTop({ id, name, data, list, named, onDelete }: Props) {
  const t = useT();
  const call = useCall();
  const phone = usePhone();
  const [doing, setDoing] = useState<Doing>(null);
  const newTask = t("form.new", { what: t("type.task") });
  const items: MenuItem[] = [
    { icon: "today", label: newTask, act: () => setDoing("task") },
    { icon: "swap", label: t("action.transfer"), act: () => setDoing("transfer") },
    { icon: "trash", danger: true, label: t("action.delete"), act: onDelete },
  ];
  return (
    <header className="top back">
      <Link href={list ? `/customers?${list}` : "/customers"} className="ib only-phone" aria-label={t("action.back")}>
        <Icon name="left" size={20} />
      </Link>
      <Crumbs list={list} />
      {phone ? <b className="el sp" aria-hidden="true">{named && name}</b> : <h1 className="el sp">{name}</h1>}
      {list !== null && <RecordPlace resource="customer" id={id} path="/customers" list={list} />}
      {data && (
        <span className="row g8 hide-phone">
          {list !== null && <i className="vr" />}
          {data.row["contactPhone"] != null && <Button icon="phone" onClick={() => call(id)}>{t("action.call")}</Button>}
          <Button icon="today" onClick={() => setDoing("task")}>{newTask}</Button>
          <Button icon="swap" onClick={() => setDoing("transfer")}>{t("action.transfer")}</Button>
        </span>
      )}
      <Drop right label={t("action.more")} button={({ toggle }) => <IconButton icon="more" bordered label={t("action.more")} onClick={toggle} />}>
        {(close) => <MenuList close={close} items={items} />}
      </Drop>
      {data && <CustomerDialogs doing={doing} row={data.row} etag={data.etag} onClose={() => setDoing(null)} />}
    </header>
  );
}

function Crumbs({ list }: { list: string | null }) {
  const t = useT();
  const views = useViews("customer");
  const view = list === null ? undefined : views.find((each) => each.viewId === new URLSearchParams(list).get("view"));
  const arrow = <span className="mut"><Icon name="right" size={14} /></span>;
  return (
    <span className="row g8 hide-phone crumbs">
      <Link href={list && !view ? `/customers?${list}` : "/customers"} className="ink2">{t("nav.customers")}</Link>
      {arrow}
      {view && (
        <>
          <Link href={`/customers?${list ?? ""}`} className="ink2 el" style={{ maxWidth: 160 }}>{view.name}</Link>
          {arrow}
        </>
      )}
    </span>
  );
}
