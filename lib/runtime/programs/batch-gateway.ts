/** `batch_gateway.py`: how the batch worker asks the gateway. */
export const batchGatewayModule = String.raw`"""Sends lines to the gateway: as many at once as it bears, and never while users need the room."""
import email.utils
import json
import random
import re
import threading
import time

from batch_gate import Gate
from batch_settings import say
from batch_web import Away, Poison, call

# nobody's request is wrong: the gateway is full, or limits this key, or does not know it yet
WAIT = (401, 403, 429, 503)
# may pass while permissions are being made, but not in hours
REFUSED = (401, 403)
# of the server and not of the request, unless others are answered meanwhile
SERVER = (0, 408, 409, 425)
STRIKES = 5
# on an answer that the gateway makes up while the model is away
DEGRADED = 'x-llm-degraded'
PAUSE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 300
RATIO = re.compile(r'\bin_flight_ratio=([-+.0-9e]+)')


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


def hours(seconds):
    return '%g hours' % round(seconds / 3600, 3)


class Gateway:
    def __init__(self, settings):
        self.url, self.timeout = settings['gateway'], settings['answerSeconds']
        self.headers = {'Authorization': 'Bearer ' + settings['key'], 'Content-Type': 'application/json'}
        watched, self.most, self.give_up = settings['saturationUrl'], settings['concurrency'], settings['giveUpSeconds']
        # each line passes its model's gate, which the gateway's answers close, and then the one of all engines
        self.gates, self.engines = {}, Gate(self.most, 1 if watched else self.most)
        if watched:
            words = (watched, settings['saturation'], settings['watchSeconds'])
            threading.Thread(target=self.watch, args=words, daemon=True).start()

    def gate(self, model):
        return self.gates.setdefault(model, Gate(self.most, self.most))

    def stuck(self, model):
        """Whether the model took no line for a while, and not for want of lines."""
        return self.gate(model).stuck()

    def watch(self, url, limit, seconds):
        while True:
            try:
                status, _, data = call('GET', url, timeout=20)
                found = RATIO.search(data.decode('utf-8', 'replace')) if status == 200 else None
                ratio = float(found[1]) if found else None
            except (Away, ValueError):
                ratio = None
            self.engines.saturation(ratio, limit)
            time.sleep(seconds)

    def models(self):
        """Names that this key may ask for."""
        status, _, data = call('GET', self.url + '/v1/models', self.headers)
        if status != 200:
            raise Away('the gateway answered ' + str(status) + ' when asked for its models')
        return {one['id'] for one in json.loads(data)['data']}

    def post(self, gate, url, body):
        """Status (0 without an answer), headers, parsed body and the text of what went wrong."""
        status, headers, answer = 0, {}, None
        try:
            status, headers, data = call('POST', self.url + url, self.headers, body, self.timeout)
            answer = parsed(data)
        except Away as away:
            return 0, {}, None, str(away)
        finally:
            for one in (gate, self.engines):
                one.leave(status == 200 and answer is not None and headers.get(DEGRADED) is None)
        return status, headers, answer, data[:1000].decode('utf-8', 'replace')

    def ask(self, url, model, body, stopped):
        """response and error of a line's result; None when it was stopped first."""
        gate = self.gate(model)
        strikes, pause, began, refused, seen = 0, 1.0, time.monotonic(), None, gate.answered
        while gate.enter(stopped):
            if not self.engines.enter(stopped):
                gate.leave(False)
                return None
            status, headers, answer, text = self.post(gate, url, body)
            refused = (refused or time.monotonic()) if status in REFUSED else None
            # of no model: stored, it would stand for the answer for good
            degraded = status == 200 and headers.get(DEGRADED) is not None
            if status == 200 and answer is not None and not degraded:
                return responded(status, headers, answer)
            if refused and time.monotonic() - refused > self.give_up:
                raise Poison(model + ' has answered ' + str(status) + ' for ' + hours(self.give_up) + ': ' + text)
            if status in WAIT or degraded or spent(answer):
                if gate.close(retry_after(headers) or pause):
                    say(model + ' answered ' + str(status) + (', degraded' if degraded else '') + ', waiting: ' + text[:200])
            elif 400 <= status < 500 and status not in SERVER:
                return responded(status, headers, answer if answer is not None else {'error': {'message': text}})
            else:
                # others of this model were answered since: then it is this line
                strikes += gate.answered > seen
                seen = gate.answered
                if strikes >= STRIKES or (status and time.monotonic() - began > self.give_up):
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
