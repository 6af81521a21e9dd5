/** `simulated_series.py`: what the simulated engine counts, under the names that vLLM 0.33 gives it. */
export const simulatedSeriesProgram = `"""The series of vLLM that the simulated engine counts, as text for Prometheus."""
import bisect
import threading

FIRST_TOKEN = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0)
BETWEEN_TOKENS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
WHOLE = (0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 120.0, 240.0, 480.0, 960.0)


class Histogram:
    def __init__(self, edges):
        self.edges = edges
        self.counts = [0] * (len(edges) + 1)
        self.sum = 0.0

    def add(self, value):
        self.counts[bisect.bisect_left(self.edges, value)] += 1
        self.sum += value

    def lines(self, name, labels):
        below = 0
        for edge, count in zip(self.edges + ('+Inf',), self.counts):
            below += count
            yield '%s_bucket{%s,le="%s"} %d' % (name, labels, edge, below)
        yield '%s_count{%s} %d' % (name, labels, below)
        yield '%s_sum{%s} %r' % (name, labels, self.sum)


class Series:
    """Everything that was counted since the start. Safe to use from many threads."""

    def __init__(self, model):
        self.labels = 'engine="0",model_name="' + model + '"'
        self.lock = threading.Lock()
        self.counters = {
            'vllm:prompt_tokens_total': 0,
            'vllm:generation_tokens_total': 0,
            'vllm:num_preemptions_total': 0,
            'vllm:prefix_cache_queries_total': 0,
            'vllm:prefix_cache_hits_total': 0,
        }
        self.finished = {'stop': 0, 'length': 0, 'abort': 0}
        self.rejected = 0
        self.histograms = {
            'vllm:time_to_first_token_seconds': Histogram(FIRST_TOKEN),
            'vllm:inter_token_latency_seconds': Histogram(BETWEEN_TOKENS),
            'vllm:e2e_request_latency_seconds': Histogram(WHOLE),
            'vllm:request_queue_time_seconds': Histogram(WHOLE),
        }

    def count(self, name, amount=1):
        with self.lock:
            self.counters[name] += amount

    def time(self, name, seconds):
        with self.lock:
            self.histograms[name].add(seconds)

    def finish(self, reason):
        with self.lock:
            self.finished[reason] += 1

    def reject(self):
        with self.lock:
            self.rejected += 1

    def text(self, gauges):
        """All series; gauges are what only the engine knows at this moment."""
        out = []

        def family(name, kind, lines):
            out.append('# TYPE %s %s' % (name, kind))
            out.extend(lines)

        with self.lock:
            for name, value in gauges.items():
                family(name, 'gauge', ['%s{%s} %r' % (name, self.labels, float(value))])
            for name, value in self.counters.items():
                family(name, 'counter', ['%s{%s} %r' % (name, self.labels, float(value))])
            done = ['vllm:request_success_total{%s,finished_reason="%s"} %d' % (self.labels, reason, count) for reason, count in self.finished.items()]
            family('vllm:request_success_total', 'counter', done)
            refused = 'vllm:admission_rejections_total{%s,reason="max_num_queued_reqs"} %d' % (self.labels, self.rejected)
            family('vllm:admission_rejections_total', 'counter', [refused])
            for name, histogram in self.histograms.items():
                family(name, 'histogram', histogram.lines(name, self.labels))
        return '\\n'.join(out) + '\\n'
`;
