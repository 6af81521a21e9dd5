/** `health.py`: the one health check of balancer and group, and the watchdog behind it, over what this machine runs. */
export const healthProgram = String.raw`"""Answers 200 on /health while gateway and every engine of this machine answer; restarts what does not, then gives the machine up."""
import os
import re
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from machine import BUNDLE, RUN, Failure, aws, http, main, metadata, say, settings

CHECK_SECONDS = float(os.environ.get('LLM_CHECK_SECONDS', '10'))
FAILURES_BEFORE_RESTART = 4
RESTARTS_BEFORE_GIVING_UP = 2
RUNNING = re.compile(r'^vllm:num_requests_running(?:\{[^}]*\})? ([0-9.eE+-]+)$', re.M)
TOKENS = re.compile(r'^vllm:(?:generation_tokens|prompt_tokens)_total(?:\{[^}]*\})? ([0-9.eE+-]+)$', re.M)


class Progress:
    """An engine that says it is well and gives no token to what it runs is wedged."""

    def __init__(self, stall_seconds):
        self.stall_seconds = stall_seconds
        self.tokens = None
        self.since = None

    def stalled(self, metrics, now):
        running = sum(map(float, RUNNING.findall(metrics)))
        tokens = sum(map(float, TOKENS.findall(metrics)))
        if running == 0 or tokens != self.tokens:
            self.tokens, self.since = tokens, now
        return now - self.since > self.stall_seconds


class Watched:
    """One container: what is wrong with it now, for how long, and how often it was restarted for that."""

    def __init__(self, service, check):
        self.service = service
        self.check = check
        self.problem = 'not checked yet'
        self.failures = 0
        self.restarts = 0
        self.was_well = False
        self.quiet_until = 0

    def look(self):
        self.problem = self.check()
        self.failures = self.failures + 1 if self.problem else 0
        if not self.problem:
            self.was_well, self.restarts = True, 0


def gateway_check(plan):
    def check():
        status, text = http(plan['gateway']['url'] + plan['gateway']['healthPath'])
        return None if status == 200 else 'gateway answers ' + (str(status) if status else text)

    return check


def engine_check(engine, stall_seconds):
    progress = Progress(stall_seconds)

    def check():
        status, text = http(engine['url'] + '/health')
        if status != 200:
            return engine['service'] + ' answers ' + (str(status) if status else text)
        status, metrics = http(engine['url'] + '/metrics')
        if status == 200 and progress.stalled(metrics, time.monotonic()):
            return engine['service'] + ' runs requests and gave no token for ' + str(stall_seconds) + ' s'
        return None

    return check


def container_check(container):
    def check():
        status, text = http(container['url'] + '/health')
        return None if status == 200 else container['service'] + ' answers ' + (str(status) if status else text)

    return check


def restart(service):
    say('restarting ' + service)
    done = subprocess.run(['bash', BUNDLE + '/compose.sh', 'restart', '--timeout', '30', service], capture_output=True, text=True)
    if done.returncode != 0:
        say('restart of ' + service + ' failed: ' + done.stderr.strip())


def give_up(reason):
    say('giving the machine up: ' + reason)
    aws('autoscaling', 'set-instance-health', '--instance-id', metadata('instance-id'),
        '--health-status', 'Unhealthy', '--no-should-respect-grace-period')


class Watchdog:
    """Acts only between the end of the boot and the begin of a drain: before and after, others are in charge."""

    def __init__(self, watched, load_seconds):
        self.watched = watched
        self.load_seconds = load_seconds
        self.given_up = False

    def problems(self):
        marks = [('drain', 'draining')] if os.path.exists(RUN + '/draining') else []
        marks += [] if os.path.exists(RUN + '/ready') else [('boot', 'not ready yet')]
        return marks + [(one.service, one.problem) for one in self.watched if one.problem]

    def round(self, now):
        for one in self.watched:
            one.look()
        if not os.path.exists(RUN + '/ready') or os.path.exists(RUN + '/draining') or self.given_up:
            return
        for one in self.watched:
            if one.failures < FAILURES_BEFORE_RESTART or now < one.quiet_until:
                continue
            if one.restarts >= RESTARTS_BEFORE_GIVING_UP:
                self.try_to_give_up(one.problem)
                return
            one.restarts += 1
            # the next failures count when it had the time to load again
            one.quiet_until = now + self.load_seconds
            restart(one.service)

    def try_to_give_up(self, problem):
        try:
            give_up(problem)
            self.given_up = True
        except Failure as failure:
            say('will try again: ' + str(failure))


def handler(watchdog):
    class Health(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.split('?')[0] != '/health':
                return self.answer(404, 'only /health is here')
            problems = watchdog.problems()
            self.answer(503 if problems else 200, '\n'.join(text for _, text in problems) or 'ok')

        def answer(self, status, text):
            body = (text + '\n').encode()
            self.send_response(status)
            self.send_header('Content-Type', 'text/plain; charset=utf-8')
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            """The balancer asks every few seconds."""

    return Health


def serve():
    plan = settings()
    seconds = plan['seconds']
    stall = float(os.environ.get('LLM_STALL_SECONDS', max(120, seconds['streamSilenceSeconds'])))
    watched = [Watched('gateway', gateway_check(plan))] if plan['gateway'] else []
    watched += [Watched(engine['service'], engine_check(engine, stall)) for engine in plan['engines']]
    # without them every request is refused
    watched += [Watched(one['service'], container_check(one)) for one in plan['containers']]
    watchdog = Watchdog(watched, float(os.environ.get('LLM_LOAD_SECONDS', seconds['loadSeconds'])))
    server = ThreadingHTTPServer(('0.0.0.0', plan['ports']['health']), handler(watchdog))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say('health on port ' + str(server.server_port))
    before = None
    while True:
        watchdog.round(time.monotonic())
        now = watchdog.problems()
        if now != before:
            say('health: ' + ('; '.join(text for _, text in now) or 'ok'))
        before = now
        time.sleep(CHECK_SECONDS)


if __name__ == '__main__':
    main(serve)
`;
