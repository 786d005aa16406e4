import { type KeyboardEvent, type ReactNode, useState } from "react";

interface Option {
  id: string;
  title: string;
}

/** State and keys of a field with a listbox below it: whether it is open, and which option the arrow keys have selected. */
export function useListbox<O extends Option>(options: O[], onPick: (option: O) => void) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const pick = (option: O | undefined) => {
    if (option === undefined) return;
    onPick(option);
    setOpen(false);
  };
  /** Returns whether the listbox has handled the key. */
  const onKey = ({ key, nativeEvent }: KeyboardEvent): boolean => {
    if (nativeEvent.isComposing) return false;
    if (key === "ArrowDown") setAt(Math.min(at + 1, options.length - 1));
    else if (key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (key === "Enter") pick(options[at]);
    else return false;
    return true;
  };
  return { open, setOpen, at, toFirst: () => setAt(0), pick, onKey };
}

interface Props<O extends Option> {
  id: string;
  options: O[];
  at: number;
  onPick: (option: O) => void;
  /** Below the options, or instead of them. */
  children?: ReactNode;
}

export function Listbox<O extends Option>({ id, options, at, onPick, children }: Props<O>) {
  return (
    // The field keeps the focus: losing it closes the list.
    <div id={id} role="listbox" className="menu float scroll sugg" onMouseDown={(event) => event.preventDefault()}>
      {options.map((each, place) => (
        <button
          key={each.id}
          type="button"
          role="option"
          aria-selected={place === at}
          tabIndex={-1}
          className={`mi${place === at ? " on" : ""}`}
          onClick={() => onPick(each)}
        >
          <span className="el">{each.title}</span>
        </button>
      ))}
      {children}
    </div>
  );
}
