import { useT } from "../i18n/translate";
import { NotificationList } from "./NotificationList";

export default function NotificationsPage() {
  const t = useT();
  return (
    <>
      <header className="top">
        <h1>{t("bell.title")}</h1>
      </header>
      <div className="cl">
        <div style={{ maxWidth: 640 }}>
          <NotificationList />
        </div>
      </div>
    </>
  );
}
