import { expect, test } from 'vitest';
import { METRICS, type MetricDefinition } from '../../src/watching/metrics/metric-table.ts';

// `vitest run relay/test/monitoring/metrics-document.test.ts -u` writes the file anew.
test('docs/monitoring/metrics.md lists every metric', async () => {
  await expect(metricsDocument()).toMatchFileSnapshot('../../../docs/monitoring/metrics.md');
});

function metricsDocument(): string {
  const rows = Object.entries(METRICS).map(([name, definition]: [string, MetricDefinition]) => {
    const { type, labels = [], help, buckets } = definition;
    const names = labels.map((label) => `\`${label}\``).join(', ');
    const unit = name.endsWith('_seconds') ? ' s' : '';
    const bounds = buckets === undefined ? '' : ` Buckets: ${buckets.join(', ')}${unit}.`;
    return `| \`${name}\` | ${type} | ${names} | ${help}${bounds} |`;
  });
  return `# Metrics

What \`GET /metrics\` gives, in the text format of Prometheus, beside the [metrics of the process](https://github.com/siimon/prom-client#default-metrics) (\`process_…\`, \`nodejs_…\`). No label ever holds a session, a user or a tag: the number of series is bounded by the configuration.

| Name | Type | Labels | What it is |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
