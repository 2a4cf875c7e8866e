import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { samplesIn } from '../support/metrics.ts';
import { smallWorld } from '../support/world.ts';

/* The dashboard and the rules that operators import, held to what the service really answers. */

type Panel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { uid: string } }[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit: string;
      readonly thresholds: { readonly steps: readonly Step[] };
    };
  };
};
type Step = { readonly color: string; readonly value: number | null };
type Dashboard = {
  readonly schemaVersion: number;
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { name: string; type: string; definition?: string }[];
  };
};
type Rules = {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: { readonly severity: string };
      readonly annotations: Readonly<Record<'summary' | 'description', string>>;
    }[];
  }[];
};

const read = (file: string) =>
  readFileSync(new URL(`../../scripts/${file}`, import.meta.url), 'utf8');
const dashboard = JSON.parse(read('grafana.json')) as Dashboard;
const alerts = (parse(read('alerts.yml')) as Rules).groups.flatMap(({ rules }) => rules);
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const expressions = [
  ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ definition }) => definition ?? []),
  ...alerts.map(({ expr }) => expr),
];

/** What a service answers once something of everything has happened. */
async function scraped() {
  const world = await smallWorld();
  world.service.metrics.watchProcess();
  const memberId = await world.enrol(120);
  const sale = { venueId: world.partner.venue, memberId, credits: '1' };
  await world.partner.till.post('/v1/redemptions', sale);
  await world.partner.till.post('/v1/redemptions', { ...sale, credits: '9' });
  await world.app.close();
  const text = await world.service.metrics.text();
  const types = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!);
  return { samples: samplesIn(text), ours: types.filter((name) => /^timecredits_/.test(name)) };
}

/** The metrics that an expression names, with the labels it asks of each. */
function namedIn(expression: string) {
  const named = expression.matchAll(/\b((?:timecredits|process|nodejs)_\w+)(?:\{([^}]*)\})?/g);
  return [...named].map(([, name, matchers = '']) => ({
    name: name!,
    labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
  }));
}

/** The labels that an expression groups by. */
function groupedIn(expression: string): string[] {
  return [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels]) =>
    labels!.split(/, */),
  );
}

/** Prometheus adds these itself. */
const ADDED = ['job', 'instance'];

t.test('every metric of the dashboard and the rules', async (t) => {
  const { samples } = await scraped();
  for (const expression of expressions) {
    const named = namedIn(expression);
    t.ok(named.length > 0, `${expression} asks for something`);
    const known = named.flatMap(({ name }) => samples.filter((sample) => sample.name === name));
    for (const { name, labels } of named) {
      const found = samples.filter((sample) => sample.name === name);
      t.ok(found.length > 0, `${name} is there`);
      const wrong = labels.filter((one) => !ADDED.includes(one) && !(one in found[0]!.labels));
      t.same(wrong, [], `with the labels asked for in ${expression}`);
    }
    const grouped = groupedIn(expression).filter((label) => !ADDED.includes(label));
    const wrong = grouped.filter((label) => !known.some(({ labels }) => label in labels));
    t.same(wrong, [], `which ${expression} can be grouped by`);
  }
});

t.test('every label value that the rules ask for', async (t) => {
  const { samples } = await scraped();
  for (const { expr } of alerts) {
    const asked = [...expr.matchAll(/(\w+)=~?"([^"]+)"/g)];
    for (const [, label, values] of asked) {
      for (const value of values!.split('|')) {
        const found = samples.some(({ labels }) => labels[label!] === value);
        t.ok(found, `${label} is ${value} somewhere`);
      }
    }
  }
});

t.test('every metric of ours', async (t) => {
  const { ours } = await scraped();
  const shown = panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => namedIn(expr)));
  const names = new Set(shown.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
  t.same(
    ours.filter((name) => !names.has(name)),
    [],
    'is on the dashboard',
  );
});

t.test('the dashboard', async (t) => {
  t.ok(dashboard.schemaVersion >= 36 && dashboard.uid && dashboard.title, 'can be imported');
  const [source] = dashboard.templating.list;
  t.match(source, { name: 'datasource', type: 'datasource' }, 'asks which Prometheus it reads');
  const ids = dashboard.panels.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, 'numbers its panels');
  for (const { title, description, targets = [], fieldConfig, datasource } of panels) {
    t.ok(description, `${title}: says what is shown`);
    t.ok(fieldConfig?.defaults.unit, `${title}: has a unit`);
    const sources = [datasource, ...targets.map((target) => target.datasource)];
    const uids = new Set(sources.map((one) => one?.uid));
    t.same([...uids], ['${datasource}'], `${title}: reads that Prometheus`);
  }
});

t.test('the sum of all balances on the dashboard', async (t) => {
  const panel = panels.find(({ title }) => title === 'Sum of all balances');
  const steps = panel?.fieldConfig?.defaults.thresholds.steps ?? [];
  const colorOf = (sum: number) =>
    steps.findLast(({ value }) => (value ?? -Infinity) <= sum)?.color;
  t.equal(colorOf(0), 'green', 'is green at zero');
  t.equal(colorOf(0.01), 'red', 'and red above');
  t.equal(colorOf(-0.01), 'red', 'and below');
});

t.test('the rules', async (t) => {
  for (const { alert, labels, annotations } of alerts) {
    t.match(alert, /^TimeCredits[A-Z]/, `${alert} has a name of ours`);
    t.match(labels.severity, /^(critical|warning)$/, `${alert} says how bad it is`);
    t.match(annotations.summary, /\{\{ \$labels\./, `${alert} says where`);
    t.match(annotations.description, /\.$/, `${alert} says what to do`);
  }
});
