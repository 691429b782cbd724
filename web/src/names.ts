// Names of the scrolling regions on the page. No two may be the same (axe: landmark-unique), yet
// tables of one kind repeat: by request, by failure, by run compared with. Who claims a name that
// is taken gets it with the next free number. Released when the part leaves the page.

const taken = new Set<string>();

/** `label`, or while that is taken "label 2", "label 3", ... */
export function claim(label: string): string {
  let name = label;
  for (let number = 2; taken.has(name); number++) name = `${label} ${number}`;
  taken.add(name);
  return name;
}

export const release = (name: string) => void taken.delete(name);
