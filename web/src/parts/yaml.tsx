// Lines of a check file with their numbers; the marked one carries a caret under its column.
import type { Line } from "../yaml";
import { Empty, Scroll } from "./basics";

export function Yaml({ lines, label }: { lines: Line[]; label: string }) {
  if (lines.length === 0) return <Empty>The file is shorter than it was.</Empty>;
  return (
    <Scroll class="yaml" label={label}>
      <pre>{lines.map((line) => (
        <span key={line.number} class={line.marked ? "line marked" : "line"}>
          <span class="line-number">{line.number}</span>{colour(line.text)}{"\n"}
          {line.marked && line.column > 0 && (
            <><span class="line-number">{" "}</span><b aria-label="here">{" ".repeat(line.column - 1)}^</b>{"\n"}</>)}
        </span>))}</pre>
    </Scroll>
  );
}

function colour(text: string) {
  const comment = /^(\s*)(#.*)$/.exec(text);
  if (comment) return <>{comment[1]}<i class="y-comment">{comment[2]}</i></>;
  const pair = /^(\s*(?:- )?)([\w.$-]+)(:)(.*)$/.exec(text);
  if (pair) return <>{pair[1]}<i class="y-key">{pair[2]}</i>{pair[3]}{pair[4]}</>;
  return <>{text}</>;
}
