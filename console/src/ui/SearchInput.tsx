import { type ComponentProps, type Ref, useRef, useState } from "react";

interface Props extends Omit<ComponentProps<"input">, "onChange" | "value" | "ref"> {
  ref?: Ref<HTMLInputElement>;
  initial?: string;
  /** Called when the reader pauses, and never with half a word of an input method. */
  onSearch: (text: string) => void;
  delay?: number;
}

export function SearchInput({ initial = "", onSearch, delay = 150, ref, ...rest }: Props) {
  const [text, setText] = useState(initial);
  const timer = useRef(0);
  const later = (value: string) => {
    window.clearTimeout(timer.current);
    // Without a delay the next key, as Enter, already finds what was typed.
    if (delay === 0) onSearch(value.trim());
    else timer.current = window.setTimeout(() => onSearch(value.trim()), delay);
  };
  return (
    <input
      ref={ref}
      type="text"
      enterKeyHint="search"
      autoComplete="off"
      spellCheck={false}
      {...rest}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        if (!(event.nativeEvent as InputEvent).isComposing) later(event.target.value);
      }}
      onCompositionStart={() => window.clearTimeout(timer.current)}
      onCompositionEnd={(event) => later(event.currentTarget.value)}
    />
  );
}
