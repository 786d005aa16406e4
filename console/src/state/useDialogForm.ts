import { useMutation } from "@tanstack/react-query";
import { type SyntheticEvent, useRef, useState } from "react";

import { ApiError } from "../api/errors";
import { useIntent } from "./intent";

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
  // A second click comes before `isPending` does, and its answer has no secret that is shown once.
  const sending = useRef(false);
  const close = () => {
    finish();
    onClose();
  };
  const saving = useMutation({
    mutationFn: () => save(draft, intent.requestId),
    onSuccess: () => {
      onSaved(draft);
      close();
    },
    onError: failed,
    onSettled: () => (sending.current = false),
  });
  const complete = isComplete(draft);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (sending.current || !complete) return;
    sending.current = true;
    saving.mutate();
  };
  const refused = saving.error instanceof ApiError ? saving.error : null;
  return { draft, set: (changes: Partial<V>) => change({ ...draft, ...changes }), saving, refused, complete, submit, close };
}
