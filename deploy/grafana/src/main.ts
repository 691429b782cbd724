// Writes one JSON file per dashboard into the directory that is named on the command line.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cdn } from './cdn.js';
import { check } from './check.js';
import { delivery } from './delivery.js';
import { fleet } from './fleet.js';
import { overview } from './overview.js';
import { slo } from './slo.js';
import { thirdParties } from './third_parties.js';

const directory = process.argv[2];
if (!directory) throw new Error('usage: main.js DIRECTORY');
mkdirSync(directory, { recursive: true });
for (const make of [overview, check, cdn, thirdParties, slo, delivery, fleet]) {
  const dashboard = make().build();
  // The builder numbers no panels; links to panels and the browser's state need numbers.
  dashboard.panels?.forEach((panel, index) => {
    panel.id = index + 1;
  });
  // The builders put links and annotations into a menu by default; they belong to the top line.
  for (const shown of [...(dashboard.links ?? []), ...(dashboard.annotations?.list ?? [])])
    delete shown.placement;
  writeFileSync(`${directory}/${dashboard.uid}.json`, `${JSON.stringify(dashboard, null, 2)}\n`);
}
