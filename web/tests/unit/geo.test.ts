import { expect, test } from "vitest";
import { HEIGHT, type Place, WIDTH, landDots, project, spotOf } from "../../src/geo";

const OREGON: Place = [-119.7, 45.8];
const TOKYO: Place = [139.7, 35.7];
const SYDNEY: Place = [151.2, -33.9];

test("west is left, north is up, and every place is on the map", () => {
  const [oregon, tokyo, sydney] = [OREGON, TOKYO, SYDNEY].map(project);
  expect(oregon![0]).toBeLessThan(tokyo![0]);
  expect(sydney![1]).toBeGreaterThan(tokyo![1]);
  for (const place of [OREGON, TOKYO, SYDNEY]) expect(spotOf(place)).toEqual(project(place));
});

test("the far side of 180 degrees is at the right, and the poles are at the edge", () => {
  expect(project([-175.2, -21.1])[0]).toBeGreaterThan(project([178.4, -18.1])[0]); // Tonga, Fiji
  for (const place of [[0, 90], [-180, -90], [180, 0], [-172, 66]] as Place[]) {
    const [x, y] = spotOf(place);
    expect(x).toBeGreaterThan(0);
    expect(x).toBeLessThan(WIDTH);
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(HEIGHT);
  }
});

test("there is land, and more water than land", () => {
  const dots = landDots(5).split("M").length - 1;
  const all = (360 / 5) * (126 / 5);
  expect(dots).toBeGreaterThan(all * 0.15);
  expect(dots).toBeLessThan(all * 0.5);
});
