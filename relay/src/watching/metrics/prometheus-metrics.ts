import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  METRICS,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type MetricDefinition,
  type MetricName,
} from './metric-table.ts';

export type Labels = Readonly<Record<string, string>>;

/** Values of a metric that is asked for only when it is read. */
export type Readings = readonly { readonly value: number; readonly labels?: Labels }[];

/** Of the process, not of one relay in it; made with the first relay that has metrics. */
let processRegistry: Registry | undefined;

/** The metrics of `METRICS`, in the text format of Prometheus. */
export class PrometheusMetrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<MetricName, Counter>();
  readonly #gauges = new Map<MetricName, Gauge>();
  readonly #histograms = new Map<MetricName, Histogram>();
  readonly #read = new Map<CounterName | GaugeName, () => Readings>();

  constructor() {
    for (const name of Object.keys(METRICS) as MetricName[]) this.#define(name);
    if (processRegistry !== undefined) return;
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    this.#counters.get(name)!.inc(labels, by);
  }

  /** @param ms - as the relay counts time; Prometheus counts seconds */
  measure(name: HistogramName, ms: number, labels: Labels = {}): void {
    this.observe(name, ms / 1_000, labels);
  }

  /** @param value - in the unit of the metric */
  observe(name: HistogramName, value: number, labels: Labels = {}): void {
    this.#histograms.get(name)!.observe(labels, value);
  }

  /** From now on `read` is asked for all values of a metric, whenever the text is. */
  readFrom(name: CounterName | GaugeName, read: () => Readings): void {
    this.#read.set(name, read);
  }

  /** Text exposition format 0.0.4. */
  async text(): Promise<string> {
    for (const [name, read] of this.#read) {
      const metric = this.#gauges.get(name) ?? this.#counters.get(name)!;
      metric.reset();
      // `reset` sets a gauge without labels to 0; without a reading it must be absent.
      if (metric instanceof Gauge && !hasLabels(name)) metric.remove();
      for (const { value, labels = {} } of read()) {
        if (metric instanceof Gauge) metric.set(labels, value);
        else metric.inc(labels, value);
      }
    }
    return `${await this.#registry.metrics()}\n${await processRegistry!.metrics()}`;
  }

  #define(name: MetricName): void {
    const { type, help, labels = [], buckets }: MetricDefinition = METRICS[name];
    const options = { name, help, labelNames: labels, registers: [this.#registry] };
    if (type === 'counter') this.#counters.set(name, new Counter(options));
    else if (type === 'gauge') this.#gauges.set(name, new Gauge(options));
    else this.#histograms.set(name, new Histogram({ ...options, buckets: [...buckets!] }));
  }
}

function hasLabels(name: MetricName): boolean {
  const { labels = [] }: MetricDefinition = METRICS[name];
  return labels.length > 0;
}
