import { type SyntheticEvent, useState } from "react";

import { ApiError } from "../api/errors";
import { useIntent } from "./intent";
import { useMutationOnce } from "./useMutationOnce";

interface Options<V> {
  /** Of the draft, which survives a reload. */
  key: string;
  start: () => V;
  isComplete: (draft: V) => boolean;
  save: (draft: V, requestId: string) => Promise<unknown>;
  onSaved: (draft: V) => void;
  onClose: () => void;
}

/** The draft of a form in a dialog, which is saved once and then closed. */
export function useDialogForm<V>({ key, start: make, isComplete, save, onSaved, onClose }: Options<V>) {
  const [start] = useState(make);
  const { intent, change, finish, failed } = useIntent<V>(key, start);
  const draft = intent.values;
  const close = () => {
    finish();
    onClose();
  };
  const saving = useMutationOnce({
    mutationFn: () => save(draft, intent.requestId),
    onSuccess: () => {
      onSaved(draft);
      close();
    },
    onError: failed,
  });
  const complete = isComplete(draft);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (complete) saving.mutate();
  };
  const refused = saving.error instanceof ApiError ? saving.error : null;
  return { draft, set: (changes: Partial<V>) => change({ ...draft, ...changes }), saving, refused, complete, submit, close };
}
