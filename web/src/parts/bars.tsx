// The last rounds of one check in one region as bars, told apart by height, form and colour.
import { type Letter, WORDS, barPaths } from "../grid";

export function Bars({ letters }: { letters: string }) {
  return (
    <svg class="bars" viewBox={`0 0 ${letters.length * 3 - 1} 16`} preserveAspectRatio="none" aria-hidden="true">
      {barPaths(letters).map(([letter, d]) => <path key={letter} class={`v-${letter === "." ? "none" : letter}`} d={d} />)}
    </svg>
  );
}

export function Legend() {
  return (
    <ul class="legend" aria-label="Bars of the grid">
      {(Object.keys(WORDS) as Letter[]).map((letter) => (
        <li key={letter}><Bars letters={letter + letter} /> {WORDS[letter]}</li>
      ))}
    </ul>
  );
}
