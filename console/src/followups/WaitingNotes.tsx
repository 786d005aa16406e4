import { useT } from "../i18n/translate";
import { useWaiting } from "../outbox/outbox";
import { open } from "../state/layers";
import { Icon } from "../ui/Icon";

/** Above what the service has: what it does not have yet. */
export function WaitingNotes({ customerId }: { customerId: string }) {
  const t = useT();
  const notes = useWaiting().filter((each) => each.resource === "follow_up" && each.id === undefined && each.customerId === customerId);
  if (notes.length === 0) return null;
  return (
    <ol className="tl">
      {notes.map(({ requestId, content, problem }) => (
        <li key={requestId} className="te">
          <span className="td">
            <Icon name="clock" size={14} />
          </span>
          <div>
            <button type="button" className={`tag ${problem ? "d" : "w"}`} onClick={() => open({ outbox: true })}>
              {t(problem ? "outbox.refused" : "outbox.waiting")}
            </button>
            <p className="pre" style={{ marginTop: 2 }}>{content["content"] as string}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}
