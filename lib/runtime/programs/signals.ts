/** `signals.py`: turns what gateway, engines, GPUs and disks say into the series of the one signal table. */
export const signalsProgram = String.raw`"""Offers the machine's signals on /signals in InfluxDB line protocol and on /metrics for Prometheus.

Every ratio is computed here.
"""
import os
import re
import shutil
import subprocess
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from machine import ROOT, RUN, Failure, http, main, metadata, read_variables, say, settings

WINDOW_SECONDS = 300
# below so many requests in the window the share is one of so many: a single failure at night is no outage
LEAST_REQUESTS = 20
SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([^ ]+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
REQUESTS = 'litellm_proxy_total_requests_metric_total'
FAILURES = 'litellm_proxy_failed_requests_metric_total'
LATENCY = 'litellm_request_total_latency_metric'
FIRST_TOKEN = 'litellm_llm_api_time_to_first_token_metric'
KV_CACHE = 'vllm:kv_cache_usage_perc'
BETWEEN_TOKENS = 'vllm:inter_token_latency_seconds'


def samples(text):
    """Name, labels and value of each line of the Prometheus text format."""
    for line in text.splitlines():
        match = SAMPLE.match(line)
        if match:
            yield match[1], dict(LABEL.findall(match[2] or '')), float(match[3])


def total(parsed, name, keep=lambda labels: True):
    return sum(value for found, labels, value in parsed if found == name and keep(labels))


def at_most(parsed, name, limit):
    """Requests in the histogram bucket that ends at the limit: the gateway's edges hold the limits of the plan."""
    return total(parsed, name + '_bucket', lambda labels: abs(float(labels['le']) - limit) < 1e-9)


def is_api(labels):
    return labels.get('route', '').startswith('/v1/')


def gateway_counters(parsed, limits, degraded=None):
    def requests(keep):
        return total(parsed, REQUESTS, lambda labels: is_api(labels) and keep(labels.get('status_code', '')))

    def turned_away(labels):
        return is_api(labels) and labels.get('exception_class') == 'RouterRateLimitError'

    def degraded_answers():
        named = lambda labels: is_api(labels) and labels.get('requested_model') == degraded
        return total(parsed, REQUESTS, named) if degraded else 0

    counters = {
        'requests': requests(lambda status: True),
        # while its engines are cooled down, the gateway answers 429 and counts no status: an outage, not a limit
        # and the degraded answer has status 200, but no model gave it
        'errors': requests(lambda status: status.startswith('5'))
        + total(parsed, FAILURES, turned_away)
        + degraded_answers(),
        'limited': requests(lambda status: status == '429'),
    }
    for key, name, limit in (('latency', LATENCY, limits['latencySeconds']), ('ttft', FIRST_TOKEN, limits['ttftSeconds'])):
        if limit is not None:
            counters[key + '_all'] = total(parsed, name + '_count')
            counters[key + '_fast'] = at_most(parsed, name, limit)
    return counters


def engine_counters(parsed):
    return {
        'output_tokens': total(parsed, 'vllm:generation_tokens_total'),
        'gaps': total(parsed, BETWEEN_TOKENS + '_count'),
        'gap_seconds': total(parsed, BETWEEN_TOKENS + '_sum'),
    }


class Window:
    """What counters grew by in the last five minutes, each source for itself: a restart begins at zero again."""

    def __init__(self):
        self.kept = []

    def grown(self, now, counters):
        """Seconds covered, and growth by source and name; nothing on the first look at a source."""
        self.kept = [(then, old) for then, old in self.kept if now - then <= WINDOW_SECONDS + 30]
        self.kept.append((now, counters))
        growth = {}
        for (_, old), (_, new) in zip(self.kept, self.kept[1:]):
            for source in new:
                for name, value in new[source].items():
                    before = old.get(source, {}).get(name)
                    if before is not None:
                        step = value - before if value >= before else value
                        growth[name] = growth.get(name, 0) + step
        return now - self.kept[0][0], growth


def percent(part, whole):
    return 100 * part / whole if whole else 0.0


def load_series(engines, mean_waiting):
    """Engines that answer: (settings of the engine, parsed metrics). In a fleet an alarm knows no number of engines."""
    waiting = [total(parsed, 'vllm:num_requests_waiting') for _, parsed in engines]
    by_model = {}
    for (engine, parsed), queue in zip(engines, waiting):
        busy, planned = by_model.get(engine['model'], (0, 0))
        running = total(parsed, 'vllm:num_requests_running')
        by_model[engine['model']] = (busy + running + queue, planned + engine['sequencesInFlight'])
    found = {
        'llm_waiting_requests': sum(waiting) / (len(waiting) if mean_waiting else 1),
        # of several models the one with the least room
        'llm_in_flight_ratio': max(busy / planned for busy, planned in by_model.values()),
    }
    # not every engine tells
    full = [total(parsed, KV_CACHE) for _, parsed in engines if any(name == KV_CACHE for name, _, _ in parsed)]
    if full:
        found['llm_kv_cache_percent'] = 100 * max(full)
    return found


def traffic_series(seconds, growth):
    if not seconds:
        return {}
    found = {}
    if 'requests' in growth:
        found['llm_requests_per_second'] = growth['requests'] / seconds
        found['llm_error_percent'] = percent(growth['errors'], max(growth['requests'], LEAST_REQUESTS))
        found['llm_rate_limited_per_minute'] = 60 * growth['limited'] / seconds
    for name in ('latency', 'ttft'):
        if name + '_all' in growth:
            slow = growth[name + '_all'] - growth[name + '_fast']
            found['llm_' + name + '_slow_percent'] = percent(max(0, slow), growth[name + '_all'])
    if 'output_tokens' in growth:
        found['llm_tokens_per_second'] = growth['output_tokens'] / seconds
    # without tokens there is no time between them
    if growth.get('gaps'):
        found['llm_inter_token_ms'] = 1000 * growth['gap_seconds'] / growth['gaps']
    return found


def run(*words):
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired) as error:
        say(words[0] + ': ' + str(error))
        return None
    # journalctl ends with 1 and in silence when no line matches
    if done.returncode != 0 and (done.returncode != 1 or done.stderr.strip()):
        say(words[0] + ' failed: ' + done.stderr.strip())
        return None
    return done.stdout


def cell_value(cell):
    """None for what the driver does not tell: [N/A], [Not Supported], [Unknown Error]."""
    try:
        return float(cell)
    except ValueError:
        return None


def gpu_series():
    text = run('nvidia-smi', '--query-gpu=utilization.gpu,memory.used,memory.total', '--format=csv,noheader,nounits')
    rows = [[cell_value(cell) for cell in line.split(',')] for line in (text or '').splitlines() if line.count(',') == 2]
    busy = [row[0] for row in rows if row[0] is not None]
    full = [percent(row[1], row[2]) for row in rows if None not in row[1:]]
    found = {}
    if busy:
        found['llm_gpu_utilization_percent'] = sum(busy) / len(busy)
    if full:
        found['llm_gpu_memory_percent'] = max(full)
    return found


def xid_series():
    """The driver writes each error of a GPU as a line with Xid into the kernel log."""
    text = run('journalctl', '--dmesg', '--since=-5min', '--grep=NVRM: Xid', '--output=cat', '--quiet', '--no-pager')
    if text is None:
        return {}
    return {'llm_gpu_xid_errors': sum('NVRM: Xid' in line for line in text.splitlines())}


def disk_series():
    folders = [folder for folder in (ROOT + '/', ROOT + '/var/lib/llm', ROOT + '/var/lib/docker') if os.path.isdir(folder)]
    used = [shutil.disk_usage(folder) for folder in folders]
    return {'llm_disk_percent': max(percent(disk.total - disk.free, disk.total) for disk in used)}


# what the host itself shows; a container sees only part of it
HOST = {'gpu': gpu_series, 'kernel log': xid_series, 'disk': disk_series}


class Signals:
    def __init__(self, plan):
        self.plan = plan
        self.window = Window()
        # the machine's one health check, or what stands for it where there is none
        self.health = plan.get('health') or ['http://127.0.0.1:' + str(plan['ports']['health']) + '/health']
        self.host = plan.get('host') or list(HOST)
        self.life_cycle = None

    def metrics(self, url, headers=None):
        status, text = http(url, headers=headers)
        return list(samples(text)) if status == 200 else None

    def engine_metrics(self, engine):
        names = self.plan.get('engineSeries')
        if names is None:
            return self.metrics(engine['url'] + '/metrics')
        # another engine than vLLM: it wants its key, and its series have other names
        key = read_variables(RUN + '/gateway.env')['ENGINE_API_KEY']
        parsed = self.metrics(engine['url'] + '/metrics', {'Authorization': 'Bearer ' + key})
        return parsed and [(name, labels, value) for found, labels, value in parsed for name in names.get(found, ())]

    def gateway_metrics(self):
        try:
            key = read_variables(RUN + '/gateway.env')['LITELLM_MASTER_KEY']
        except FileNotFoundError:  # before the boot has fetched it
            return None
        return self.metrics(self.plan['gateway']['url'] + '/metrics/', {'Authorization': 'Bearer ' + key})

    def sends(self):
        """Of a machine that does not serve yet, or drains, a fleet is told no load: its mean is what the fleet is scaled on."""
        sends = self.plan.get('sends')
        serving = os.path.exists(RUN + '/ready') and not os.path.exists(RUN + '/draining')
        if not sends or 'fleet' not in sends or serving:
            return sends
        return dict(sends, fleet=dict(sends['fleet'], series=['llm_up']))

    def usd_per_hour(self):
        """A group that mixes purchases has two prices: the machine knows how it was bought."""
        spot = self.plan.get('usdPerHourSpot')
        if spot is None:
            return self.plan['usdPerHour']
        if self.life_cycle is None:
            try:
                self.life_cycle = metadata('instance-life-cycle')
            except Failure as failure:
                say(str(failure))
        return spot if self.life_cycle == 'spot' else self.plan['usdPerHour']

    def collect(self, now):
        plan = self.plan
        well = all(http(url)[0] == 200 for url in self.health)
        found = {'llm_up': 1 if well else 0, 'llm_usd_per_hour': self.usd_per_hour()}
        gateway = self.gateway_metrics() if plan['gateway'] else None
        engines = [(engine, self.engine_metrics(engine)) for engine in plan['engines']]
        alive = [(engine, parsed) for engine, parsed in engines if parsed is not None]
        counters = {engine['service']: engine_counters(parsed) for engine, parsed in alive}
        if gateway is not None:
            counters['gateway'] = gateway_counters(gateway, plan['limits'], plan['degradedModel'])
        found.update(traffic_series(*self.window.grown(now, counters)))
        if alive:
            found.update(load_series(alive, 'sends' in plan))
        for name in self.host:
            found.update(self.alone(name, HOST[name]))
        return found

    def alone(self, name, series):
        """One source that breaks takes none of the others with it: its own series end, which has an alarm."""
        try:
            return series()
        except Exception as error:
            say(name + ': ' + type(error).__name__ + ': ' + str(error))
            return {}


def line_protocol(found, sends=None):
    """
    Measurement llm and a field for each series, whose names all begin with llm_. A machine of a group sends what its
    role says for the deployment, and some of it once more for its fleet: each tag becomes a dimension.
    """
    sends = sends or {'deployment': list(found)}
    lines = line('llm', found, sends['deployment'])
    if 'fleet' in sends:
        lines += line('llm,fleet=' + escaped(sends['fleet']['name']), found, sends['fleet']['series'])
    return lines


def line(start, found, names):
    fields = ','.join(name[len('llm_') :] + '=' + repr(float(found[name])) for name in sorted(names) if name in found)
    return start + ' ' + fields + '\n' if fields else ''


def escaped(tag):
    return re.sub(r'([,= ])', r'\\\1', tag)


def prometheus_text(found, sends=None):
    return ''.join('# TYPE ' + name + ' gauge\n' + name + ' ' + repr(float(value)) + '\n' for name, value in sorted(found.items()))


FORMS = {'/signals': line_protocol, '/metrics': prometheus_text}


def handler(signals):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path not in FORMS:
                return self.send_error(404)
            body = FORMS[self.path](signals.collect(time.monotonic()), signals.sends()).encode()
            self.send_response(200)
            self.send_header('Content-Type', 'text/plain; charset=utf-8')
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            """Asked every minute."""

    return Answer


def serve():
    plan = settings()
    server = ThreadingHTTPServer((plan.get('listen', '127.0.0.1'), plan['ports']['signals']), handler(Signals(plan)))
    say('signals on port ' + str(server.server_port))
    server.serve_forever()


if __name__ == '__main__':
    main(serve)
`;
