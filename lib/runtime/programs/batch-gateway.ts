/** `batch_gateway.py`: how the batch worker asks the gateway. */
export const batchGatewayModule = String.raw`"""Sends lines to the gateway: as many at once as it bears, and never while users need the room."""
import email.utils
import json
import random
import re
import threading
import time

from batch_settings import say
from batch_web import Away, call

# nobody's request is wrong: the gateway is full, limits this key, or does not know it yet
WAIT = (401, 403, 429, 503)
# of the server and not of the request, unless others are answered meanwhile
SERVER = (0, 408, 409, 425)
STRIKES = 5
# on an answer that the gateway makes up while the model is away
DEGRADED = 'x-llm-degraded'
PAUSE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 300
# a line that is always answered with an error while no other line is sent
GIVE_UP_SECONDS = 6 * 3600
RATIO = re.compile(r'\bin_flight_ratio=([-+.0-9e]+)')


class Gate:
    """Lets lines through: their number grows with every success and halves when the gateway is full."""

    def __init__(self, most, first):
        self.most, self.window, self.steady = most, float(first), float(most)
        self.inside, self.closed_until = 0, 0.0
        self.changed = threading.Condition()

    def enter(self, stopped):
        """True when the line may go; False when it must not any more."""
        with self.changed:
            while not stopped() and (self.inside >= int(self.window) or time.monotonic() < self.closed_until):
                self.changed.wait(0.2)
            if stopped():
                return False
            self.inside += 1
            return True

    def leave(self, success):
        with self.changed:
            self.inside -= 1
            if success and self.window >= 1:
                self.window = min(self.most, self.window + (1 if self.window < self.steady else 1 / self.window))
            self.changed.notify()

    def close(self, seconds):
        """True for the first to ask for this pause; lines that were sent before it do not halve again."""
        with self.changed:
            now, first = time.monotonic(), time.monotonic() >= self.closed_until
            if first:
                self.steady = max(1.0, self.window / 2)
                self.window = min(self.window, self.steady)
            self.closed_until = max(self.closed_until, now + seconds)
            return first

    def saturation(self, ratio, limit):
        """What the engines bear: above the limit the lines get fewer, to none; one at a time while unknown."""
        with self.changed:
            if ratio is None:
                self.window = 1.0
            elif ratio >= limit:
                self.window = self.window / 2 if self.window >= 2 else 0.0
                self.steady = max(1.0, self.window)
            else:
                self.window = max(1.0, self.window)
            self.changed.notify_all()


def retry_after(headers):
    """Seconds that an answer asks to wait. A date counts from the answer's own, so clocks may differ."""
    asked = headers.get('Retry-After') or ''
    try:
        if asked.strip().isdigit():
            seconds = float(asked)
        else:
            until, now = (email.utils.parsedate_to_datetime(one) for one in (asked, headers.get('Date')))
            seconds = (until - now).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(0.0, seconds), LONGEST_PAUSE_SECONDS)


def parsed(data):
    try:
        return json.loads(data)
    except ValueError:
        return None


def spent(answer):
    """Whether the budget of the key is used up: 422 in LiteLLM 1.106.2, which otherwise means a wrong request."""
    error = answer.get('error') if isinstance(answer, dict) else None
    return isinstance(error, dict) and error.get('type') == 'budget_exceeded'


class Gateway:
    def __init__(self, settings):
        self.url, self.timeout = settings['gateway'], settings['answerSeconds']
        self.headers = {'Authorization': 'Bearer ' + settings['key'], 'Content-Type': 'application/json'}
        self.answered = 0
        watched = settings['saturationUrl']
        self.gate = Gate(settings['concurrency'], 1 if watched else settings['concurrency'])
        if watched:
            words = (watched, settings['saturation'], settings['watchSeconds'])
            threading.Thread(target=self.watch, args=words, daemon=True).start()

    def watch(self, url, limit, seconds):
        while True:
            try:
                status, _, data = call('GET', url, timeout=20)
                found = RATIO.search(data.decode('utf-8', 'replace')) if status == 200 else None
                ratio = float(found[1]) if found else None
            except (Away, ValueError):
                ratio = None
            self.gate.saturation(ratio, limit)
            time.sleep(seconds)

    def models(self):
        """Names that this key may ask for."""
        status, _, data = call('GET', self.url + '/v1/models', self.headers)
        if status != 200:
            raise Away('the gateway answered ' + str(status) + ' when asked for its models')
        return {one['id'] for one in json.loads(data)['data']}

    def post(self, url, body):
        """Status (0 without an answer), headers, parsed body and the text of what went wrong."""
        status, headers = 0, {}
        try:
            status, headers, data = call('POST', self.url + url, self.headers, body, self.timeout)
        except Away as away:
            return 0, {}, None, str(away)
        finally:
            self.gate.leave(status == 200 and headers.get(DEGRADED) is None)
        return status, headers, parsed(data), data[:1000].decode('utf-8', 'replace')

    def ask(self, url, body, stopped):
        """response and error of a line's result; None when it was stopped first."""
        strikes, pause, began, seen = 0, 1.0, time.monotonic(), self.answered
        while self.gate.enter(stopped):
            status, headers, answer, text = self.post(url, body)
            if status == 200 and headers.get(DEGRADED) is not None:
                # of no model: stored, it would stand for the answer for good
                self.gate.close(pause)
            elif status == 200 and answer is not None:
                self.answered += 1
                return responded(status, headers, answer)
            elif status in WAIT or spent(answer):
                if self.gate.close(retry_after(headers) or pause):
                    say('the gateway answered ' + str(status) + ', waiting: ' + text[:200])
            elif 400 <= status < 500 and status not in SERVER:
                return responded(status, headers, answer if answer is not None else {'error': {'message': text}})
            else:
                # others were answered since: then it is this line
                strikes += self.answered > seen
                seen = self.answered
                if strikes >= STRIKES or (status and time.monotonic() - began > GIVE_UP_SECONDS):
                    if status >= 500 and answer is not None:
                        return responded(status, headers, answer)
                    return {'response': None, 'error': {'code': 'no_answer', 'message': text or 'no readable answer'}}
                self.rest(pause * random.uniform(0.5, 1), stopped)
            pause = min(PAUSE_SECONDS, 2 * pause)
        return None

    def rest(self, seconds, stopped):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not stopped():
            time.sleep(min(0.2, seconds))


def responded(status, headers, answer):
    request = headers.get('x-litellm-call-id') or headers.get('x-request-id')
    return {'response': {'status_code': status, 'request_id': request, 'body': answer}, 'error': None}
`;
