// Who changes something: asked once for a name and the admin token, before the first change.
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Problem, change } from "../api";
import { asking, person, token, whoChanges } from "../session";

export function WhoDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = asking.value !== null;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const finish = (known: boolean) => {
    asking.value?.(known);
    asking.value = null;
  };
  const save = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    person.value = String(form.get("person")).trim();
    token.value = String(form.get("token")).trim();
    finish(Boolean(person.value && token.value));
  };
  return (
    <dialog ref={dialog} aria-labelledby="who-title" onClose={() => finish(false)}>
      {open && (
        <form onSubmit={save}>
          <h2 id="who-title">Who are you?</h2>
          <p>Changes are written down with a name and need the controller's admin token. The token
            stays in this tab until you close it.</p>
          <label class="field"><span>Your name</span>
            <input name="person" required maxLength={100} value={person.value} autocomplete="name" /></label>
          <label class="field"><span>Admin token</span>
            <input name="token" type="password" required value={token.value} autocomplete="off" /></label>
          <p class="note">It stands in <code>STATE_DIR/admin.token</code> of the controller.</p>
          <div class="tools">
            <button type="button" onClick={() => finish(false)}>Cancel</button>
            <button class="primary">Continue</button>
          </div>
        </form>
      )}
    </dialog>
  );
}

/** A change with what came of it: {run, busy, problem}. A refused token is forgotten. */
export function useChange(after: () => unknown) {
  const busy = useSignal(false);
  const problem = useSignal("");
  const run = async (path: string, body: () => object) => {
    problem.value = "";
    if (!(await whoChanges())) return false;
    busy.value = true;
    try {
      await change(path, body());
      await after();
      return true;
    } catch (error) {
      const why = error as Problem;
      if (why.status === 401) token.value = "";
      problem.value = why.hint ? `${why.message}: ${why.hint}` : why.message;
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { run, busy, problem };
}

export const Trouble = ({ of }: { of: { problem: { value: string } } }) =>
  of.problem.value ? <p class="problem" role="alert">{of.problem.value}</p> : null;
