import { useT } from "../i18n/translate";
import { type Action, dismiss, type Toast, useToasts } from "../state/toasts";
import { IconButton } from "./Button";
import { useKeys } from "./hooks";
import { Icon } from "./Icon";

export function Toasts() {
  const t = useT();
  const shown = useToasts();
  const act = (of: Toast, action: Action) => {
    dismiss(of.id);
    action.run();
  };
  const keyed = [...shown].reverse().find((each) => each.keys);
  useKeys(Object.fromEntries((keyed?.actions ?? []).flatMap((action, at) => (action.quiet ? [] : [[String(at + 1), () => act(keyed as Toast, action)]]))));
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((each) => (
        <div key={each.id} className="toast float">
          <Icon name={each.tone === "danger" ? "alert" : "check"} />
          <span className="sp">{each.text}</span>
          {each.actions && (
            <span className="acts">
              {each.actions.map((action, at) => (
                <button key={action.label} type="button" className={`btn sm${action.quiet ? " gh" : ""}`} onClick={() => act(each, action)}>
                  {action.label}
                  {each === keyed && !action.quiet && (
                    <kbd className="hide-phone" aria-hidden="true">
                      {at + 1}
                    </kbd>
                  )}
                </button>
              ))}
            </span>
          )}
          <IconButton small icon="x" label={t("action.close")} onClick={() => dismiss(each.id)} />
        </div>
      ))}
    </div>
  );
}
