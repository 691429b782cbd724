// A badge as it looks now, and its Markdown to copy.
import { useSignal } from "@preact/signals";
import { badgeMarkdown, badgePath } from "../badge";

export function Badge({ name, title }: { name: string; title: string }) {
  const copied = useSignal(false);
  const markdown = badgeMarkdown(window.location.origin, name, title);
  // Selected as well: a page that came without TLS may not write to the clipboard.
  const copy = async (event: Event) => {
    const field = (event.currentTarget as Element).parentElement!.querySelector("input")!;
    field.select();
    await navigator.clipboard?.writeText(markdown).then(() => void (copied.value = true), () => {});
  };
  return (
    <div class="row badge">
      <img src={badgePath(name)} alt={`Badge of ${title || name}`} height="20" loading="lazy" />
      <label class="field grow"><span>Markdown</span><input readOnly value={markdown} /></label>
      <button aria-label={`Copy the Markdown of ${title || name}`} onClick={copy}>{copied.value ? "Copied" : "Copy"}</button>
    </div>
  );
}
