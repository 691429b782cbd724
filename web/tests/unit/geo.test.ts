import { expect, test } from "vitest";
import { HEIGHT, WIDTH, landDots, placeOf, project } from "../../src/geo";

test("regions of three clouds have a place, others none", () => {
  for (const region of ["eu-west-1", "europe-west3", "westeurope"]) expect(placeOf(region)).not.toBeNull();
  expect(placeOf("home")).toBeNull();
});

test("west is left, north is up, and every place is on the map", () => {
  const [oregon, tokyo, sydney] = ["us-west-2", "ap-northeast-1", "ap-southeast-2"].map((one) => project(placeOf(one)!));
  expect(oregon![0]).toBeLessThan(tokyo![0]);
  expect(sydney![1]).toBeGreaterThan(tokyo![1]);
  for (const [x, y] of [oregon!, tokyo!, sydney!]) {
    expect(x).toBeGreaterThan(0);
    expect(x).toBeLessThan(WIDTH);
    expect(y).toBeLessThan(HEIGHT);
  }
});

test("there is land, and more water than land", () => {
  const dots = landDots(5).split("M").length - 1;
  const all = (360 / 5) * (126 / 5);
  expect(dots).toBeGreaterThan(all * 0.15);
  expect(dots).toBeLessThan(all * 0.5);
});
