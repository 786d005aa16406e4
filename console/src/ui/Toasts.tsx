import { useT } from "../i18n/translate";
import { dismiss, useToasts } from "../state/toasts";
import { IconButton } from "./Button";
import { Icon } from "./Icon";

export function Toasts() {
  const t = useT();
  const shown = useToasts();
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((each) => (
        <div key={each.id} className="toast float">
          <Icon name={each.tone === "danger" ? "alert" : "check"} />
          <span className="sp">{each.text}</span>
          {each.actions?.map((action) => (
            <button
              key={action.label}
              type="button"
              className="btn sm"
              onClick={() => {
                dismiss(each.id);
                action.run();
              }}
            >
              {action.label}
            </button>
          ))}
          <IconButton small icon="x" label={t("action.close")} onClick={() => dismiss(each.id)} />
        </div>
      ))}
    </div>
  );
}
